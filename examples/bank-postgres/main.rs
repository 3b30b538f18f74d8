//! The same bank on PostgreSQL: only where the accounts are kept differs.
//!
//! ```sh
//! airside serve                     # in one terminal: the issuer, http://127.0.0.1:8080
//! DATABASE_URL=postgres://… cargo run -p airside-resource --example bank-postgres
//! ```
//!
//! In a copy of the repository, `DATABASE_URL=$(scripts/postgres schema)` is a database to try it with.

#[path = "../bank/api.rs"]
mod api;

use airside_resource::postgres::Postgres;
use deadpool_postgres::{Manager, Pool};
use tokio_postgres::{Config, NoTls};

type Db = Postgres;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text NOT NULL, name text NOT NULL,
    balance bigint NOT NULL DEFAULT 0
)";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config: Config = std::env::var("DATABASE_URL")
        .map_err(|_| "DATABASE_URL is not set: postgres://user:password@host/database")?
        .parse()?;
    let pool = Pool::builder(Manager::new(config, NoTls)).build()?;
    pool.get().await?.batch_execute(TABLE).await?;
    api::serve(Postgres::new(pool)).await
}
