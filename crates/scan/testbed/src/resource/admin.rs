//! Functions of administrators; the banner is not one, although it is below `/admin`.

use axum::{
    Router,
    extract::{Path, State},
    routing::{delete, get},
};
use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    Hole,
    answer::{Answer, ApiError, created, no_content, ok},
    app::App,
    caller::Caller,
    fields::{Field, Fields},
    resource::person,
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/admin/users", get(users))
        .route("/admin/users/{username}", delete(delete_user))
        .route("/admin/coupons", get(coupons).post(create_coupon))
        .route("/admin/flags/{name}", get(read_flag).patch(update_flag))
        .route("/admin/audit", get(audit))
        .route("/admin/banner", get(banner))
}

async fn users(State(app): State<App>, caller: Caller) -> Answer {
    app.require_role(&caller, ADMIN, Hole::AdminUsers)?;
    let sql = "SELECT id, username, email, role, tenant, is_deleted FROM users ORDER BY id";
    let users = app.db().rows(sql, [])?;
    ok(users.into_iter().map(Value::from).collect::<Vec<_>>())
}

async fn delete_user(
    State(app): State<App>,
    caller: Caller,
    Path(username): Path<String>,
) -> Answer {
    app.require_role(&caller, ADMIN, Hole::AdminUserDelete)?;
    person::remove(&app, &username)?;
    no_content()
}

async fn coupons(State(app): State<App>, caller: Caller) -> Answer {
    administrator(&caller)?;
    let coupons = app.db().rows("SELECT * FROM coupons ORDER BY code", [])?;
    ok(coupons.into_iter().map(Value::from).collect::<Vec<_>>())
}

async fn create_coupon(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    const FIELDS: &[Field] = &[
        Field::text("code"),
        Field::number("percent"),
        Field::text("purpose").optional(),
    ];
    app.require_role(&caller, ADMIN, Hole::AdminCoupon)?;
    let columns = fields.create(FIELDS)?;
    let code = fields.text("code")?;
    let db = app.db();
    let sql = "SELECT * FROM coupons WHERE code = ?";
    if !db.rows(sql, params![code])?.is_empty() {
        return Err(ApiError::Conflict("the code"));
    }
    db.insert("coupons", &columns)?;
    created(db.row(sql, params![code])?)
}

async fn read_flag(State(app): State<App>, caller: Caller, Path(name): Path<String>) -> Answer {
    administrator(&caller)?;
    ok(app.db().row(FLAG, params![name])?)
}

async fn update_flag(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    fields: Fields,
) -> Answer {
    app.require_role(&caller, ADMIN, Hole::AdminFlag)?;
    let columns = fields.change(&[Field::flag("is_on"), Field::text("comment")])?;
    let db = app.db();
    db.update("flags", ("name", name.clone().into()), &columns)?;
    ok(db.row(FLAG, params![name])?)
}

async fn audit(State(app): State<App>, caller: Option<Caller>) -> Answer {
    match caller {
        Some(caller) => administrator(&caller)?,
        None => app.require_or(false, Hole::AuditAnonymous, ApiError::Unauthorized)?,
    }
    let entries = app.db().rows("SELECT * FROM audit ORDER BY id", [])?;
    ok(entries.into_iter().map(Value::from).collect::<Vec<_>>())
}

/// For everybody.
async fn banner() -> Answer {
    ok(json!({ "banner": "Closed on Sundays." }))
}

fn administrator(caller: &Caller) -> Result<(), ApiError> {
    if caller.is_administrator() {
        Ok(())
    } else {
        Err(ApiError::Forbidden)
    }
}

const ADMIN: &[&str] = &["admin"];
const FLAG: &str = "SELECT * FROM flags WHERE name = ?";
