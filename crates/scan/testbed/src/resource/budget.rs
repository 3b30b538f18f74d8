//! The budget of the caller's tenant, or of the one that the header `X-Org` names.

use axum::{Router, extract::State, routing::get};
use http::HeaderMap;
use rusqlite::params;

use crate::{
    Hole,
    answer::{Answer, ApiError, ok},
    app::App,
    caller::Caller,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new().route("/budget", get(read).put(replace))
}

async fn read(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Answer {
    let tenant = tenant(&app, &caller, &headers, Hole::BudgetReadHeader)?;
    ok(app.db().row(BUDGET, params![tenant])?)
}

async fn replace(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    fields: Fields,
) -> Answer {
    let tenant = tenant(&app, &caller, &headers, Hole::BudgetUpdateHeader)?;
    let columns = fields.create(&[Field::text("purpose")])?;
    let db = app.db();
    db.update("budgets", ("tenant", tenant.clone().into()), &columns)?;
    ok(db.row(BUDGET, params![tenant])?)
}

fn tenant(app: &App, caller: &Caller, headers: &HeaderMap, hole: Hole) -> Result<String, ApiError> {
    let named = headers.get("x-org").and_then(|id| id.to_str().ok());
    let tenant = named.unwrap_or(&caller.tenant);
    app.require_tenant(caller, tenant, hole)?;
    Ok(tenant.to_owned())
}

const BUDGET: &str = "SELECT * FROM budgets WHERE tenant = ?";
