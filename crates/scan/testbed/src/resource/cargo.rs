//! Cargos, as JSON:API: values are below `attributes`, and the id is beside them.

use axum::{
    Router,
    extract::{Path, State},
    routing::{get, post},
};
use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    Hole,
    answer::{Answer, ApiError, created, ok},
    app::App,
    caller::Caller,
    database::Record,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/cargos", post(create))
        .route("/cargos/{cargo}", get(read).patch(update))
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let mut columns = attributes(&fields)?.create(&[Field::text("label")])?;
    columns.push(("owner", caller.username.into()));
    let id = app.db().insert("cargos", &columns)?;
    created(body(&find(&app, id)?))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Answer {
    ok(body(&checked(&app, &caller, id, Hole::CargoRead)?))
}

async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    checked(&app, &caller, id, Hole::CargoUpdate)?;
    let columns = attributes(&fields)?.change(&[Field::text("label")])?;
    app.db().update("cargos", ("id", id.into()), &columns)?;
    ok(body(&find(&app, id)?))
}

fn attributes(fields: &Fields) -> Result<Fields, ApiError> {
    fields.inner("data")?.inner("attributes")
}

fn checked(app: &App, caller: &Caller, id: i64, hole: Hole) -> Result<Record, ApiError> {
    let cargo = find(app, id)?;
    app.require(caller.is(cargo.text("owner")), hole)?;
    Ok(cargo)
}

fn find(app: &App, id: i64) -> Result<Record, ApiError> {
    app.db()
        .row("SELECT * FROM cargos WHERE id = ?", params![id])
}

fn body(cargo: &Record) -> Value {
    let id = cargo.number("id");
    json!({ "data": {
        "type": "cargos",
        "id": id.to_string(),
        "attributes": { "label": cargo.text("label") },
        "links": { "self": format!("/cargos/{id}") },
    } })
}
