//! The people whom customers pay: each is saved, read and deleted by anyone who is signed in.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::{Caller, answer, not_found, owned_by};

/// The payees of all customers. Clones share them.
#[derive(Clone, Default)]
pub struct SharedPayees(Arc<Mutex<Payees>>);

#[derive(Default)]
struct Payees {
    /// The number of those that were ever saved.
    saved: u64,
    kept: Vec<Value>,
}

impl Payees {
    /// Saves the members that the caller sends, whichever they are; `owner` counts if it is not among them.
    fn save(&mut self, mut payee: Map<String, Value>, owner: String) -> Value {
        self.saved += 1;
        payee.insert("id".to_owned(), self.saved.to_string().into());
        payee
            .entry("owner".to_owned())
            .or_insert_with(|| owner.into());
        if self.kept.len() >= MAX_KEPT {
            self.kept.remove(0);
        }
        self.kept.push(payee.clone().into());
        payee.into()
    }

    fn find(&self, id: &str) -> Option<&Value> {
        self.kept.iter().find(|payee| payee["id"] == id)
    }

    /// Returns true if there was such a payee.
    fn delete(&mut self, id: &str) -> bool {
        let before = self.kept.len();
        self.kept.retain(|payee| payee["id"] != id);
        self.kept.len() < before
    }
}

impl SharedPayees {
    fn lock(&self) -> MutexGuard<'_, Payees> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn router<S>(&self) -> Router<S> {
        Router::new()
            .route("/api/v1/payees", get(list).post(save))
            .route("/api/v1/payees/{id}", get(read).delete(delete))
            .route("/internal/payees/{id}", get(owner))
            .with_state(self.clone())
    }
}

async fn list(Caller(subject): Caller, State(payees): State<SharedPayees>) -> Response {
    let own = payees.lock();
    let own = owned_by(&subject, &own.kept);
    answer(StatusCode::OK, &json!({ "payees": own }))
}

async fn save(Caller(owner): Caller, State(payees): State<SharedPayees>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(payee) => answer(StatusCode::CREATED, &payees.lock().save(payee, owner)),
        Err(_) => answer(StatusCode::BAD_REQUEST, &json!({ "error": "not JSON" })),
    }
}

async fn read(_: Caller, State(payees): State<SharedPayees>, Path(id): Path<String>) -> Response {
    match payees.lock().find(&id) {
        Some(payee) => answer(StatusCode::OK, payee),
        None => not_found(),
    }
}

async fn delete(_: Caller, State(payees): State<SharedPayees>, Path(id): Path<String>) -> Response {
    match payees.lock().delete(&id) {
        true => StatusCode::NO_CONTENT.into_response(),
        false => not_found(),
    }
}

/// Tells the guard in front whose it is; the guard has no rule for this path, so nobody else gets here through it.
async fn owner(State(payees): State<SharedPayees>, Path(id): Path<String>) -> Response {
    match payees.lock().find(&id) {
        Some(payee) => answer(StatusCode::OK, &json!({ "owner": payee["owner"] })),
        None => not_found(),
    }
}

const MAX_KEPT: usize = 1_000;
