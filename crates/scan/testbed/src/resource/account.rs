//! Accounts: integer ids, deleted softly.

use axum::{
    Router,
    extract::{Path, Query, State},
    routing::get,
};
use rusqlite::params;
use serde_json::Value;
use std::collections::HashMap;

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
        .route("/accounts", get(list).post(create))
        .route("/accounts/{id}", get(read).patch(update).delete(delete))
}

/// `owner_id` filters what the caller may see, which is their own.
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let named: Option<i64> = query.get("owner_id").and_then(|id| id.parse().ok());
    let owner = named.unwrap_or(caller.id);
    let sql = "SELECT * FROM accounts WHERE owner_id = ? AND NOT is_deleted ORDER BY id";
    let accounts = app.db().rows(sql, params![owner])?;
    let may_see = |account: &Record| {
        account.number("owner_id") == caller.id || app.is_open(Hole::AccountsListOwner)
    };
    let shown = accounts
        .into_iter()
        .filter(may_see)
        .map(|account| account.without(HIDDEN));
    ok(shown.map(Value::from).collect::<Vec<_>>())
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    const FIELDS: &[Field] = &[Field::text("label"), Field::text("memo").optional()];
    const BALANCE: &[Field] = &[Field::number("balance")];
    let mut columns = fields.create(FIELDS)?;
    columns.extend(fields.change(app.also(Hole::AccountBalance, BALANCE))?);
    columns.push(("owner_id", caller.id.into()));
    let id = app.db().insert("accounts", &columns)?;
    created(find(&app, id)?.without(HIDDEN))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Answer {
    ok(checked(&app, &caller, id, Hole::AccountRead)?.without(HIDDEN))
}

async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    checked(&app, &caller, id, Hole::AccountUpdate)?;
    let columns = fields.change(&[Field::text("label"), Field::text("memo")])?;
    app.db().update("accounts", ("id", id.into()), &columns)?;
    ok(find(&app, id)?.without(HIDDEN))
}

async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Answer {
    checked(&app, &caller, id, Hole::AccountDelete)?;
    app.db().run(
        "UPDATE accounts SET is_deleted = 1 WHERE id = ?",
        params![id],
    )?;
    no_content()
}

/// Returns the account if the caller owns it or the hole is open.
pub(super) fn checked(app: &App, caller: &Caller, id: i64, hole: Hole) -> Result<Record, ApiError> {
    let account = find(app, id)?;
    app.require(account.number("owner_id") == caller.id, hole)?;
    Ok(account)
}

pub(super) fn find(app: &App, id: i64) -> Result<Record, ApiError> {
    app.db().row(
        "SELECT * FROM accounts WHERE id = ? AND NOT is_deleted",
        params![id],
    )
}

const HIDDEN: &[&str] = &["is_deleted"];
