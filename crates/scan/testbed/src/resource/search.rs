//! A search that repeats the question, at most 10 times in 2 s.

use std::collections::HashMap;

use axum::{
    Router,
    extract::{Query, State},
    routing::get,
};
use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    Hole,
    answer::{Answer, ApiError, ok},
    app::App,
    caller::Caller,
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/search", get(search))
        .route("/status", get(status))
}

/// Finds public articles, and the caller's notes.
async fn search(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let text = query.get("q").ok_or(ApiError::BadField("q"))?;
    let (db, now) = (app.db(), app.now());
    let recent = "SELECT count(*) AS n FROM searches WHERE username = ? AND at > ?";
    let recent = db.row(recent, params![caller.username, now - WINDOW])?;
    if recent.number("n") >= SEARCHES {
        return Err(ApiError::TooManyRequests { retry_after: 2 });
    }
    db.run(
        "INSERT INTO searches (username, at) VALUES (?, ?)",
        params![caller.username, now],
    )?;
    let sql =
        "SELECT title, author, summary FROM articles WHERE instr(title, ?1) OR instr(summary, ?1)";
    let articles = db.rows(sql, params![text])?;
    let everybody = app.is_open(Hole::SearchNotes);
    let sql = "SELECT id AS note_id, body AS summary FROM notes \
               WHERE instr(body, ?1) AND (owner = ?2 OR ?3)";
    let notes = db.rows(sql, params![text, caller.username, everybody])?;
    let hits = articles.into_iter().chain(notes).map(Value::from);
    ok(json!({ "query": text, "hits": hits.collect::<Vec<_>>() }))
}

/// For everybody; the time makes every answer another.
async fn status(State(app): State<App>) -> Answer {
    ok(json!({ "status": "up", "milliseconds": app.now() }))
}

const SEARCHES: i64 = 10;
/// In milliseconds.
const WINDOW: i64 = 2_000;
