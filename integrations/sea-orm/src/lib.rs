//! Records of `airside-resource` in PostgreSQL and SQLite, through a connection of SeaORM.
//!
//! A record is read by SeaORM's own trait `FromQueryResult`, which the `Model` of an entity has. See the
//! test of this crate for an entity that is a record.
//!
//! The queries and transactions are those of `airside-sqlx`: SeaORM's pool is one of sqlx.
//!
//! SeaORM does not read `Timestamp` and `Json` of `airside-resource`. A record that has them is read as one
//! of `airside-sqlx` is:
//!
//! ```
//! use airside_resource::{FromRow, Record, policy::Timestamp};
//! use airside_sea_orm::SeaOrm;
//! use sea_orm::{DbErr, FromQueryResult, QueryResult};
//!
//! #[derive(Record)]
//! #[record(table = "notes", records = SeaOrm)]
//! struct Note {
//!     id: i64,
//!     #[record(owner)]
//!     owner: String,
//!     #[record(writable)]
//!     due_at: Option<Timestamp>,
//! }
//!
//! impl FromQueryResult for Note {
//!     fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
//!         FromRow::<SeaOrm>::from_row(row)
//!     }
//! }
//! ```

use std::fmt;

use airside_resource::{
    Count, Query, Record, Records, RecordsError, Transactional,
    record::{ReadColumn, RowAdapter},
};
use sea_orm::{
    DatabaseConnection, DatabaseConnectionType, DbErr, FromQueryResult, QueryResult, RuntimeErr,
};

#[cfg(feature = "postgres")]
use airside_sqlx::SqlxPostgres;
#[cfg(feature = "sqlite")]
use airside_sqlx::SqlxSqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use airside_sqlx::SqlxTransaction;
use airside_sqlx::sqlx;

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

/// A running transaction, for the application's own queries, which are those of sqlx: SeaORM cannot be
/// lent a connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SeaOrmTransaction {
    /// In PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(SqlxTransaction<sqlx::Postgres>),
    /// In SQLite.
    #[cfg(feature = "sqlite")]
    Sqlite(SqlxTransaction<sqlx::Sqlite>),
}

/// The connection is not a pool of sqlx to PostgreSQL or SQLite, or the feature for it is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsupportedError;

impl SeaOrm {
    /// Takes a connection, which the application may have set up as it likes.
    ///
    /// # Errors
    ///
    /// [`UnsupportedError`] for another database, and for a mock of one.
    pub fn new(connection: DatabaseConnection) -> Result<Self, UnsupportedError> {
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
            _ => return Err(UnsupportedError),
        };
        Ok(Self { connection, pool })
    }

    /// Returns the connection itself, for the application's own queries: no rule restricts them.
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

    async fn has_index(&self, table: &str, column: &str) -> Result<bool, RecordsError> {
        match &self.pool {
            #[cfg(feature = "postgres")]
            Pool::Postgres(pool) => pool.has_index_on(table, column).await,
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(pool) => pool.has_index_on(table, column).await,
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
fn record<T: FromQueryResult>(row: QueryResult) -> sqlx::Result<T> {
    let read = T::from_query_result(&row, "");
    read.map_err(|error| sqlx::Error::Decode(error.into()))
}

impl Transactional for SeaOrm {
    type Transaction = SeaOrmTransaction;

    async fn transaction<R, E, F>(
        &self,
        work: impl FnOnce(SeaOrmTransaction) -> F + Send,
    ) -> Result<R, E>
    where
        F: Future<Output = Result<R, E>> + Send,
        R: Send,
        E: From<RecordsError> + Send,
    {
        match &self.pool {
            #[cfg(feature = "postgres")]
            Pool::Postgres(pool) => {
                let transaction = pool.transaction(|open| work(SeaOrmTransaction::Postgres(open)));
                transaction.await
            }
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(pool) => {
                let transaction = pool.transaction(|open| work(SeaOrmTransaction::Sqlite(open)));
                transaction.await
            }
        }
    }
}

impl RowAdapter for SeaOrm {
    type Row<'r> = QueryResult;
    type Error = DbErr;
}

/// Reads what each of the adapters reads.
macro_rules! read_columns {
    ($($adapter:ty: $row:ident),*) => {
        impl<V> ReadColumn<V> for SeaOrm
        where
            $($adapter: ReadColumn<V>,)*
        {
            fn read_column(row: &QueryResult, column: &str) -> Result<V, DbErr> {
                $(if let Some(row) = row.$row() {
                    let read = <$adapter as ReadColumn<V>>::read_column(row, column);
                    return read.map_err(query_error);
                })*
                Err(DbErr::Type("a row of another database".to_owned()))
            }
        }
    };
}

#[cfg(all(feature = "postgres", feature = "sqlite"))]
read_columns!(SqlxPostgres: try_as_pg_row, SqlxSqlite: try_as_sqlite_row);
#[cfg(all(feature = "postgres", not(feature = "sqlite")))]
read_columns!(SqlxPostgres: try_as_pg_row);
#[cfg(all(feature = "sqlite", not(feature = "postgres")))]
read_columns!(SqlxSqlite: try_as_sqlite_row);

#[cfg(any(feature = "postgres", feature = "sqlite"))]
fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

impl fmt::Debug for SeaOrm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SeaOrm")
    }
}

impl fmt::Display for UnsupportedError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is not a pool of sqlx to PostgreSQL or SQLite")
    }
}

impl std::error::Error for UnsupportedError {}
