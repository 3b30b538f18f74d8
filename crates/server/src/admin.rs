//! The admin API (`/api/admin/v1`): for the owner of the data directory, over its Unix socket; and
//! for administrators over the network, with tokens for it.
//!
//! | module | holds |
//! |---|---|
//! | `table` | the operations: how to add one is written there |
//! | `call`, `input`, `answer` | the request of an operation, its parts, and its answer |
//! | `document`, `description` | the OpenAPI document of the operations, and the parts of it |
//! | `contract`, `schema` | how requests are read by the document |
//! | `problem` | the one form of errors |
//! | `authentication` | who calls: the operator or the owner of a token |
//! | `action` | the permissions of callers |
//! | `set_up` | the API of one issuer, made of the table |
//! | the others | the operations on one kind of object each |

mod about;
mod action;
mod administration;
mod answer;
mod authentication;
mod call;
mod client;
mod contract;
mod description;
mod document;
mod event;
mod grant;
mod input;
mod key;
mod problem;
mod resource;
mod schema;
mod session;
mod set_up;
mod sign_in;
mod table;
mod token;
mod user;

pub use problem::{AdminError, unknown};
pub use set_up::AdminSetUpError;

use std::sync::Arc;

use airside_net::Drain;
use airside_oauth::profile::ADMIN_API;
use axum::{
    Extension, Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state, map_response},
    routing::get,
};
use http::StatusCode;
use serde_json::Value;

use administration::Administration;
use authentication::{by_peer, by_token};
use problem::as_problem;
use set_up::DOCUMENT;
use table::Table;

use crate::{
    endpoint::health,
    issuer::Issuer,
    observe::{DeclaredPaths, Observer, observe},
};

/// Builds the router of the operator's socket, for callers with the user id `owner`, or root.
///
/// # Errors
///
/// [`AdminSetUpError`] if the API cannot be set up.
pub fn router(issuer: &Arc<Issuer>, drain: Drain, owner: u32) -> Result<Router, AdminSetUpError> {
    let administration = set_up::administration(issuer, table)?;
    let table = table();
    let observer = Observer {
        issuer: Arc::clone(issuer),
        paths: table.paths(""),
    };
    let api = table.routes.build(administration.clone())?;
    Ok(Router::new()
        .nest_service(ADMIN_API, api)
        .layer(map_response(as_problem))
        .route("/health/ready", get(health::ready))
        .with_state(Arc::clone(issuer))
        .fallback(unknown)
        .layer(Extension(drain))
        .layer(from_fn_with_state(
            administration,
            move |state: State<Administration>, request: Request, next: Next| {
                by_peer(owner, state, request, next)
            },
        ))
        .layer(from_fn_with_state(observer, observe)))
}

/// The admin API over the network.
#[derive(Debug, Default)]
pub(crate) struct RemoteApi {
    pub(crate) routes: Router,
    /// The paths of its operations.
    pub(crate) paths: DeclaredPaths,
}

/// Builds the routes for administrators over the network, below `path`.
///
/// # Errors
///
/// [`AdminSetUpError`] if the API cannot be set up.
pub(crate) fn remote(issuer: &Arc<Issuer>, path: &str) -> Result<RemoteApi, AdminSetUpError> {
    let administration = set_up::administration(issuer, table)?;
    let table = table();
    let paths = table.paths(path);
    let api = table.routes.build(administration.clone())?;
    let metadata = api.metadata().clone();
    let nested = Router::new().nest_service(&format!("{path}{ADMIN_API}"), api);
    // outside of the service, which names the methods that an address has
    let nested = nested.layer(map_response(as_problem));
    let router = match metadata.url() {
        // RFC9728-3.1: the well-known part comes before the path
        Some(url) => nested.route(url.path(), get(async move || metadata)),
        None => nested,
    };
    Ok(RemoteApi {
        paths,
        routes: router.layer(from_fn_with_state(administration, by_token)),
    })
}

/// Returns the OpenAPI document of the admin API of `issuer`.
///
/// # Errors
///
/// As [`router`].
pub fn document(issuer: &str) -> Result<Value, AdminSetUpError> {
    set_up::document(issuer, table())
}

