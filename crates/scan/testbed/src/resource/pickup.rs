//! Pickups: who orders one is led to it.

use axum::{
    Router,
    extract::{Path, State},
    routing::{get, post},
};
use rusqlite::params;

use crate::{
    Hole,
    answer::{Answer, ok, see_other},
    app::App,
    caller::Caller,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/pickups", post(create))
        .route("/pickups/{pickup}", get(read))
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let mut columns = fields.create(&[Field::text("street")])?;
    let id = app.uuid();
    columns.push(("id", id.clone().into()));
    columns.push(("owner", caller.username.into()));
    app.db().insert("pickups", &columns)?;
    // relative to the address of the request
    see_other(&format!("pickups/{id}"))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    let sql = "SELECT * FROM pickups WHERE id = ?";
    let pickup = app.db().row(sql, params![id])?;
    app.require(caller.is(pickup.text("owner")), Hole::PickupRead)?;
    ok(pickup.without(&["id"]))
}
