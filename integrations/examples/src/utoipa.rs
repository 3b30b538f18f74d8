//! The rules of an API in the OpenAPI document that utoipa makes of its types.

use airside_resource::{
    Authorized, Create, Function, Public, Record, Rejection, ResourceServer, Router, actions,
    memory::Memory, rule,
};
use axum::extract::FromRef;
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};

actions! {
    ReadNote reads Note = rule::scope("notes:read").owner();
    CreateNote writes Note = rule::scope("notes:write").owner();
    DeleteUser = rule::role("admin");
    Health public = "load balancer probe";
}

/// A note.
#[derive(Debug, Record, ToSchema)]
#[record(table = "notes", records = Memory)]
pub struct Note {
    id: i64,
    #[record(owner)]
    owner: String,
    #[record(writable)]
    text: String,
}

/// Reads a note.
#[utoipa::path(get, path = "/notes/{id}", params(("id" = i64, Path)), responses((status = 200, body = Note)))]
async fn read(note: Authorized<Note, ReadNote>) -> String {
    note.text.clone()
}

/// Makes a note.
#[utoipa::path(post, path = "/notes", request_body = String, responses((status = 200, body = Note)))]
async fn create(new: Create<Note, CreateNote>, text: String) -> Result<String, Rejection> {
    Ok(new.insert(vec![("text", text.into())]).await?.owner)
}

/// Removes a person.
#[utoipa::path(delete, path = "/users/{id}", params(("id" = String, Path)), responses((status = 204)))]
async fn delete_user(_: Function<DeleteUser>) {}

#[utoipa::path(get, path = "/health", responses((status = 200)))]
async fn health(_: Public<Health>) {}

/// The document, as utoipa makes it.
#[derive(Debug, OpenApi)]
#[openapi(
    info(title = "Notes", version = "1"),
    paths(read, create, delete_user, health)
)]
pub struct Document;

/// The state of the API.
#[derive(Clone, Debug)]
pub struct App {
    airside: ResourceServer,
    records: Memory,
}

impl FromRef<App> for ResourceServer {
    fn from_ref(app: &App) -> Self {
        app.airside.clone()
    }
}

impl FromRef<App> for Memory {
    fn from_ref(app: &App) -> Self {
        app.records.clone()
    }
}

fn routes() -> Router<App> {
    Router::new()
        .get("/notes/{id}", read)
        .post("/notes", create)
        .delete("/users/{id}", delete_user)
        .get("/health", health)
}

/// Returns the document with the rules in it.
///
/// # Errors
///
/// An operation of the document that no route answers.
pub fn document(airside: &ResourceServer) -> Result<Value, Box<dyn std::error::Error>> {
    let document = serde_json::to_value(Document::openapi())?;
    Ok(routes().openapi(document, airside)?)
}

#[cfg(test)]
mod tests;
