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
use airside_resource::{BuildError, Function, SetUpError};
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
    let routes = routes(ADMIN_API).build(administration.clone())?;
    let health = Router::new()
        .route("/health/ready", get(health::ready))
        .with_state(Arc::clone(issuer));
    Ok(routes
        .merge(health)
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
    let routes = routes(&format!("{path}{ADMIN_API}")).build(administration.clone())?;
    Ok(routes.layer(from_fn_with_state(administration, by_token)))
}

fn routes(path: &str) -> airside_resource::Router<Administration> {
    let at = |rest: &str| format!("{path}{rest}");
    airside_resource::Router::new()
        .get(&at("/issuer"), about)
        .get(&at("/clients"), client::list)
        .post(&at("/clients"), client::create)
        .get(&at("/clients/{id}"), client::show)
        .patch(&at("/clients/{id}"), client::edit)
        .delete(&at("/clients/{id}"), client::delete)
        .post(&at("/clients/{id}/secret"), client::rotate_secret)
        .get(&at("/users"), user::list)
        .post(&at("/users"), user::create)
        .get(&at("/users/{name}"), user::show)
        .patch(&at("/users/{name}"), user::edit)
        .delete(&at("/users/{name}"), user::delete)
        .post(&at("/users/{name}/password"), user::set_password)
        .get(&at("/users/{name}/grants"), grant::list)
        .delete(&at("/grants/{id}"), grant::revoke)
        .get(&at("/users/{name}/sessions"), session::list)
        .delete(&at("/sessions/{id}"), session::end)
        .get(&at("/keys"), key::list)
        .post(&at("/keys/rotate"), key::rotate)
        .post(&at("/keys/{kid}/retire"), key::retire)
        .post(&at("/tokens/inspect"), token::inspect)
        .post(&at("/tokens/revoke"), token::revoke)
        .get(&at("/events"), event::search)
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
