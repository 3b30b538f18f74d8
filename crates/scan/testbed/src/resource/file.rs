//! Files: private ones, public ones, shared ones; a deletion answers 204 whatever it does.

use axum::{
    Router,
    extract::{Path, State},
    routing::{get, post},
};
use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    Hole,
    answer::{Answer, ApiError, created, no_content, ok, text},
    app::App,
    caller::Caller,
    database::Record,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/files", get(list).post(create))
        .route("/files/{id}", get(read).delete(delete))
        .route("/files/{id}/content", get(content))
        .route("/files/{id}/shares", post(share))
}

/// The caller's own, public ones, and those that are shared with the caller.
async fn list(State(app): State<App>, caller: Caller) -> Answer {
    let files = app.db().rows("SELECT * FROM files ORDER BY id", [])?;
    let mut shown = Vec::new();
    for file in files {
        if may_read(&app, &caller, &file)? || app.is_open(Hole::FilesListAll) {
            shown.push(Value::from(file.without(&["content"])));
        }
    }
    ok(shown)
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    const FIELDS: &[Field] = &[
        Field::text("name"),
        Field::text("content"),
        Field::one_of("visibility", &["private", "public"]).optional(),
    ];
    let mut columns = fields.create(FIELDS)?;
    let id = app.uuid();
    columns.push(("id", id.clone().into()));
    columns.push(("uploader", caller.username.into()));
    app.db().insert("files", &columns)?;
    created(find(&app, &id)?.without(&["content"]))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    let file = find(&app, &id)?;
    if !may_read(&app, &caller, &file)? {
        return Err(ApiError::Forbidden);
    }
    ok(file.without(&["content"]))
}

async fn content(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    let file = find(&app, &id)?;
    let may = may_read(&app, &caller, &file)?;
    app.require_or(may, Hole::FileContent, ApiError::Forbidden)?;
    text(file.text("content").to_owned())
}

/// Deletes the caller's own; what is not there or not theirs stays, and the answer is the same.
async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    app.db().run(
        "DELETE FROM files WHERE id = ? AND (uploader = ? OR ?)",
        params![id, caller.username, app.is_open(Hole::FileDelete)],
    )?;
    no_content()
}

async fn share(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Answer {
    let file = find(&app, &id)?;
    app.require(caller.is(file.text("uploader")), Hole::FileShare)?;
    let username = fields.text("username")?;
    let sql = "INSERT OR IGNORE INTO shares (file, username) VALUES (?, ?)";
    app.db().run(sql, params![id, username])?;
    created(json!({ "file": id, "username": username }))
}

fn may_read(app: &App, caller: &Caller, file: &Record) -> Result<bool, ApiError> {
    if caller.is(file.text("uploader")) || file.text("visibility") == "public" {
        return Ok(true);
    }
    let sql = "SELECT 1 FROM shares WHERE file = ? AND username = ?";
    let shares = app
        .db()
        .rows(sql, params![file.text("id"), caller.username])?;
    Ok(!shares.is_empty())
}

fn find(app: &App, id: &str) -> Result<Record, ApiError> {
    app.db()
        .row("SELECT * FROM files WHERE id = ?", params![id])
}
