//! The bank's API as a hurried team writes it: it takes a token apart, and believes it.
//!
//! It checks no signature, no issuer, no audience, no time and no role. Its lists have the caller's own objects
//! only; whose an object is that somebody asks for by its id, it does not check. The demonstration serves it
//! twice: as it is, and with the guard in front.
//!
//! | module | holds |
//! |---|---|
//! | `payee` | the objects that customers make: people whom they pay |

mod payee;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{FromRequestParts, Path, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderName, StatusCode, header, request::Parts};
use serde_json::{Value, json};

use self::payee::Payees;
use crate::{person::Person, token::Decoded};

/// The bank without any check. Clones share everything.
#[derive(Clone)]
pub struct BareBank(Arc<Inside>);

struct Inside {
    accounts: [Value; 2],
    customers: Mutex<BTreeSet<String>>,
    payees: Mutex<Payees>,
}

/// The OpenAPI document of the API.
pub const DOCUMENT: &str = include_str!("../assets/bank-api.json");

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
            payees: Mutex::default(),
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
            .route("/openapi.json", get(document))
            .route("/api/v1/accounts", get(list))
            .route("/api/v1/accounts/{id}", get(read))
            .route("/api/v1/admin/users", get(users))
            .route("/api/v1/admin/delete-user", post(delete_user))
            .merge(payee::router())
            .with_state(self.clone())
    }

    fn customers(&self) -> MutexGuard<'_, BTreeSet<String>> {
        let customers = self.0.customers.lock();
        customers.unwrap_or_else(PoisonError::into_inner)
    }
}

async fn list(Caller(subject): Caller, State(bank): State<BareBank>) -> Response {
    let own = owned_by(&subject, &bank.0.accounts);
    answer(StatusCode::OK, &json!({ "accounts": own }))
}

async fn read(_: Caller, State(bank): State<BareBank>, Path(id): Path<String>) -> Response {
    match bank.0.accounts.iter().find(|one| one["id"] == id.as_str()) {
        Some(account) => answer(StatusCode::OK, account),
        None => not_found(),
    }
}

async fn users(_: Caller, State(bank): State<BareBank>) -> Response {
    answer(StatusCode::OK, &json!({ "users": *bank.customers() }))
}

async fn delete_user(_: Caller, State(bank): State<BareBank>, body: Bytes) -> Response {
    let order: Value = serde_json::from_slice(&body).unwrap_or_default();
    let username = order.get("username").and_then(Value::as_str);
    let deleted = username.is_some_and(|name| bank.customers().remove(name));
    match deleted {
        true => answer(StatusCode::OK, &json!({ "deleted": username })),
        false => not_found(),
    }
}

async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT).into_response()
}

/// The subject of a caller, believed of anything that looks like a token, and of a guard in front.
struct Caller(String);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let text = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let by_guard = text(HeaderName::from_static("airside-subject"));
        let of_token = || {
            let token = text(header::AUTHORIZATION)?.strip_prefix("Bearer ")?;
            Some(Decoded::read(token).ok()?.text("sub").to_owned())
        };
        let subject = by_guard.map(str::to_owned).or_else(of_token);
        let subject = subject.filter(|subject| !subject.is_empty());
        subject.map(Self).ok_or_else(unauthorized)
    }
}

fn owned_by<'a>(subject: &str, objects: &'a [Value]) -> Vec<&'a Value> {
    let own = objects.iter().filter(|object| object["owner"] == subject);
    own.collect()
}

fn unauthorized() -> Response {
    answer(
        StatusCode::UNAUTHORIZED,
        &json!({ "error": "unauthorized" }),
    )
}

fn not_found() -> Response {
    answer(StatusCode::NOT_FOUND, &json!({ "error": "not_found" }))
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status, kind, body.to_string()).into_response()
}
