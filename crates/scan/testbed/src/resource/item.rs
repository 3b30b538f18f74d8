//! Items of an order: nested ids, of which both must fit.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use rusqlite::params;
use serde_json::Value;

use crate::{
    Hole,
    answer::{Answer, ApiError, created, no_content, ok},
    app::App,
    caller::Caller,
    database::Record,
    fields::{Field, Fields},
    resource::order,
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/orders/{id}/items", get(list).post(create))
        .route(
            "/orders/{id}/items/{item}",
            get(read).patch(update).delete(delete),
        )
}

async fn list(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    order::checked(&app, &caller, &id, Hole::OrderItemsRead)?;
    let sql = "SELECT * FROM items WHERE order_id = ? ORDER BY id";
    let items = app.db().rows(sql, params![id])?;
    ok(items.into_iter().map(Value::from).collect::<Vec<_>>())
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Answer {
    const FIELDS: &[Field] = &[
        Field::text("sku"),
        Field::number("quantity").optional(),
        Field::text("engraving").optional(),
    ];
    order::checked(&app, &caller, &id, Hole::OrderItemsAdd)?;
    let mut columns = fields.create(FIELDS)?;
    columns.push(("order_id", id.into()));
    let item = app.db().insert("items", &columns)?;
    created(find(&app, item)?)
}

/// With the hole the order must be the caller's, but any item is found in it.
async fn read(
    State(app): State<App>,
    caller: Caller,
    Path((id, item)): Path<(String, i64)>,
) -> Answer {
    order::checked(&app, &caller, &id, Hole::OrderItemRead)?;
    let item = find(&app, item)?;
    app.require(item.text("order_id") == id, Hole::OrderItemParent)?;
    ok(item)
}

async fn update(
    State(app): State<App>,
    caller: Caller,
    Path((id, item)): Path<(String, i64)>,
    fields: Fields,
) -> Answer {
    checked(&app, &caller, (&id, item), Hole::OrderItemUpdate)?;
    let columns = fields.change(&[Field::number("quantity"), Field::text("engraving")])?;
    app.db().update("items", ("id", item.into()), &columns)?;
    ok(find(&app, item)?)
}

async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((id, item)): Path<(String, i64)>,
) -> Answer {
    checked(&app, &caller, (&id, item), Hole::OrderItemDelete)?;
    app.db()
        .run("DELETE FROM items WHERE id = ?", params![item])?;
    no_content()
}

/// Passes if the order is the caller's and has the item, or the hole is open.
fn checked(
    app: &App,
    caller: &Caller,
    (order, item): (&str, i64),
    hole: Hole,
) -> Result<(), ApiError> {
    order::checked(app, caller, order, hole)?;
    app.require(find(app, item)?.text("order_id") == order, hole)
}

fn find(app: &App, item: i64) -> Result<Record, ApiError> {
    app.db()
        .row("SELECT * FROM items WHERE id = ?", params![item])
}
