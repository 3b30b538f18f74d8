//! The caller's profile: a singleton.

use axum::{Router, extract::State, routing::get};
use rusqlite::params;

use crate::{
    Hole,
    answer::{Answer, ok},
    app::App,
    caller::Caller,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new().route("/profile", get(read).put(replace))
}

async fn read(State(app): State<App>, caller: Caller) -> Answer {
    ok(app.db().row(READ, params![caller.username])?)
}

/// A `username` in the body is ignored.
async fn replace(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    const FIELDS: &[Field] = &[
        Field::text("headline"),
        Field::text("motto"),
        Field::one_of("theme", &["light", "dark"]),
    ];
    let named = fields
        .optional_text("username")
        .filter(|_| app.is_open(Hole::ProfileBody));
    let username = named.unwrap_or(&caller.username);
    let columns = fields.create(FIELDS)?;
    let db = app.db();
    db.update(
        "profiles",
        ("username", username.to_owned().into()),
        &columns,
    )?;
    ok(db.row(READ, params![username])?)
}

const READ: &str = "SELECT * FROM profiles WHERE username = ?";
