//! Operations on several objects at once, named by lists of ids.

use axum::{
    Router,
    extract::State,
    routing::{patch, post},
};
use bytes::Bytes;
use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    Hole,
    answer::{Answer, ApiError, ok},
    app::App,
    caller::Caller,
    database::Record,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/notes/batch-get", post(notes))
        .route("/orders/bulk", patch(change_orders))
        .route("/orders/bulk-delete", post(delete_orders))
}

/// Leaves out those that are not the caller's.
async fn notes(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let found = of_list(&app, "notes", &fields.texts("ids")?)?;
    let is_own = |note: &Record| caller.is(note.text("owner"));
    let first_only = app.is_open(Hole::NotesBatchFirst) && found.first().is_some_and(is_own);
    let everybody = first_only || app.is_open(Hole::NotesBatchRead);
    let found = found.into_iter().filter(|note| everybody || is_own(note));
    ok(json!({ "found": found.map(Value::from).collect::<Vec<_>>() }))
}

/// Changes all of them or none.
async fn change_orders(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let columns = fields.create(&[Field::text("gift_note")])?;
    let orders = of_list(&app, "orders", &fields.texts("order_ids")?)?;
    for order in &orders {
        let is_own = caller.is(order.text("customer"));
        app.require(is_own, Hole::OrdersBulkUpdate)?;
    }
    for order in &orders {
        let id = order.text("id").to_owned();
        app.db().update("orders", ("id", id.into()), &columns)?;
    }
    ok(json!({ "changed": orders.len() }))
}

/// Deletes those that are the caller's; the body is nothing but the list.
async fn delete_orders(State(app): State<App>, caller: Caller, body: Bytes) -> Answer {
    let ids: Vec<String> = serde_json::from_slice(&body).map_err(|_| ApiError::BadBody)?;
    let everybody = app.is_open(Hole::OrdersBulkDelete);
    let sql = "DELETE FROM orders WHERE id = ? AND (customer = ? OR ?)";
    let mut count = 0;
    for id in ids {
        count += app.db().run(sql, params![id, caller.username, everybody])?;
    }
    ok(json!({ "deleted": count }))
}

/// Returns the rows with these ids, in the order of the list.
fn of_list(app: &App, table: &str, ids: &[String]) -> Result<Vec<Record>, ApiError> {
    let sql = format!("SELECT * FROM {table} WHERE id = ?");
    let mut found = Vec::new();
    for id in ids {
        found.extend(app.db().rows(&sql, params![id])?);
    }
    Ok(found)
}
