//! Messages: opened by an id in the body; sender and recipient may read one.

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
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
    Router::new()
        .route("/messages", get(list).post(send))
        .route("/messages/open", post(open))
        .route("/messages/search", post(search))
}

/// The caller's own, without their bodies.
async fn list(State(app): State<App>, caller: Caller) -> Answer {
    let sql = "SELECT id, sender, recipient, subject FROM messages \
               WHERE sender = ?1 OR recipient = ?1 ORDER BY id";
    let messages = app.db().rows(sql, params![caller.username])?;
    ok(messages.into_iter().map(Value::from).collect::<Vec<_>>())
}

async fn send(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    const FIELDS: &[Field] = &[
        Field::text("recipient"),
        Field::text("subject"),
        Field::text("body"),
    ];
    let mut columns = fields.create(FIELDS)?;
    columns.push(("sender", caller.username.into()));
    let db = app.db();
    let id = db.insert("messages", &columns)?;
    created(db.row("SELECT * FROM messages WHERE id = ?", params![id])?)
}

async fn open(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let id = fields.number("message_id")?;
    let message = app
        .db()
        .row("SELECT * FROM messages WHERE id = ?", params![id])?;
    let may = caller.is(message.text("sender")) || caller.is(message.text("recipient"));
    app.require(may, Hole::MessageBody)?;
    ok(message)
}

/// Finds messages of the caller by a text in them.
async fn search(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let text = fields.text("text")?;
    let everybody = app.is_open(Hole::MessageSearch);
    let sql = "SELECT id, sender, recipient, subject FROM messages \
               WHERE (instr(subject, ?1) OR instr(body, ?1)) AND (sender = ?2 OR recipient = ?2 OR ?3)";
    let messages = app
        .db()
        .rows(sql, params![text, caller.username, everybody])?;
    ok(messages.into_iter().map(Value::from).collect::<Vec<_>>())
}
