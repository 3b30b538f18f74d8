//! Invoices: numbers that can be guessed; the API makes no new ones.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use rusqlite::params;
use serde_json::Value;

use crate::{
    Hole,
    answer::{Answer, ApiError, ok},
    app::App,
    caller::Caller,
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/invoices", get(list))
        .route("/invoices/{number}", get(read))
}

async fn list(State(app): State<App>, caller: Caller) -> Answer {
    let sql = "SELECT * FROM invoices WHERE customer = ? ORDER BY number";
    let invoices = app.db().rows(sql, params![caller.username])?;
    ok(invoices.into_iter().map(Value::from).collect::<Vec<_>>())
}

async fn read(
    State(app): State<App>,
    caller: Option<Caller>,
    Path(number): Path<String>,
) -> Answer {
    app.require_or(
        caller.is_some(),
        Hole::InvoiceAnonymous,
        ApiError::Unauthorized,
    )?;
    let invoice = app
        .db()
        .row("SELECT * FROM invoices WHERE number = ?", params![number])?;
    if let Some(caller) = caller {
        app.require(caller.is(invoice.text("customer")), Hole::InvoiceRead)?;
    }
    ok(invoice)
}
