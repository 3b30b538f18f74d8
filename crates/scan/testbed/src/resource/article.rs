//! Articles: public, found by their title; drafts are their author's.

use axum::{
    Router,
    extract::{Path, State},
    routing::{get, post},
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
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/articles", get(list).post(create))
        .route("/articles/{title}", get(read).put(replace).delete(delete))
        .route("/articles/{title}/draft", get(draft))
        .route("/articles/{title}/likes", post(like))
}

async fn list(State(app): State<App>) -> Answer {
    let articles = app.db().rows("SELECT * FROM articles ORDER BY title", [])?;
    ok(articles
        .into_iter()
        .map(|article| Value::from(public(article)))
        .collect::<Vec<_>>())
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    const TITLE: &[Field] = &[Field::text("title")];
    let mut columns = fields.create(FIELDS)?;
    columns.extend(fields.create(TITLE)?);
    let title = fields.text("title")?;
    if find(&app, title).is_ok() {
        return Err(ApiError::Conflict("the title"));
    }
    columns.push(("author", caller.username.into()));
    app.db().insert("articles", &columns)?;
    created(public(find(&app, title)?))
}

async fn read(State(app): State<App>, Path(title): Path<String>) -> Answer {
    ok(public(find(&app, &title)?))
}

async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(title): Path<String>,
    fields: Fields,
) -> Answer {
    own(&app, &caller, &title, Hole::ArticleUpdate)?;
    let columns = fields.create(FIELDS)?;
    app.db()
        .update("articles", ("title", title.clone().into()), &columns)?;
    ok(public(find(&app, &title)?))
}

async fn delete(State(app): State<App>, caller: Caller, Path(title): Path<String>) -> Answer {
    own(&app, &caller, &title, Hole::ArticleDelete)?;
    app.db()
        .run("DELETE FROM articles WHERE title = ?", params![title])?;
    no_content()
}

async fn draft(State(app): State<App>, caller: Caller, Path(title): Path<String>) -> Answer {
    ok(own(&app, &caller, &title, Hole::DraftRead)?)
}

/// Everybody may like every article.
async fn like(State(app): State<App>, _: Caller, Path(title): Path<String>) -> Answer {
    app.db().run(
        "UPDATE articles SET likes = likes + 1 WHERE title = ?",
        params![title],
    )?;
    ok(public(find(&app, &title)?))
}

fn own(app: &App, caller: &Caller, title: &str, hole: Hole) -> Result<Record, ApiError> {
    let article = find(app, title)?;
    app.require_or(caller.is(article.text("author")), hole, ApiError::Forbidden)?;
    Ok(article)
}

pub(super) fn find(app: &App, title: &str) -> Result<Record, ApiError> {
    app.db()
        .row("SELECT * FROM articles WHERE title = ?", params![title])
}

fn public(article: Record) -> Record {
    article.without(&["draft"])
}

const FIELDS: &[Field] = &[Field::text("summary"), Field::text("draft").optional()];
