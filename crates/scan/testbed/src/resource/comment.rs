//! Comments: public, anybody may write one under any article.

use axum::{
    Router,
    extract::{Path, State},
    routing::{get, patch},
};
use rusqlite::params;
use serde_json::Value;

use crate::{
    Hole,
    answer::{Answer, ApiError, created, no_content, ok},
    app::App,
    caller::Caller,
    database::Record,
    fields::{Field, Fields},
    resource::article,
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/articles/{title}/comments", get(list).post(create))
        .route("/comments/{id}", patch(update).delete(delete))
}

async fn list(State(app): State<App>, Path(title): Path<String>) -> Answer {
    let sql = "SELECT * FROM comments WHERE article = ? ORDER BY id";
    let comments = app.db().rows(sql, params![title])?;
    ok(comments.into_iter().map(Value::from).collect::<Vec<_>>())
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(title): Path<String>,
    fields: Fields,
) -> Answer {
    article::find(&app, &title)?;
    let mut columns = fields.create(&[Field::text("body")])?;
    columns.push(("article", title.into()));
    let named = fields
        .optional_text("author")
        .filter(|_| app.is_open(Hole::CommentAuthor));
    let author = named.map_or(caller.username, str::to_owned);
    columns.push(("author", author.into()));
    let id = app.db().insert("comments", &columns)?;
    created(find(&app, id)?)
}

async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    own(&app, &caller, id, Hole::CommentUpdate)?;
    let columns = fields.create(&[Field::text("body")])?;
    app.db().update("comments", ("id", id.into()), &columns)?;
    ok(find(&app, id)?)
}

async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Answer {
    own(&app, &caller, id, Hole::CommentDelete)?;
    app.db()
        .run("DELETE FROM comments WHERE id = ?", params![id])?;
    no_content()
}

fn own(app: &App, caller: &Caller, id: i64, hole: Hole) -> Result<(), ApiError> {
    let comment = find(app, id)?;
    app.require_or(caller.is(comment.text("author")), hole, ApiError::Forbidden)
}

fn find(app: &App, id: i64) -> Result<Record, ApiError> {
    app.db()
        .row("SELECT * FROM comments WHERE id = ?", params![id])
}
