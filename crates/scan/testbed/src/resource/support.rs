//! Tickets: every customer writes them, supporters and administrators read them.

use axum::{Router, extract::State, routing::get};
use rusqlite::params;
use serde_json::Value;

use crate::{
    Hole,
    answer::{Answer, created, ok},
    app::App,
    caller::Caller,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new().route("/support/tickets", get(list).post(create))
}

async fn list(State(app): State<App>, caller: Caller) -> Answer {
    app.require_role(&caller, &["support", "admin"], Hole::SupportTickets)?;
    let tickets = app.db().rows("SELECT * FROM tickets ORDER BY id", [])?;
    ok(tickets.into_iter().map(Value::from).collect::<Vec<_>>())
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let mut columns = fields.create(&[Field::text("subject"), Field::text("body")])?;
    columns.push(("author", caller.username.into()));
    let db = app.db();
    let id = db.insert("tickets", &columns)?;
    created(db.row("SELECT * FROM tickets WHERE id = ?", params![id])?)
}
