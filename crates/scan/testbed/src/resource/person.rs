//! People: everybody sees the public part of everybody.

use axum::{
    Router,
    extract::{Path, State},
    routing::{get, put},
};
use rusqlite::params;
use serde_json::{Map, Value};

use crate::{
    Hole,
    answer::{Answer, ApiError, no_content, ok},
    app::App,
    caller::Caller,
    database::{Column, Record},
    fields::{Field, Fields},
};

pub(super) const ROLES: &[&str] = &["customer", "support", "admin"];

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/me", get(read_me).patch(update_me))
        .route("/users", get(list))
        .route("/users/{username}", get(read).patch(update).delete(delete))
        .route("/users/{username}/password", put(set_password))
        .route("/users/{username}/role", put(set_role))
}

async fn read_me(State(app): State<App>, caller: Caller) -> Answer {
    ok(find(&app, &caller.username)?)
}

/// Answers with what was sent on top of what is stored, so that an echo looks like a change.
async fn update_me(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    const ALSO: &[Field] = &[Field::one_of("role", ROLES), Field::number("credit")];
    let mut columns = fields.change(EDITABLE)?;
    columns.extend(fields.change(app.also(Hole::MeRole, ALSO))?);
    store(&app, &caller.username, &columns)?;
    let mut echo: Map<String, Value> = match find(&app, &caller.username)?.into() {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    echo.extend(
        fields
            .members()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    ok(Value::Object(echo))
}

async fn list(State(app): State<App>, caller: Caller) -> Answer {
    let users = app
        .db()
        .rows("SELECT * FROM users WHERE NOT is_deleted ORDER BY id", [])?;
    let shown = users.into_iter().map(|user| {
        let is_own = caller.is(user.text("username"));
        Value::from(app.hide(public(user), SECRET, is_own, Hole::UsersListContacts))
    });
    ok(shown.collect::<Vec<_>>())
}

async fn read(State(app): State<App>, caller: Caller, Path(username): Path<String>) -> Answer {
    let user = find(&app, &username)?;
    let is_own = caller.is(&username) || caller.is_administrator();
    ok(app.hide(user, SECRET, is_own, Hole::UserContacts))
}

async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(username): Path<String>,
    fields: Fields,
) -> Answer {
    let may = caller.is(&username) || caller.is_administrator();
    find(&app, &username)?;
    app.require_or(may, Hole::UserUpdate, ApiError::Forbidden)?;
    store(&app, &username, &fields.change(EDITABLE)?)?;
    ok(find(&app, &username)?)
}

async fn delete(State(app): State<App>, caller: Caller, Path(username): Path<String>) -> Answer {
    let may = caller.is(&username) || caller.is_administrator();
    find(&app, &username)?;
    app.require_or(may, Hole::UserDelete, ApiError::Forbidden)?;
    remove(&app, &username)?;
    no_content()
}

async fn set_password(
    State(app): State<App>,
    caller: Caller,
    Path(username): Path<String>,
    fields: Fields,
) -> Answer {
    find(&app, &username)?;
    app.require_or(
        caller.is(&username),
        Hole::UserPassword,
        ApiError::Forbidden,
    )?;
    let columns = fields.create(&[Field::text("password")])?;
    store(&app, &username, &columns)?;
    no_content()
}

async fn set_role(
    State(app): State<App>,
    caller: Caller,
    Path(username): Path<String>,
    fields: Fields,
) -> Answer {
    app.require_role(&caller, &["admin"], Hole::UserRole)?;
    find(&app, &username)?;
    let columns = fields.create(&[Field::one_of("role", ROLES)])?;
    store(&app, &username, &columns)?;
    ok(find(&app, &username)?)
}

/// Deletes softly: the name stays taken.
pub(super) fn remove(app: &App, username: &str) -> Result<usize, ApiError> {
    app.db().run(
        "UPDATE users SET is_deleted = 1 WHERE username = ?",
        params![username],
    )
}

fn find(app: &App, username: &str) -> Result<Record, ApiError> {
    let sql = "SELECT * FROM users WHERE username = ? AND NOT is_deleted";
    app.db().row(sql, params![username]).map(public)
}

fn public(user: Record) -> Record {
    user.without(&["password", "is_deleted"])
}

fn store(app: &App, username: &str, columns: &[Column]) -> Result<(), ApiError> {
    app.db()
        .update("users", ("username", username.to_owned().into()), columns)
}

const EDITABLE: &[Field] = &[
    Field::text("email"),
    Field::text("phone"),
    Field::text("bio"),
];
const SECRET: &[&str] = &["email", "phone", "credit", "role", "tenant"];
