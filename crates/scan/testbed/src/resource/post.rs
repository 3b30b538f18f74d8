//! Posts on the board, and replies to them: everybody who is signed in reads them all. The list has two a page, the
//! newest first.

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
    answer::{Answer, ApiError, created, no_content, ok},
    app::App,
    caller::Caller,
    database::Record,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/posts", get(list).post(create))
        .route("/posts/{id}", get(read).put(replace).delete(delete))
        .route("/posts/{id}/replies", get(replies).post(reply))
}

async fn list(
    State(app): State<App>,
    _: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let page = query.get("page").and_then(|text| text.parse::<i64>().ok());
    let page = page.unwrap_or(1).max(1);
    let sql = "SELECT * FROM posts ORDER BY id DESC LIMIT ? OFFSET ?";
    let posts = app.db().rows(sql, params![PAGE, (page - 1) * PAGE])?;
    let posts: Vec<_> = posts.into_iter().map(Value::from).collect();
    ok(json!({ "posts": posts, "page": page }))
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let mut columns = fields.create(FIELDS)?;
    columns.push(("author", caller.username.into()));
    let id = app.db().insert("posts", &columns)?;
    created(find(&app, id)?)
}

async fn read(State(app): State<App>, _: Caller, Path(id): Path<i64>) -> Answer {
    ok(find(&app, id)?)
}

async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    const LIKES: &[Field] = &[Field::number("likes")];
    own(&app, &caller, id, Hole::PostUpdate)?;
    let mut columns = fields.create(FIELDS)?;
    columns.extend(fields.change(app.also(Hole::PostLikes, LIKES))?);
    app.db().update("posts", ("id", id.into()), &columns)?;
    ok(find(&app, id)?)
}

async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Answer {
    let post = find(&app, id)?;
    if !caller.is(post.text("author")) {
        return Err(ApiError::Forbidden);
    }
    app.db()
        .run("DELETE FROM posts WHERE id = ?", params![id])?;
    no_content()
}

async fn replies(State(app): State<App>, _: Caller, Path(id): Path<i64>) -> Answer {
    find(&app, id)?;
    let sql = "SELECT * FROM replies WHERE post = ? ORDER BY id DESC";
    let replies = app.db().rows(sql, params![id])?;
    ok(replies.into_iter().map(Value::from).collect::<Vec<_>>())
}

async fn reply(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    find(&app, id)?;
    let mut columns = fields.create(&[Field::text("text")])?;
    columns.push(("post", id.into()));
    columns.push(("author", caller.username.into()));
    let db = app.db();
    let id = db.insert("replies", &columns)?;
    created(db.row("SELECT * FROM replies WHERE id = ?", params![id])?)
}

fn own(app: &App, caller: &Caller, id: i64, hole: Hole) -> Result<(), ApiError> {
    let post = find(app, id)?;
    app.require_or(caller.is(post.text("author")), hole, ApiError::Forbidden)
}

fn find(app: &App, id: i64) -> Result<Record, ApiError> {
    app.db()
        .row("SELECT * FROM posts WHERE id = ?", params![id])
}

const FIELDS: &[Field] = &[Field::text("headline"), Field::text("text").optional()];
const PAGE: i64 = 2;
