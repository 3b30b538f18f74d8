//! Projects with members, tasks, files and administrators, in SQLite, in PostgreSQL or in memory.
//!
//! ```sh
//! airside serve                     # in one terminal: the issuer, http://127.0.0.1:8080
//! cargo run -p airside-resource --example projects      # in another: the API, http://127.0.0.1:9000
//! ```
//!
//! `DATABASE` in the environment says where the records are kept: `postgres://…`, the path of a file for
//! SQLite, or nothing for the memory of the process. `ISSUER`, `AUDIENCE` and `LISTEN` say otherwise than the
//! lines below.

#![expect(clippy::duplicate_mod, reason = "the same API on each adapter")]

mod memory;
mod postgres;
mod sqlite;

use std::{env, error::Error, io::Write as _};

use airside_resource::{Api, ResourceServer, memory::Memory, postgres::Postgres, sqlite::Sqlite};
use deadpool_postgres::{Manager, Pool};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let airside = ResourceServer::trusting(set("ISSUER", "http://127.0.0.1:8080"))
        .for_audience(set("AUDIENCE", "https://projects.example"))
        .allow_loopback_http() // for trying it: take this out when the issuer has https
        .build()?;
    let api = on(&set("DATABASE", ""), airside).await?;
    api.ready().await?;
    let listener = TcpListener::bind(set("LISTEN", "127.0.0.1:9000")).await?;
    let address = listener.local_addr()?;
    writeln!(std::io::stderr(), "ready: http://{address}")?;
    axum::serve(listener, api).await?;
    Ok(())
}

async fn on(database: &str, airside: ResourceServer) -> Result<Api, Box<dyn Error>> {
    if database.is_empty() {
        use memory::api::{App, routes};
        let records = Memory::default();
        return Ok(routes().build(App { airside, records })?);
    }
    if database.starts_with("postgres") {
        use postgres::api::{App, routes};
        let manager = Manager::new(database.parse()?, tokio_postgres::NoTls);
        let pool = Pool::builder(manager).build()?;
        pool.get().await?.batch_execute(postgres::TABLES).await?;
        let records = Postgres::new(pool);
        return Ok(routes().build(App { airside, records })?);
    }
    use sqlite::api::{App, routes};
    let connection = rusqlite::Connection::open(database)?;
    connection.execute_batch(sqlite::TABLES)?;
    let records = Sqlite::new(connection);
    Ok(routes().build(App { airside, records })?)
}

fn set(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}
