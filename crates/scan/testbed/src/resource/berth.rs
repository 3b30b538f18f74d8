//! Berths, as Hydra: each is named by its address, `@id`.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    Hole,
    answer::{Answer, created, ok},
    app::App,
    caller::Caller,
    database::Record,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/berths", get(list).post(create))
        .route("/berths/{berth}", get(read))
}

async fn list(State(app): State<App>, caller: Caller) -> Answer {
    let sql = "SELECT * FROM berths WHERE owner = ? ORDER BY id";
    let berths = app.db().rows(sql, params![caller.username])?;
    let berths: Vec<_> = berths.iter().map(body).collect();
    ok(json!({ "@id": "/berths", "@type": "hydra:Collection", "hydra:member": berths }))
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let mut columns = fields.create(&[Field::text("remark")])?;
    columns.push(("owner", caller.username.into()));
    let db = app.db();
    let id = db.insert("berths", &columns)?;
    created(body(
        &db.row("SELECT * FROM berths WHERE id = ?", params![id])?,
    ))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Answer {
    let sql = "SELECT * FROM berths WHERE id = ?";
    let berth = app.db().row(sql, params![id])?;
    app.require(caller.is(berth.text("owner")), Hole::BerthRead)?;
    ok(body(&berth))
}

fn body(berth: &Record) -> Value {
    json!({
        "@id": format!("/berths/{}", berth.number("id")),
        "@type": "Berth",
        "remark": berth.text("remark"),
    })
}
