//! Registration, sign-in, sign-out. A token lives for 60 s.

use axum::{Router, extract::State, routing::post};
use rusqlite::params;
use serde_json::json;

use crate::{
    Hole,
    answer::{Answer, ApiError, created, no_content, ok},
    app::App,
    caller::Caller,
    fields::{Field, Fields},
    resource::person::ROLES,
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/register", post(register))
        .route("/login", post(login))
        .route("/logout", post(logout))
}

async fn register(State(app): State<App>, fields: Fields) -> Answer {
    const FIELDS: &[Field] = &[
        Field::text("username"),
        Field::text("password"),
        Field::text("email"),
        Field::text("bio").optional(),
    ];
    const ROLE: &[Field] = &[Field::one_of("role", ROLES).optional()];
    let mut columns = fields.create(FIELDS)?;
    columns.extend(fields.change(app.also(Hole::RegisterRole, ROLE))?);
    let username = fields.text("username")?;
    let db = app.db();
    if !db
        .rows("SELECT 1 FROM users WHERE username = ?", params![username])?
        .is_empty()
    {
        return Err(ApiError::Conflict("the username"));
    }
    db.insert_person(&columns, username)?;
    let user = db.row("SELECT * FROM users WHERE username = ?", params![username])?;
    created(user.without(&["password", "is_deleted"]))
}

async fn login(State(app): State<App>, fields: Fields) -> Answer {
    let (username, password) = (fields.text("username")?, fields.text("password")?);
    let token = app.token();
    let db = app.db();
    let user = db.row(
        "SELECT username, role FROM users WHERE username = ? AND password = ? AND NOT is_deleted",
        params![username, password],
    );
    let user = user.map_err(|_| ApiError::Unauthorized)?;
    db.run(
        "INSERT INTO tokens (token, username, expires_at) VALUES (?, ?, ?)",
        params![token, username, app.now() + LIFETIME],
    )?;
    ok(json!({ "token": token, "expires_in": LIFETIME / 1000, "role": user.text("role") }))
}

async fn logout(State(app): State<App>, caller: Caller) -> Answer {
    app.db().run(
        "UPDATE tokens SET is_signed_out = 1 WHERE token = ?",
        params![caller.token],
    )?;
    no_content()
}

/// In milliseconds.
const LIFETIME: i64 = 60_000;
