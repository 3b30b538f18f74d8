//! The operations of people of the support; the notices are for everybody, although they are below `/ops`.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    Hole,
    answer::{Answer, ok},
    app::App,
    caller::Caller,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/ops/queue", get(queue))
        .route("/ops/notices", get(notices))
        .route("/stock/{bin}", get(read_stock).patch(count_stock))
}

/// The orders of all customers.
async fn queue(State(app): State<App>, caller: Caller) -> Answer {
    app.require_role(&caller, SUPPORT, Hole::OpsQueue)?;
    let sql = "SELECT id, customer, ship_to, status FROM orders ORDER BY created_at DESC LIMIT 50";
    let orders = app.db().rows(sql, [])?;
    ok(orders.into_iter().map(Value::from).collect::<Vec<_>>())
}

/// For everybody.
async fn notices(_: Caller) -> Answer {
    ok(json!([{ "number": 1, "text": "Parcels leave at noon." }]))
}

async fn read_stock(State(app): State<App>, _: Caller, Path(bin): Path<String>) -> Answer {
    ok(app.db().row(STOCK, params![bin])?)
}

async fn count_stock(
    State(app): State<App>,
    caller: Caller,
    Path(bin): Path<String>,
    fields: Fields,
) -> Answer {
    app.require_role(&caller, SUPPORT, Hole::StockCount)?;
    let columns = fields.change(&[Field::number("count"), Field::text("remark")])?;
    let db = app.db();
    db.update("stock", ("bin", bin.clone().into()), &columns)?;
    ok(db.row(STOCK, params![bin])?)
}

const SUPPORT: &[&str] = &["support"];
const STOCK: &str = "SELECT * FROM stock WHERE bin = ?";
