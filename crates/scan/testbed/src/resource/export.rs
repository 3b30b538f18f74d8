//! Exports: made by a job, downloaded when it is done.

use axum::{
    Router,
    extract::{Path, State},
    routing::{get, post},
};
use rusqlite::params;
use serde_json::json;

use crate::{
    Hole,
    answer::{Answer, accepted, ok},
    app::App,
    caller::Caller,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/exports", post(create))
        .route("/exports/{id}", get(read))
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let mut columns = fields.create(&[Field::text("title")])?;
    let id = app.uuid();
    columns.push(("id", id.clone().into()));
    columns.push(("owner", caller.username.clone().into()));
    app.db().insert("exports", &columns)?;
    let job = app.start_job(&caller, "export", &id)?;
    accepted(json!({ "id": id, "job_id": job, "status": "pending" }))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    let export = app
        .db()
        .row("SELECT * FROM exports WHERE id = ?", params![id])?;
    app.require(caller.is(export.text("owner")), Hole::ExportRead)?;
    ok(export)
}
