//! The bank's API: what its callers may do, its one kind of record, its routes.

use std::{env, io::Write};

use airside_resource::{
    Authorized, Create, Function, Listed, Public, Record, Rejection, ResourceServer, Router,
    actions, rule,
};
use axum::{Json, extract::FromRef};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::Db;

actions! {
    /// See one's own accounts.
    ReadAccount reads Account = rule::scope("accounts:read").owner();
    /// Open, rename and close one's own accounts.
    ManageAccount writes Account = rule::scope("accounts:write").owner();
    /// Delete a user of the bank: for its staff.
    DeleteUser = rule::role("admin");
    /// Say that the API lives.
    Health public = "load balancer probe";
}

#[derive(Debug, Record, Serialize)]
#[record(table = "accounts", records = Db)]
pub struct Account {
    pub id: i64,
    #[record(owner)]
    pub owner: String,
    #[record(writable)]
    pub name: String,
    pub balance: i64,
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

#[derive(Deserialize)]
struct User {
    user: String,
}

async fn list(accounts: Listed<Account, ReadAccount>) -> Result<Json<Vec<Account>>, Rejection> {
    Ok(Json(accounts.page(None, 100).await?))
}

async fn open(
    new: Create<Account, ManageAccount>,
    Json(body): Json<Name>,
) -> Result<Json<Account>, Rejection> {
    // the owner is the caller; the body cannot set it
    new.insert(vec![("name", body.name.into())]).await.map(Json)
}

async fn show(account: Authorized<Account, ReadAccount>) -> Json<Account> {
    Json(account.into_inner())
}

async fn rename(
    account: Authorized<Account, ManageAccount>,
    Json(body): Json<Name>,
) -> Result<Json<Account>, Rejection> {
    let changes = vec![("name", body.name.into())];
    account.update(changes).await.map(Json)
}

async fn close(account: Authorized<Account, ManageAccount>) -> Result<Json<Account>, Rejection> {
    account.delete().await.map(Json)
}

async fn delete_user(_: Function<DeleteUser>, Json(body): Json<User>) -> String {
    format!("{} would be deleted\n", body.user)
}

async fn health(_: Public<Health>) -> &'static str {
    "alive\n"
}

#[derive(Clone)]
struct State {
    airside: ResourceServer,
    records: Db,
}

impl FromRef<State> for ResourceServer {
    fn from_ref(state: &State) -> Self {
        state.airside.clone()
    }
}

impl FromRef<State> for Db {
    fn from_ref(state: &State) -> Self {
        state.records.clone()
    }
}

/// Serves the API on `LISTEN`, for the tokens of `ISSUER`.
pub async fn serve(records: Db) -> Result<(), Box<dyn std::error::Error>> {
    let set = |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    let issuer = set("ISSUER", "http://127.0.0.1:8080");
    let airside = ResourceServer::trusting(issuer)
        .for_audience(set("AUDIENCE", "https://bank.example"))
        .allow_loopback_http() // for trying it: take this out when the issuer has https
        .build()?;
    let routes = Router::new()
        .get("/health", health)
        .get("/api/v1/accounts", list)
        .post("/api/v1/accounts", open)
        .get("/api/v1/accounts/{id}", show)
        .patch("/api/v1/accounts/{id}", rename)
        .delete("/api/v1/accounts/{id}", close)
        .post("/api/v1/admin/delete-user", delete_user);
    let mut err = std::io::stderr();
    write!(err, "{}", routes.table())?;
    let api = routes.build(State { airside, records })?;
    api.ready().await?;
    let listener = TcpListener::bind(set("LISTEN", "127.0.0.1:9000")).await?;
    writeln!(err, "ready: http://{}", listener.local_addr()?)?;
    axum::serve(listener, api).await?;
    Ok(())
}
