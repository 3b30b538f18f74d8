//! The first program of `docs/library/README.md`, with its two addresses from the environment (`ISSUER` and
//! `LISTEN`). A test holds it to the page.

#![expect(clippy::print_stdout, reason = "the page prints its routes")]

use std::env;

use airside_resource::{
    Authorized, Create, Listed, Public, Record, Rejection, ResourceServer, Router, actions, rule,
    sqlite::{Sqlite, rusqlite::Connection},
};
use axum::{Json, extract::FromRef, http::StatusCode};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

// 1. What callers may do, and who may.
actions! {
    ReadNote reads Note = rule::scope("notes:read").owner();
    WriteNote writes Note = rule::scope("notes:write").owner();
    Health public = "load balancer probe";
}

// 2. The record: one table, one row for each.
#[derive(Record, Serialize)]
#[record(table = "notes", records = Sqlite)]
struct Note {
    id: i64, // the key
    #[record(owner)]
    owner: String,
    #[record(writable)]
    text: String,
}

const TABLE: &str =
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, text TEXT NOT NULL)";

// 3. The handlers. The first argument is the declaration; the others are axum's extractors.
#[derive(Deserialize)]
struct Text {
    text: String,
}

async fn list(notes: Listed<Note, ReadNote>) -> Result<Json<Vec<Note>>, Rejection> {
    Ok(Json(notes.page(None, 100).await?))
}

async fn create(
    new: Create<Note, WriteNote>,
    Json(body): Json<Text>,
) -> Result<(StatusCode, Json<Note>), Rejection> {
    let note = new.insert(vec![("text", body.text.into())]).await?;
    Ok((StatusCode::CREATED, Json(note)))
}

async fn read(note: Authorized<Note, ReadNote>) -> Json<Note> {
    Json(note.into_inner())
}

async fn rename(
    note: Authorized<Note, WriteNote>,
    Json(body): Json<Text>,
) -> Result<Json<Note>, Rejection> {
    Ok(Json(note.update(vec![("text", body.text.into())]).await?))
}

async fn delete(note: Authorized<Note, WriteNote>) -> Result<StatusCode, Rejection> {
    note.delete().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn health(_: Public<Health>) -> &'static str {
    "alive"
}

// 4. The state: the library takes the resource server and the records from it.
#[derive(Clone)]
struct App {
    airside: ResourceServer,
    records: Sqlite,
}

impl FromRef<App> for ResourceServer {
    fn from_ref(app: &App) -> Self {
        app.airside.clone()
    }
}

impl FromRef<App> for Sqlite {
    fn from_ref(app: &App) -> Self {
        app.records.clone()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(TABLE)?;
    let airside = ResourceServer::trusting(env::var("ISSUER")?) // the issuer
        .for_audience("https://notes.example") // the `aud` of this API's tokens
        .allow_loopback_http() // for development: remove it when the issuer has https
        .build()?;
    let routes = Router::new()
        .get("/notes", list)
        .post("/notes", create)
        .get("/notes/{id}", read)
        .patch("/notes/{id}", rename)
        .delete("/notes/{id}", delete)
        .get("/health", health);
    print!("{}", routes.table());
    let api = routes.build(App {
        airside,
        records: Sqlite::new(connection),
    })?;
    axum::serve(TcpListener::bind(env::var("LISTEN")?).await?, api).await?;
    Ok(())
}
