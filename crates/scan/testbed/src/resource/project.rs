//! Projects of the tenant that the header `X-Tenant-Id` names, which every request must have.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use http::HeaderMap;
use rusqlite::params;
use serde_json::Value;

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
        .route("/projects", get(list).post(create))
        .route("/projects/{id}", get(read).patch(update))
}

async fn list(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Answer {
    let tenant = tenant(&app, &caller, &headers, Hole::ProjectsListHeader)?;
    let sql = "SELECT * FROM projects WHERE tenant = ? ORDER BY id";
    let projects = app.db().rows(sql, params![tenant])?;
    ok(projects.into_iter().map(Value::from).collect::<Vec<_>>())
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    fields: Fields,
) -> Answer {
    let tenant = tenant(&app, &caller, &headers, Hole::ProjectCreateHeader)?;
    let mut columns = fields.create(FIELDS)?;
    columns.push(("tenant", tenant.clone().into()));
    let id = app.db().insert("projects", &columns)?;
    created(find(&app, &tenant, id)?)
}

async fn read(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<i64>,
) -> Answer {
    let tenant = tenant(&app, &caller, &headers, Hole::ProjectReadHeader)?;
    ok(find(&app, &tenant, id)?)
}

async fn update(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let tenant = tenant(&app, &caller, &headers, Hole::ProjectUpdateHeader)?;
    find(&app, &tenant, id)?;
    let columns = fields.change(FIELDS)?;
    app.db().update("projects", ("id", id.into()), &columns)?;
    ok(find(&app, &tenant, id)?)
}

/// Returns the tenant of the header if it is the caller's or the hole is open.
fn tenant(app: &App, caller: &Caller, headers: &HeaderMap, hole: Hole) -> Result<String, ApiError> {
    let tenant = headers.get("x-tenant-id").and_then(|id| id.to_str().ok());
    let tenant = tenant.ok_or(ApiError::BadField("X-Tenant-Id"))?;
    app.require_tenant(caller, tenant, hole)?;
    Ok(tenant.to_owned())
}

fn find(app: &App, tenant: &str, id: i64) -> Result<Record, ApiError> {
    let sql = "SELECT * FROM projects WHERE tenant = ? AND id = ?";
    app.db().row(sql, params![tenant, id])
}

const FIELDS: &[Field] = &[Field::text("title"), Field::text("goal").optional()];
