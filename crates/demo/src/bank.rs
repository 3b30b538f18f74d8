//! The bank's API: verifies every token offline, decides by function and by object.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use airside_policy::{Decision, Object, ObjectRule, rule};
use airside_resource::{Caller, Rejection, ResourceServer, enforce};
use anyhow::Result;
use axum::{
    Router,
    body::Body,
    extract::{FromRef, Path, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use http::{HeaderValue, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::person::Person;

/// The bank. Clones share everything.
#[derive(Clone)]
pub struct Bank(Arc<Inside>);

struct Inside {
    airside: ResourceServer,
    accounts: [Account; 2],
    customers: Mutex<BTreeSet<String>>,
    log: Mutex<Vec<String>>,
}

struct Account {
    id: &'static str,
    holder: &'static str,
    owner: String,
    balance: &'static str,
}

impl Bank {
    /// Opens with account 1001 of the first person and 1002 of the second.
    pub fn open(issuer: &str, audience: &str, (first, second): (&Person, &Person)) -> Result<Self> {
        let airside = ResourceServer::trusting(issuer)
            .for_audience(audience)
            .allow_loopback_http()
            .build()?;
        let account = |id, person: &Person, balance| Account {
            id,
            holder: person.username,
            owner: person.subject.clone(),
            balance,
        };
        Ok(Self(Arc::new(Inside {
            airside,
            accounts: [
                account("1001", first, "1250.00"),
                account("1002", second, "98000.00"),
            ],
            customers: Mutex::new(["alice", "bob", "carol"].map(str::to_owned).into()),
            log: Mutex::default(),
        })))
    }

    pub fn router(&self) -> Router {
        Router::new()
            .route("/api/v1/accounts", get(list))
            .route("/api/v1/accounts/{id}", get(read))
            .route("/api/v1/admin/delete-user", post(delete_user))
            .layer(from_fn_with_state(self.clone(), admit))
            .with_state(self.clone())
    }

    /// Returns the reason of the last refusal, which is logged and never sent to the caller.
    pub fn last_refusal(&self) -> String {
        let log = self.0.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.last().cloned().unwrap_or_default()
    }

    /// Returns true if a person is still a customer.
    pub fn has_customer(&self, username: &str) -> bool {
        self.customers(|customers| customers.contains(username))
    }

    fn customers<T>(&self, then: impl FnOnce(&mut BTreeSet<String>) -> T) -> T {
        let customers = &self.0.customers;
        then(&mut customers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, refusal: String) {
        let mut log = self.0.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(refusal);
    }

    fn enforce(&self, decision: Decision) -> Result<(), Rejection> {
        if let Decision::Denied { rule, reason } = &decision {
            self.note(format!("the rule is {rule}: {reason}"));
        }
        enforce(decision)
    }
}

impl fmt::Debug for Bank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bank")
    }
}

impl FromRef<Bank> for ResourceServer {
    fn from_ref(bank: &Bank) -> Self {
        bank.0.airside.clone()
    }
}

/// Admits only requests with a valid token.
async fn admit(State(bank): State<Bank>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match bank.0.airside.verify(&parts).await {
        Ok(caller) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(rejection) => {
            bank.note(rejection.to_string());
            rejection.into_response()
        }
    }
}

async fn list(State(bank): State<Bank>, caller: Caller) -> Result<Response, Rejection> {
    let (rule, principal) = (account_rule(), caller.principal());
    bank.enforce(rule.function_rule().decide(&principal))?;
    let own = bank.0.accounts.iter().filter(|account| {
        let object = Object::owned_by(&account.owner);
        rule.decide(&principal, &object).is_allowed()
    });
    let own: Vec<Value> = own.map(show).collect();
    Ok(answer(&json!({ "accounts": own })))
}

async fn read(
    State(bank): State<Bank>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Rejection> {
    let (rule, principal) = (account_rule(), caller.principal());
    bank.enforce(rule.function_rule().decide(&principal))?;
    let Some(account) = bank.0.accounts.iter().find(|account| account.id == id) else {
        bank.note(format!("there is no account `{id}`"));
        return Err(Rejection::NotFound);
    };
    bank.enforce(rule.decide(&principal, &Object::owned_by(&account.owner)))?;
    Ok(answer(&show(account)))
}

async fn delete_user(
    State(bank): State<Bank>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Rejection> {
    bank.enforce(rule::role("admin").decide(&caller.principal()))?;
    let order: Value = serde_json::from_slice(&body).unwrap_or_default();
    let username = order.get("username").and_then(Value::as_str);
    let deleted = username.is_some_and(|name| bank.customers(|all| all.remove(name)));
    if !deleted {
        bank.note("there is no such customer".to_owned());
        return Err(Rejection::NotFound);
    }
    Ok(answer(&json!({ "deleted": username })))
}

fn account_rule() -> ObjectRule {
    rule::scope("accounts:read").owner()
}

fn show(account: &Account) -> Value {
    json!({ "id": account.id, "holder": account.holder, "balance": account.balance })
}

fn answer(body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
