//! Everybody by tenant; contacts, which are deep in the answer, only in the caller's own entry.

use axum::{Router, extract::State, routing::get};
use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    Hole,
    answer::{Answer, ApiError, ok},
    app::App,
    caller::Caller,
};

pub(super) fn router() -> Router<App> {
    Router::new().route("/directory", get(directory))
}

async fn directory(State(app): State<App>, caller: Caller) -> Answer {
    let tenants = app
        .db()
        .rows("SELECT slug FROM tenants ORDER BY slug", [])?;
    let departments = tenants.iter().map(|tenant| {
        let name = tenant.text("slug");
        Ok(json!({ "name": name, "people": people(&app, &caller, name)? }))
    });
    let departments = departments.collect::<Result<Vec<_>, ApiError>>()?;
    ok(json!({ "departments": departments }))
}

fn people(app: &App, caller: &Caller, tenant: &str) -> Result<Vec<Value>, ApiError> {
    let sql =
        "SELECT username, email, phone FROM users WHERE tenant = ? AND NOT is_deleted ORDER BY id";
    let people = app.db().rows(sql, params![tenant])?;
    let entries = people.into_iter().map(|person| {
        let username = person.text("username").to_owned();
        let is_own = caller.is(&username);
        let contact = person.without(&["username"]);
        let contact = app.hide(
            contact,
            &["email", "phone"],
            is_own,
            Hole::DirectoryContacts,
        );
        let mut entry = json!({
            "username": username,
            "contact": { "office": format!("{tenant} quay"), "desk": username.len() },
        });
        if let (Some(own), Value::Object(shown)) = (
            entry.pointer_mut("/contact").and_then(Value::as_object_mut),
            Value::from(contact),
        ) {
            own.extend(shown);
        }
        entry
    });
    Ok(entries.collect())
}
