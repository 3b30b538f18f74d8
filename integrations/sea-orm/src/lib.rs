//! Records of `airside-resource` in PostgreSQL and SQLite, through a connection of SeaORM.
//!
//! A record is read by SeaORM's own trait `FromQueryResult`, which the `Model` of an entity has. See the
//! test of this crate for an entity that is a record.
//!
//! The queries are those of `airside-sqlx`: SeaORM's pool is one of sqlx.

use std::fmt;

use airside_resource::{Count, Query, Record, Records, RecordsError};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use sea_orm::QueryResult;
use sea_orm::{DatabaseConnection, DatabaseConnectionType, FromQueryResult};

#[cfg(feature = "postgres")]
use airside_sqlx::SqlxPostgres;
#[cfg(feature = "sqlite")]
use airside_sqlx::SqlxSqlite;

/// The crate whose types are part of this adapter.
pub use sea_orm;

/// A connection of SeaORM to PostgreSQL (feature `postgres`) or SQLite (feature `sqlite`). A record that
/// is kept here is read by [`FromQueryResult`].
#[derive(Clone)]
pub struct SeaOrm {
    connection: DatabaseConnection,
    pool: Pool,
}

#[derive(Clone)]
enum Pool {
    #[cfg(feature = "postgres")]
    Postgres(SqlxPostgres),
    #[cfg(feature = "sqlite")]
    Sqlite(SqlxSqlite),
}

/// The connection is not a pool of sqlx to PostgreSQL or SQLite, or the feature for it is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsupported;

impl SeaOrm {
    /// Takes a connection, which the application may have set up as it likes.
    ///
    /// # Errors
    ///
    /// [`Unsupported`] for another database, and for a mock of one.
    pub fn new(connection: DatabaseConnection) -> Result<Self, Unsupported> {
        let pool = match &connection.inner {
            #[cfg(feature = "postgres")]
            DatabaseConnectionType::SqlxPostgresPoolConnection(_) => {
                let pool = connection.get_postgres_connection_pool();
                Pool::Postgres(SqlxPostgres::new(pool.clone()))
            }
            #[cfg(feature = "sqlite")]
            DatabaseConnectionType::SqlxSqlitePoolConnection(_) => {
                let pool = connection.get_sqlite_connection_pool();
                Pool::Sqlite(SqlxSqlite::new(pool.clone()))
            }
            _ => return Err(Unsupported),
        };
        Ok(Self { connection, pool })
    }

    /// Returns the connection itself, for the application's own queries: no rule looks at them.
    #[must_use]
    pub fn unprotected(&self) -> &DatabaseConnection {
        &self.connection
    }
}

impl<T: Record + FromQueryResult> Records<T> for SeaOrm {
    async fn run(&self, query: Query) -> Result<Vec<T>, RecordsError> {
        match &self.pool {
            #[cfg(feature = "postgres")]
            Pool::Postgres(pool) => pool.run_with(query, |row| record(row.into())).await,
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(pool) => pool.run_with(query, |row| record(row.into())).await,
        }
    }

    async fn count(&self, count: Count) -> Result<u64, RecordsError> {
        match &self.pool {
            #[cfg(feature = "postgres")]
            Pool::Postgres(pool) => pool.count_of::<T>(count).await,
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(pool) => pool.count_of::<T>(count).await,
        }
    }
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
fn record<T: FromQueryResult>(row: QueryResult) -> airside_sqlx::sqlx::Result<T> {
    let read = T::from_query_result(&row, "");
    read.map_err(|error| airside_sqlx::sqlx::Error::Decode(error.into()))
}

impl fmt::Debug for SeaOrm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SeaOrm")
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is not a pool of sqlx to PostgreSQL or SQLite")
    }
}

impl std::error::Error for Unsupported {}
