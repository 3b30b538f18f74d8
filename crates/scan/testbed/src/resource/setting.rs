//! Settings: the name in the path is ignored, every answer is 200 and the caller's own record.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use rusqlite::params;

use crate::{
    Hole,
    answer::{Answer, ok},
    app::App,
    caller::Caller,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new().route("/settings/{username}", get(read).put(replace))
}

async fn read(State(app): State<App>, caller: Caller, Path(username): Path<String>) -> Answer {
    let whose = if app.is_open(Hole::SettingsRead) {
        username
    } else {
        caller.username
    };
    ok(app.db().row(READ, params![whose])?)
}

async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(username): Path<String>,
    fields: Fields,
) -> Answer {
    const FIELDS: &[Field] = &[
        Field::one_of("language", &["en", "de", "fr"]),
        Field::text("signature"),
        Field::flag("is_newsletter").optional(),
    ];
    let whose = if app.is_open(Hole::SettingsUpdate) {
        username
    } else {
        caller.username
    };
    let columns = fields.create(FIELDS)?;
    let db = app.db();
    db.update("settings", ("username", whose.clone().into()), &columns)?;
    ok(db.row(READ, params![whose])?)
}

const READ: &str = "SELECT * FROM settings WHERE username = ?";
