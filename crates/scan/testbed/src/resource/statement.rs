//! Statements: the account is named in the query or in a header.

use std::collections::HashMap;

use axum::{
    Router,
    extract::{Query, State},
    routing::get,
};
use http::HeaderMap;
use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    Hole,
    answer::{Answer, ApiError, ok},
    app::App,
    caller::Caller,
    resource::account,
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/statements", get(by_query))
        .route("/statements/current", get(by_header))
}

async fn by_query(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let id = query.get("account_id").map(String::as_str);
    statement(&app, &caller, id, Hole::StatementQuery)
}

async fn by_header(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Answer {
    let id = headers.get("x-account-id").and_then(|id| id.to_str().ok());
    statement(&app, &caller, id, Hole::StatementHeader)
}

fn statement(app: &App, caller: &Caller, id: Option<&str>, hole: Hole) -> Answer {
    let id = id.and_then(|id| id.parse().ok());
    let id: i64 = id.ok_or(ApiError::BadField("account"))?;
    let account = account::checked(app, caller, id, hole)?;
    let sql = "SELECT * FROM transfers WHERE from_account = ?1 OR to_account = ?1 ORDER BY id";
    let transfers = app.db().rows(sql, params![id])?;
    ok(json!({
        "account_id": id,
        "label": account.text("label"),
        "balance": account.number("balance"),
        "drawn_up_at": app.now(),
        "transfers": transfers.into_iter().map(Value::from).collect::<Vec<_>>(),
    }))
}
