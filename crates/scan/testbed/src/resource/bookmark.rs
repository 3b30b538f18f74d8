//! Bookmarks: each person has a name space of their own, so that one slug is many objects.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use rusqlite::params;
use serde_json::Value;

use crate::{
    answer::{Answer, no_content, ok},
    app::App,
    caller::Caller,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/bookmarks", get(list))
        .route("/bookmarks/{slug}", get(read).put(write).delete(delete))
}

async fn list(State(app): State<App>, caller: Caller) -> Answer {
    let sql = "SELECT slug, url, remark FROM bookmarks WHERE owner = ? ORDER BY slug";
    let bookmarks = app.db().rows(sql, params![caller.username])?;
    ok(bookmarks.into_iter().map(Value::from).collect::<Vec<_>>())
}

async fn read(State(app): State<App>, caller: Caller, Path(slug): Path<String>) -> Answer {
    ok(app.db().row(READ, params![caller.username, slug])?)
}

/// Makes or replaces the caller's own bookmark of this slug.
async fn write(
    State(app): State<App>,
    caller: Caller,
    Path(slug): Path<String>,
    fields: Fields,
) -> Answer {
    const FIELDS: &[Field] = &[Field::text("url"), Field::text("remark").optional()];
    let mut columns = fields.create(FIELDS)?;
    columns.push(("owner", caller.username.clone().into()));
    columns.push(("slug", slug.clone().into()));
    let db = app.db();
    db.run(DELETE, params![caller.username, slug])?;
    db.insert("bookmarks", &columns)?;
    ok(db.row(READ, params![caller.username, slug])?)
}

async fn delete(State(app): State<App>, caller: Caller, Path(slug): Path<String>) -> Answer {
    app.db().run(DELETE, params![caller.username, slug])?;
    no_content()
}

const READ: &str = "SELECT slug, url, remark FROM bookmarks WHERE owner = ? AND slug = ?";
const DELETE: &str = "DELETE FROM bookmarks WHERE owner = ? AND slug = ?";
