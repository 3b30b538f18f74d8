//! Teams: slugs; members read them, their owner changes them.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use rusqlite::params;
use serde_json::Value;

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
        .route("/teams", get(list).post(create))
        .route("/teams/{team}", get(read))
}

/// Those that the caller belongs to.
async fn list(State(app): State<App>, caller: Caller) -> Answer {
    let sql =
        "SELECT teams.* FROM teams JOIN members ON team = slug WHERE username = ? ORDER BY slug";
    let teams = app.db().rows(sql, params![caller.username])?;
    ok(teams.into_iter().map(Value::from).collect::<Vec<_>>())
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    const FIELDS: &[Field] = &[
        Field::text("slug"),
        Field::text("name"),
        Field::text("purpose").optional(),
    ];
    let mut columns = fields.create(FIELDS)?;
    let slug = fields.text("slug")?;
    let is_slug = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if slug.is_empty() || !slug.bytes().all(is_slug) {
        return Err(ApiError::BadField("slug"));
    }
    if find(&app, slug).is_ok() {
        return Err(ApiError::Conflict("the slug"));
    }
    columns.push(("owner", caller.username.clone().into()));
    app.db().insert("teams", &columns)?;
    let sql = "INSERT INTO members (team, username, duty) VALUES (?, ?, 'lead')";
    app.db().run(sql, params![slug, caller.username])?;
    created(find(&app, slug)?)
}

async fn read(State(app): State<App>, caller: Caller, Path(team): Path<String>) -> Answer {
    let found = find(&app, &team)?;
    app.require(is_member(&app, &caller, &team)?, Hole::TeamRead)?;
    ok(found)
}

pub(super) fn is_member(app: &App, caller: &Caller, team: &str) -> Result<bool, ApiError> {
    let sql = "SELECT 1 FROM members WHERE team = ? AND username = ?";
    Ok(!app
        .db()
        .rows(sql, params![team, caller.username])?
        .is_empty())
}

pub(super) fn find(app: &App, team: &str) -> Result<Record, ApiError> {
    app.db()
        .row("SELECT * FROM teams WHERE slug = ?", params![team])
}
