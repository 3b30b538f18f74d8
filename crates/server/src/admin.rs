//! The admin API (`/api/admin/v1`): for whoever owns the data directory, over its Unix socket.

mod client;
mod event;
mod failure;
mod key;
mod token;
mod user;

pub use failure::AdminError;

use std::sync::Arc;

use airside_net::{Drain, Peer, PeerAddress};
use airside_oauth::{
    event::{Event, EventKind, Origin},
    id::EventId,
};
use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::{arrival::observe, endpoint::health, input, issuer::Issuer};

/// Builds the admin router for callers with the user id `owner`, or root.
pub fn router(issuer: &Arc<Issuer>, drain: Drain, owner: u32) -> Router {
    let api = Router::new()
        .route("/clients", get(client::list).post(client::create))
        .route(
            "/clients/{id}",
            get(client::show).patch(client::edit).delete(client::delete),
        )
        .route("/clients/{id}/secret", post(client::rotate_secret))
        .route("/users", get(user::list).post(user::create))
        .route(
            "/users/{name}",
            get(user::show).patch(user::edit).delete(user::delete),
        )
        .route("/users/{name}/password", post(user::set_password))
        .route("/keys", get(key::list))
        .route("/keys/rotate", post(key::rotate))
        .route("/keys/{kid}/retire", post(key::retire))
        .route("/tokens/inspect", post(token::inspect))
        .route("/tokens/revoke", post(token::revoke))
        .route("/events", get(event::search))
        .route("/issuer", get(about));
    Router::new()
        .nest("/api/admin/v1", api)
        .route("/health/ready", get(health::ready))
        .layer(Extension(drain))
        .layer(from_fn(move |request: Request, next: Next| {
            only(owner, request, next)
        }))
        .layer(from_fn_with_state(Arc::clone(issuer), observe))
        .with_state(Arc::clone(issuer))
}

/// Whoever owns the files is the operator: the kernel says who calls.
async fn only(owner: u32, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.address);
    match peer {
        Some(PeerAddress::Unix { uid: Some(uid) }) if uid == owner || uid == 0 => {
            next.run(request).await
        }
        _ => AdminError::refused("only the owner of the data directory, or root, may do this")
            .into_response(),
    }
}

/// Reads a JSON body.
async fn read<T: DeserializeOwned>(body: Body) -> Result<T, AdminError> {
    let bytes = input::read(body)
        .await
        .map_err(|error| AdminError::invalid(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| AdminError::invalid(error.to_string()))
}

/// An event of an administrator's request.
fn event(issuer: &Issuer, kind: EventKind, origin: &Origin) -> Event {
    let now = issuer.now();
    Event {
        id: EventId::new(now, &issuer.draw()),
        at: now,
        kind,
        client: None,
        user: None,
        grant: None,
        origin: origin.clone(),
        detail: String::new(),
    }
}

/// 200 with JSON.
fn ok<T: serde::Serialize>(body: &T) -> Response {
    crate::respond::json(StatusCode::OK, body)
}

/// Which issuer this is.
async fn about(State(issuer): State<Arc<Issuer>>) -> Response {
    ok(&serde_json::json!({ "issuer": issuer.profile().issuer }))
}
