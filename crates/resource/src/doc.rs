//! Records and actions that the examples of the documentation use.

use airside_policy::{Value, rule};
use axum::extract::FromRef;

use crate::{BelongsTo, Count, Query, Record, Records, RecordsError, ResourceServer, actions};

/// A bank account.
#[derive(Debug)]
pub struct Account {
    pub id: i64,
    pub owner: String,
    pub name: String,
}

impl Record for Account {
    type Key = i64;
    type Records = Nowhere;
    const TYPE: &'static str = "Account";
    const TABLE: &'static str = "accounts";
    const OWNER: Option<&'static str> = Some("owner");
    const WRITABLE: &'static [&'static str] = &["name"];

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => self.id.into(),
            "owner" => self.owner.as_str().into(),
            _ => Value::Null,
        }
    }
}

/// A transfer from an account.
#[derive(Debug)]
pub struct Transfer {
    pub id: i64,
}

impl Record for Transfer {
    type Key = i64;
    type Records = Nowhere;
    const TYPE: &'static str = "Transfer";
    const TABLE: &'static str = "transfers";
    const PARAMETER: &'static str = "transfer";

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => self.id.into(),
            _ => Value::Null,
        }
    }
}

impl BelongsTo<Account> for Transfer {
    const COLUMN: &'static str = "account";
}

impl Records<Transfer> for Nowhere {
    async fn run(&self, _: Query) -> Result<Vec<Transfer>, RecordsError> {
        Ok(Vec::new())
    }

    async fn count(&self, _: Count) -> Result<u64, RecordsError> {
        Ok(0)
    }
}

/// A place without records.
#[derive(Clone, Debug)]
pub struct Nowhere;

impl Records<Account> for Nowhere {
    async fn run(&self, _: Query) -> Result<Vec<Account>, RecordsError> {
        Ok(Vec::new())
    }

    async fn count(&self, _: Count) -> Result<u64, RecordsError> {
        Ok(0)
    }
}

/// The state of an application.
#[derive(Clone, Debug)]
pub struct State {
    pub airside: ResourceServer,
}

impl FromRef<State> for ResourceServer {
    fn from_ref(state: &State) -> Self {
        state.airside.clone()
    }
}

impl FromRef<State> for Nowhere {
    fn from_ref(_: &State) -> Self {
        Self
    }
}

actions! {
    ReadAccount reads Account = rule::scope("accounts:read").owner();
    RenameAccount writes Account = rule::scope("accounts:write").owner();
    DeleteUser = rule::role("admin");
    Health public = "load balancer probe";
}
