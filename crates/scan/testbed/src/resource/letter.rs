//! Letters, as HAL: an id is in links only. Several are chosen by a list of ids with commas.

use std::collections::HashMap;

use axum::{
    Router,
    extract::{Path, Query, State},
    routing::get,
};
use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    Hole,
    answer::{Answer, ApiError, created, ok},
    app::App,
    caller::Caller,
    database::Record,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/letters", get(list).post(create).delete(delete))
        .route("/letters/{letter}", get(read))
}

/// The caller's own, of those that are chosen.
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let chosen = query.get("ids").map(|ids| ids_in(ids));
    let letters = app.db().rows("SELECT * FROM letters ORDER BY id", [])?;
    let may = |letter: &Record| {
        let is_own = caller.is(letter.text("owner"));
        match &chosen {
            None => is_own,
            Some(ids) => {
                ids.contains(&letter.number("id")) && (is_own || app.is_open(Hole::LettersByIds))
            }
        }
    };
    let letters: Vec<_> = letters.into_iter().filter(may).map(body).collect();
    ok(json!({ "_links": { "self": { "href": "/letters" } }, "_embedded": { "letters": letters } }))
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let mut columns = fields.create(&[Field::text("text")])?;
    columns.push(("owner", caller.username.into()));
    let id = app.db().insert("letters", &columns)?;
    created(body(find(&app, id)?))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Answer {
    let letter = find(&app, id)?;
    app.require(caller.is(letter.text("owner")), Hole::LetterRead)?;
    ok(body(letter))
}

/// Deletes those that are the caller's, and says how many that were.
async fn delete(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let ids = query.get("ids").map(|ids| ids_in(ids));
    let everybody = app.is_open(Hole::LettersDelete);
    let sql = "DELETE FROM letters WHERE id = ? AND (owner = ? OR ?)";
    let mut count = 0;
    for id in ids.ok_or(ApiError::BadField("ids"))? {
        count += app.db().run(sql, params![id, caller.username, everybody])?;
    }
    ok(json!({ "deleted": count }))
}

fn ids_in(text: &str) -> Vec<i64> {
    text.split(',').filter_map(|id| id.parse().ok()).collect()
}

fn find(app: &App, id: i64) -> Result<Record, ApiError> {
    app.db()
        .row("SELECT * FROM letters WHERE id = ?", params![id])
}

fn body(letter: Record) -> Value {
    let address = format!("/letters/{}", letter.number("id"));
    json!({ "_links": { "self": { "href": address } }, "text": letter.text("text") })
}
