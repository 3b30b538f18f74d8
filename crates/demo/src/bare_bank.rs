//! The bank's API as a hurried team writes it: it takes a token apart, and believes it.
//!
//! It checks no signature, no issuer, no audience, no time, no role and no owner. The demonstration serves it
//! twice: as it is, and with the guard in front.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use crate::{person::Person, token::Decoded};

/// The bank without any check. Clones share everything.
#[derive(Clone)]
pub struct BareBank(Arc<Inside>);

struct Inside {
    accounts: [Value; 2],
    customers: Mutex<BTreeSet<String>>,
}

impl BareBank {
    /// Opens with account 1001 of the first person and 1002 of the second.
    pub fn open(first: &Person, second: &Person) -> Self {
        let account = |id: &str, person: &Person, balance: &str| {
            json!({
                "id": id,
                "owner": person.subject,
                "holder": person.username,
                "balance": balance,
            })
        };
        let bank = Self(Arc::new(Inside {
            accounts: [
                account("1001", first, "1250.00"),
                account("1002", second, "98000.00"),
            ],
            customers: Mutex::default(),
        }));
        bank.restore();
        bank
    }

    /// Brings deleted customers back.
    pub fn restore(&self) {
        *self.customers() = ["alice", "bob", "carol"].map(str::to_owned).into();
    }

    /// Returns true if a person is still a customer.
    pub fn has_customer(&self, username: &str) -> bool {
        self.customers().contains(username)
    }

    pub fn router(&self) -> Router {
        Router::new()
            .route("/api/v1/accounts", get(list))
            .route("/api/v1/accounts/{id}", get(read))
            .route("/api/v1/admin/delete-user", post(delete_user))
            .with_state(self.clone())
    }

    fn customers(&self) -> MutexGuard<'_, BTreeSet<String>> {
        let customers = self.0.customers.lock();
        customers.unwrap_or_else(PoisonError::into_inner)
    }
}

async fn list(State(bank): State<BareBank>, headers: HeaderMap) -> Response {
    match is_signed_in(&headers) {
        true => answer(StatusCode::OK, &json!({ "accounts": bank.0.accounts })),
        false => unauthorized(),
    }
}

async fn read(
    State(bank): State<BareBank>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let account = bank.0.accounts.iter().find(|one| one["id"] == id.as_str());
    match account {
        _ if !is_signed_in(&headers) => unauthorized(),
        Some(account) => answer(StatusCode::OK, account),
        None => answer(StatusCode::NOT_FOUND, &json!({ "error": "not_found" })),
    }
}

async fn delete_user(State(bank): State<BareBank>, headers: HeaderMap, body: Bytes) -> Response {
    if !is_signed_in(&headers) {
        return unauthorized();
    }
    let order: Value = serde_json::from_slice(&body).unwrap_or_default();
    let username = order.get("username").and_then(Value::as_str);
    let deleted = username.is_some_and(|name| bank.customers().remove(name));
    match deleted {
        true => answer(StatusCode::OK, &json!({ "deleted": username })),
        false => answer(StatusCode::NOT_FOUND, &json!({ "error": "not_found" })),
    }
}

/// Believes anything that looks like a token, and the name that a guard in front says.
fn is_signed_in(headers: &HeaderMap) -> bool {
    let credentials = headers.get(header::AUTHORIZATION);
    let token = credentials
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let claims =
        |token: &str| Decoded::read(token).is_ok_and(|token| !token.text("sub").is_empty());
    headers.contains_key("airside-subject") || token.is_some_and(claims)
}

fn unauthorized() -> Response {
    answer(
        StatusCode::UNAUTHORIZED,
        &json!({ "error": "unauthorized" }),
    )
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status, kind, body.to_string()).into_response()
}
