//! Transfers: the account that pays is named in the body.

use axum::{Router, extract::State, routing::get};
use rusqlite::params;
use serde_json::Value;

use crate::{
    Hole,
    answer::{Answer, ApiError, created, ok},
    app::App,
    caller::Caller,
    fields::{Field, Fields},
    resource::account,
};

pub(super) fn router() -> Router<App> {
    Router::new().route("/transfers", get(list).post(create))
}

/// Those that the caller ordered.
async fn list(State(app): State<App>, caller: Caller) -> Answer {
    let sql = "SELECT * FROM transfers WHERE sender_id = ? ORDER BY id";
    let transfers = app.db().rows(sql, params![caller.id])?;
    ok(transfers.into_iter().map(Value::from).collect::<Vec<_>>())
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    const FIELDS: &[Field] = &[
        Field::number("from_account"),
        Field::number("to_account"),
        Field::number("amount"),
        Field::text("reference").optional(),
    ];
    let mut columns = fields.create(FIELDS)?;
    let amount = fields.number("amount")?;
    let from = fields.number("from_account")?;
    let to = fields.number("to_account")?;
    let payer = account::checked(&app, &caller, from, Hole::TransferFrom)?;
    account::find(&app, to)?;
    if !(1..=payer.number("balance")).contains(&amount) {
        return Err(ApiError::BadField("amount"));
    }
    columns.push(("sender_id", caller.id.into()));
    let db = app.db();
    let pay = "UPDATE accounts SET balance = balance + ? WHERE id = ?";
    db.run(pay, params![-amount, from])?;
    db.run(pay, params![amount, to])?;
    let id = db.insert("transfers", &columns)?;
    created(db.row("SELECT * FROM transfers WHERE id = ?", params![id])?)
}
