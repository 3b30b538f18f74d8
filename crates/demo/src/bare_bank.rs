//! The bank's API as a hurried team writes it: it takes a token apart, and believes it.
//!
//! It checks no signature, no issuer, no audience, no time and no role. Its lists have the caller's own objects
//! only; whose an object is that somebody asks for by its id, it does not check. The demonstration serves it
//! twice: as it is, and with the guard in front.
//!
//! | module | holds |
//! |---|---|
//! | `answer` | who asks, and answers in JSON |
//! | `payee` | the objects that customers make: people whom they pay |

mod answer;
mod payee;

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
use http::{StatusCode, header};
use serde_json::{Value, json};

use self::{
    answer::{Caller, answer, not_found, owned_by},
    payee::SharedPayees,
};
use crate::person::Person;

/// The bank without any check. Clones share everything.
#[derive(Clone)]
pub struct BareBank(Arc<Inside>);

struct Inside {
    accounts: [Value; 2],
    customers: Mutex<BTreeSet<String>>,
    payees: SharedPayees,
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
            payees: SharedPayees::default(),
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
            .merge(self.0.payees.router())
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