/// Every operation. [`table`](mod@table) says how to add one.
fn table() -> Table {
    let all = "an administrator may touch every one";
    Table::new()
        .unchecked_parameter("id", all)
        .unchecked_parameter("name", all)
        .unchecked_parameter("kid", all)
        .unchecked_parameter("identifier", all)
        .get(DOCUMENT, about::show_document)
        .says("show_document", "Shows this document; everybody may.")
        .get("/issuer", about::about)
        .says("show_issuer", "Says which issuer this is.")
        .get("/clients", client::list)
        .says("list_clients", "Lists the clients, in the order of their `client_id`.")
        .post("/clients", client::create)
        .says("create_client", "Registers a client; its secret is in this answer only.")
        .or(CONFLICT, "There is a client of this `client_id` already.")
        .get("/clients/{id}", client::show)
        .says("show_client", "Shows a client.")
        .or(NOT_FOUND, "There is no such client.")
        .patch("/clients/{id}", client::edit)
        .says("edit_client", "Changes the members of a client that are given; the others stay.")
        .or(NOT_FOUND, "There is no such client.")
        .or(CONFLICT, "The client is owned by the configuration file, or somebody else changed it.")
        .delete("/clients/{id}", client::delete)
        .says("delete_client", "Deletes a client, and ends every grant and token of it.")
        .or(NOT_FOUND, "There is no such client.")
        .or(CONFLICT, "The client is owned by the configuration file, or somebody else changed it.")
        .post("/clients/{id}/secret", client::rotate_secret)
        .says("rotate_client_secret", "Makes a new secret of a client; the one before it works until the next time.")
        .or(NOT_FOUND, "There is no such client.")
        .or(CONFLICT, "The client is owned by the configuration file, or somebody else changed it.")
        .get("/resources", resource::list)
        .says("list_resources", "Lists the APIs, those of the configuration first, in the order of their identifiers.")
        .post("/resources", resource::create)
        .says("create_resource", "Adds an API.")
        .or(CONFLICT, "There is an API of this identifier already.")
        .get("/resources/{identifier}", resource::show)
        .says("show_resource", "Shows an API.")
        .or(NOT_FOUND, "There is no such API.")
        .patch("/resources/{identifier}", resource::edit)
        .says("edit_resource", "Changes the members of an API that are given; the others stay.")
        .or(NOT_FOUND, "There is no such API.")
        .or(CONFLICT, "The API is owned by the configuration file, somebody else changed it, or a client is registered for what would be gone.")
        .delete("/resources/{identifier}", resource::delete)
        .says("delete_resource", "Deletes an API; its access tokens live until they expire.")
        .or(NOT_FOUND, "There is no such API.")
        .or(CONFLICT, "The API is owned by the configuration file, or a client is registered for it.")
        .get("/users", user::list)
        .says("list_users", "Lists the accounts, in the order in which they were made.")
        .post("/users", user::create)
        .says("create_user", "Makes an account.")
        .or(CONFLICT, "There is an account of this name already.")
        .get("/username-collisions", user::collisions)
        .says("list_username_collisions", "Lists accounts whose names RFC 8265 takes for one.")
        .get("/users/{name}", user::show)
        .says("show_user", "Shows an account.")
        .or(NOT_FOUND, "There is no such account.")
        .post("/users/{name}/unlock", sign_in::unlock)
        .says("unlock_user", "Forgets the failed sign-ins of an account, at the node that is asked.")
        .or(NOT_FOUND, "There is no such account.")
        .post("/setup-link", sign_in::make_setup_link)
        .says("make_setup_link", "Makes a link for the first administrator, while there is no account.")
        .or(CONFLICT, "There is an account already.")
        .patch("/users/{name}", user::edit)
        .says("edit_user", "Changes the members of an account that are given; the others stay.")
        .or(NOT_FOUND, "There is no such account.")
        .or(CONFLICT, "Another account has the name, or it is the last administrator.")
        .delete("/users/{name}", user::delete)
        .says("delete_user", "Deletes an account, and ends every session and grant of it.")
        .or(NOT_FOUND, "There is no such account.")
        .or(CONFLICT, "It is the last administrator.")
        .post("/users/{name}/password", sign_in::set_password)
        .says("set_password", "Sets the password of an account, and ends every session and grant of it.")
        .or(NOT_FOUND, "There is no such account.")
        .get("/users/{name}/grants", grant::list)
        .says("list_grants", "Lists what a person has allowed clients, newest first.")
        .or(NOT_FOUND, "There is no such account.")
        .delete("/grants/{id}", grant::revoke)
        .says("revoke_grant", "Ends a grant, and every token of it; also one that has ended already. The person of one that lived is asked for consent again.")
        .or(NOT_FOUND, "There is no such grant.")
        .get("/users/{name}/sessions", session::list)
        .says("list_sessions", "Lists where a person is signed in, newest first.")
        .or(NOT_FOUND, "There is no such account.")
        .delete("/sessions/{id}", session::end)
        .says("end_session", "Ends a session, and the grants that do not outlive it; also one that has ended already.")
        .or(NOT_FOUND, "There is no such session.")
        .get("/keys", key::list)
        .says("list_keys", "Lists the keys, by purpose and age.")
        .post("/keys/rotate", key::rotate)
        .says("rotate_keys", "Makes the next signing keys; in an emergency, drops those before them at once.")
        .post("/keys/{kid}/retire", key::retire)
        .says("retire_key", "Takes a signing key out of use before its time.")
        .or(NOT_FOUND, "There is no such key.")
        .or(CONFLICT, "The key is out of use already.")
        .post("/tokens/inspect", token::inspect)
        .says("inspect_token", "Says what a token is, whether it is active, and if not why.")
        .post("/tokens/revoke", token::revoke)
        .says("revoke_token", "Ends a token, or the grant that it belongs to, for any client.")
        .or(NOT_FOUND, "The token was not made here, or has expired.")
        .get("/events", event::search)
        .says("search_events", "Lists the events of the audit trail to which all conditions apply, newest first.")
}

const CONFLICT: StatusCode = StatusCode::CONFLICT;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
