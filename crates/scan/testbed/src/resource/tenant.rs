//! Tenants: what one has is for all of its people and for nobody else.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use rusqlite::params;
use serde_json::Value;

use crate::{
    Hole,
    answer::{Answer, ApiError, created, ok},
    app::App,
    caller::Caller,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/tenants/{tenant}/settings", get(settings).patch(update))
        .route("/tenants/{tenant}/documents", get(list).post(create))
        .route("/tenants/{tenant}/documents/{id}", get(read))
}

async fn settings(State(app): State<App>, caller: Caller, Path(tenant): Path<String>) -> Answer {
    app.require_tenant(&caller, &tenant, Hole::TenantSettingsRead)?;
    ok(app.db().row(SETTINGS, params![tenant])?)
}

async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(tenant): Path<String>,
    fields: Fields,
) -> Answer {
    app.require_tenant(&caller, &tenant, Hole::TenantSettingsUpdate)?;
    let columns = fields.change(&[Field::text("billing_email"), Field::text("footer")])?;
    let db = app.db();
    db.update("tenants", ("slug", tenant.clone().into()), &columns)?;
    ok(db.row(SETTINGS, params![tenant])?)
}

async fn list(State(app): State<App>, caller: Caller, Path(tenant): Path<String>) -> Answer {
    app.require_tenant(&caller, &tenant, Hole::TenantDocumentsList)?;
    let sql = "SELECT * FROM documents WHERE tenant = ? ORDER BY id";
    let documents = app.db().rows(sql, params![tenant])?;
    ok(documents.into_iter().map(Value::from).collect::<Vec<_>>())
}

/// Only for the caller's own tenant, with no hole.
async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(tenant): Path<String>,
    fields: Fields,
) -> Answer {
    if caller.tenant != tenant {
        return Err(ApiError::Forbidden);
    }
    let mut columns = fields.create(&[Field::text("title"), Field::text("body")])?;
    columns.push(("tenant", tenant.into()));
    columns.push(("author", caller.username.into()));
    let db = app.db();
    let id = db.insert("documents", &columns)?;
    created(db.row("SELECT * FROM documents WHERE id = ?", params![id])?)
}

async fn read(
    State(app): State<App>,
    caller: Caller,
    Path((tenant, id)): Path<(String, i64)>,
) -> Answer {
    app.require_tenant(&caller, &tenant, Hole::TenantDocumentRead)?;
    let sql = "SELECT * FROM documents WHERE tenant = ? AND id = ?";
    ok(app.db().row(sql, params![tenant, id])?)
}

const SETTINGS: &str = "SELECT * FROM tenants WHERE slug = ?";
