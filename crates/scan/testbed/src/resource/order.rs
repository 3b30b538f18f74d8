//! Orders: UUIDs, a list with pages, a cancellation that a job carries out.

use std::collections::HashMap;

use axum::{
    Router,
    extract::{Path, Query, State},
    routing::{get, post},
};
use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    Hole,
    answer::{Answer, ApiError, accepted, created, no_content, ok},
    app::App,
    caller::Caller,
    database::Record,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/orders", get(list).post(create))
        .route("/orders/{id}", get(read).put(replace).delete(delete))
        .route("/orders/{id}/cancel", post(cancel))
}

/// Five a page unless `limit` says otherwise; `next` is the next page's `offset`.
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<i64>().ok());
    let limit = number("limit").unwrap_or(5).clamp(1, 50);
    let offset = number("offset").unwrap_or(0).max(0);
    let everybody = app.is_open(Hole::OrdersListAll);
    let mut orders = app.db().rows(
        "SELECT * FROM orders WHERE customer = ? OR ? ORDER BY created_at, id LIMIT ? OFFSET ?",
        params![caller.username, everybody, limit + 1, offset],
    )?;
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let next = (orders.len() > page).then_some(offset + limit);
    orders.truncate(page);
    let orders: Vec<_> = orders.into_iter().map(Value::from).collect();
    ok(json!({ "items": orders, "next": next }))
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let mut columns = fields.create(FIELDS)?;
    let id = app.uuid();
    columns.push(("id", id.clone().into()));
    columns.push(("customer", caller.username.into()));
    columns.push(("created_at", app.now().into()));
    app.db().insert("orders", &columns)?;
    created(find(&app, &id)?)
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    ok(checked(&app, &caller, &id, Hole::OrderRead)?)
}

async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Answer {
    const PAID: &[Field] = &[Field::flag("is_paid"), Field::one_of("status", STATUSES)];
    checked(&app, &caller, &id, Hole::OrderUpdate)?;
    let mut columns = fields.create(FIELDS)?;
    columns.extend(fields.change(app.also(Hole::OrderPaid, PAID))?);
    app.db()
        .update("orders", ("id", id.clone().into()), &columns)?;
    ok(find(&app, &id)?)
}

async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    checked(&app, &caller, &id, Hole::OrderDelete)?;
    app.db()
        .run("DELETE FROM orders WHERE id = ?", params![id])?;
    no_content()
}

async fn cancel(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    checked(&app, &caller, &id, Hole::OrderCancel)?;
    let job = app.start_job(&caller, "cancel", &id)?;
    accepted(json!({ "job_id": job, "status": "pending" }))
}

/// Returns the order if it is the caller's or the hole is open.
pub(super) fn checked(
    app: &App,
    caller: &Caller,
    id: &str,
    hole: Hole,
) -> Result<Record, ApiError> {
    let order = find(app, id)?;
    app.require(caller.is(order.text("customer")), hole)?;
    Ok(order)
}

fn find(app: &App, id: &str) -> Result<Record, ApiError> {
    app.db()
        .row("SELECT * FROM orders WHERE id = ?", params![id])
}

const FIELDS: &[Field] = &[
    Field::text("ship_to"),
    Field::text("gift_note").optional(),
    Field::one_of("priority", &["standard", "express"]).optional(),
];
const STATUSES: &[&str] = &["open", "sent", "cancelled"];
