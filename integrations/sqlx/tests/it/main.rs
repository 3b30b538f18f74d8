//! The adapters keep the contract of every adapter, and the promises of the library.

#![expect(clippy::unwrap_used, reason = "tests")]

mod contract;
mod postgres;
mod promise;
mod sqlite;
mod transaction;

use airside_sqlx::sqlx::{
    PgPool, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

/// A pool of one connection to an empty database in memory.
async fn sqlite_pool() -> SqlitePool {
    let options = SqlitePoolOptions::new().max_connections(1);
    let options = options.idle_timeout(None).max_lifetime(None);
    options
        .connect_with(SqliteConnectOptions::new())
        .await
        .unwrap()
}

/// A pool to an empty schema.
async fn postgres_pool() -> PgPool {
    let options = PgPoolOptions::new().max_connections(2);
    let schema = airside_testkit::postgres::schema();
    options.connect(&schema).await.unwrap()
}
