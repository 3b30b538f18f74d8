//! Parcels: a new one has no body, and its id is in its address only, which is that of the shop for the public.

use axum::{
    Router,
    extract::{Path, State},
    routing::{get, post},
};
use rusqlite::params;

use crate::{
    Hole,
    answer::{Answer, ApiError, created_at, no_content, ok},
    app::App,
    caller::Caller,
    database::Record,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/parcels", post(create))
        .route("/parcels/{id}", get(read).delete(delete))
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let mut columns = fields.create(&[Field::text("content")])?;
    let id = app.uuid();
    columns.push(("id", id.clone().into()));
    columns.push(("owner", caller.username.into()));
    app.db().insert("parcels", &columns)?;
    created_at(&format!("https://shop.example/v1/parcels/{id}"))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    ok(checked(&app, &caller, &id, Hole::ParcelRead)?.without(&["id"]))
}

async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    checked(&app, &caller, &id, Hole::ParcelDelete)?;
    app.db()
        .run("DELETE FROM parcels WHERE id = ?", params![id])?;
    no_content()
}

fn checked(app: &App, caller: &Caller, id: &str, hole: Hole) -> Result<Record, ApiError> {
    let sql = "SELECT * FROM parcels WHERE id = ?";
    let parcel = app.db().row(sql, params![id])?;
    app.require(caller.is(parcel.text("owner")), hole)?;
    Ok(parcel)
}
