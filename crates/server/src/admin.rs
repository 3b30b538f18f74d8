//! The admin API (`/api/admin/v1`): for whoever owns the data directory, over its Unix socket; and
//! for administrators over the network, with tokens for it.

mod action;
mod client;
mod door;
mod event;
mod failure;
mod grant;
mod key;
mod session;
mod token;
mod user;

pub use failure::AdminError;

use std::sync::Arc;

use airside_net::Drain;
use airside_oauth::profile::ADMIN_API;
use airside_resource::{Api, BuildError, Function, SetUpError};
use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::get,
};
use http::StatusCode;
use serde::de::DeserializeOwned;

use action::ReadIssuer;
use door::{Administration, by_peer, by_token};

use crate::{endpoint::health, input, issuer::Issuer, observe::observe};

/// Builds the router of the operator's socket, for callers with the user id `owner`, or root.
///
/// # Errors
///
/// [`AdminSetUpError`] if the API cannot be set up.
pub fn router(issuer: &Arc<Issuer>, drain: Drain, owner: u32) -> Result<Router, AdminSetUpError> {
    let administration = Administration::new(issuer)?;
    Ok(Router::new()
        .route("/health/ready", get(health::ready))
        .with_state(Arc::clone(issuer))
        .nest_service(ADMIN_API, api(&administration)?)
        .layer(Extension(drain))
        .layer(from_fn_with_state(
            administration,
            move |state: State<Administration>, request: Request, next: Next| {
                by_peer(owner, state, request, next)
            },
        ))
        .layer(from_fn_with_state(Arc::clone(issuer), observe)))
}

/// Builds the routes for administrators over the network, below `path`.
///
/// # Errors
///
/// [`AdminSetUpError`] if the API cannot be set up.
pub fn remote(issuer: &Arc<Issuer>, path: &str) -> Result<Router, AdminSetUpError> {
    let administration = Administration::new(issuer)?;
    let api = api(&administration)?;
    let metadata = api.metadata().clone();
    let router = match metadata.url() {
        // RFC9728-3.1: the well-known part comes before the path
        Some(url) => Router::new().route(url.path(), get(async move || metadata)),
        None => Router::new(),
    };
    Ok(router
        .nest_service(&format!("{path}{ADMIN_API}"), api)
        .layer(from_fn_with_state(administration, by_token)))
}

fn api(administration: &Administration) -> Result<Api, BuildError> {
    let all = "an administrator may touch every one";
    airside_resource::Router::new()
        .unchecked_parameter("id", all)
        .unchecked_parameter("name", all)
        .unchecked_parameter("kid", all)
        .get("/issuer", about)
        .get("/clients", client::list)
        .post("/clients", client::create)
        .get("/clients/{id}", client::show)
        .patch("/clients/{id}", client::edit)
        .delete("/clients/{id}", client::delete)
        .post("/clients/{id}/secret", client::rotate_secret)
        .get("/users", user::list)
        .post("/users", user::create)
        .get("/username-collisions", user::collisions)
        .get("/users/{name}", user::show)
        .patch("/users/{name}", user::edit)
        .delete("/users/{name}", user::delete)
        .post("/users/{name}/password", user::set_password)
        .get("/users/{name}/grants", grant::list)
        .delete("/grants/{id}", grant::revoke)
        .get("/users/{name}/sessions", session::list)
        .delete("/sessions/{id}", session::end)
        .get("/keys", key::list)
        .post("/keys/rotate", key::rotate)
        .post("/keys/{kid}/retire", key::retire)
        .post("/tokens/inspect", token::inspect)
        .post("/tokens/revoke", token::revoke)
        .get("/events", event::search)
        .build(administration.clone())
}

/// Why the admin API cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("the admin API cannot be set up")]
pub enum AdminSetUpError {
    /// There is no randomness.
    Verifier(#[from] SetUpError),
    /// Two routes contradict each other.
    Routes(#[from] BuildError),
}

/// Reads a JSON body.
async fn read<T: DeserializeOwned>(body: Body) -> Result<T, AdminError> {
    let bytes = input::read(body)
        .await
        .map_err(|error| AdminError::invalid(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| AdminError::invalid(error.to_string()))
}

/// 200 with JSON.
fn ok<T: serde::Serialize>(body: &T) -> Response {
    crate::respond::json(StatusCode::OK, body)
}

/// Which issuer this is.
async fn about(_: Function<ReadIssuer>, State(issuer): State<Arc<Issuer>>) -> Response {
    ok(&serde_json::json!({ "issuer": issuer.profile().issuer }))
}
