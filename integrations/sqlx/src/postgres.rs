//! Records in PostgreSQL.

mod parameter;
mod stored;

use std::fmt;

use airside_resource::{
    Count, FromRow, Query, Record, Records, RecordsError, Transactional,
    policy::{Dialect, Sql, Timestamp},
    record::{Json, ReadColumn, RowAdapter},
};
use serde::de::DeserializeOwned;
use sqlx::{
    Arguments as _, AssertSqlSafe, Either, Executor as _, PgConnection, PgPool, Postgres, Row as _,
    SqlSafeStr as _, Statement as _,
    error::DatabaseError,
    postgres::{PgArguments, PgRow},
};
use tokio::task::LocalKey;
use uuid::Uuid;

use self::parameter::Parameter;
use crate::{
    column::{Stored, read_columns},
    error::Cause,
    pool::{self, Backend},
    transaction::{self, SqlxTransaction},
};

/// A pool of connections to PostgreSQL. `#[derive(Record)]` makes a record that is read from it if its columns
/// are read as the types of its fields ([`ReadColumn`]).
#[derive(Clone)]
pub struct SqlxPostgres {
    pool: PgPool,
}

impl SqlxPostgres {
    /// Takes a pool, which the application may have set up as it likes.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Returns the pool itself, for the application's own queries: no rule restricts them.
    #[must_use]
    pub fn unprotected(&self) -> &PgPool {
        &self.pool
    }

    /// Runs a query whose rows are read by a function: for an adapter on top of sqlx, whose records have
    /// a trait of their own.
    ///
    /// # Errors
    ///
    /// [`RecordsError`], as for every adapter.
    pub async fn run_with<T: Record>(
        &self,
        query: Query,
        read: impl Fn(PgRow) -> sqlx::Result<T> + Send,
    ) -> Result<Vec<T>, RecordsError> {
        pool::run(&self.pool, query, read).await
    }

    /// Counts the records that a rule allows: for an adapter on top of sqlx.
    ///
    /// # Errors
    ///
    /// [`RecordsError`], as for every adapter.
    pub async fn count_of<T: Record>(&self, count: Count) -> Result<u64, RecordsError> {
        pool::count::<_, T>(&self.pool, count).await
    }

    /// Tells whether an index of a table begins with a column: for an adapter on top of sqlx.
    ///
    /// # Errors
    ///
    /// [`RecordsError`], as for every adapter.
    pub async fn has_index_on(&self, table: &str, column: &str) -> Result<bool, RecordsError> {
        pool::has_index(&self.pool, table, column).await
    }
}

impl<T: Record + FromRow<Self>> Records<T> for SqlxPostgres {
    async fn run(&self, query: Query) -> Result<Vec<T>, RecordsError> {
        self.run_with(query, |row| T::from_row(&row)).await
    }

    async fn has_index(&self, table: &str, column: &str) -> Result<bool, RecordsError> {
        self.has_index_on(table, column).await
    }

    async fn count(&self, count: Count) -> Result<u64, RecordsError> {
        self.count_of::<T>(count).await
    }
}

impl Transactional for SqlxPostgres {
    type Transaction = SqlxTransaction<Postgres>;

    async fn transaction<R, E, F>(
        &self,
        work: impl FnOnce(SqlxTransaction<Postgres>) -> F + Send,
    ) -> Result<R, E>
    where
        F: Future<Output = Result<R, E>> + Send,
        R: Send,
        E: From<RecordsError> + Send,
    {
        transaction::transaction(&self.pool, work).await
    }
}

tokio::task_local! {
    static OPEN: Vec<SqlxTransaction<Postgres>>;
}

impl Backend for Postgres {
    const DIALECT: Dialect = Dialect::Postgres;
    // rows that were read do not change before the transaction ends
    const BEGIN: &'static str = "BEGIN ISOLATION LEVEL SERIALIZABLE";

    fn open() -> &'static LocalKey<Vec<SqlxTransaction<Self>>> {
        &OPEN
    }

    async fn rows(connection: &mut PgConnection, sql: Sql) -> sqlx::Result<Vec<PgRow>> {
        // the server names the types of the parameters
        let text = AssertSqlSafe(sql.text).into_sql_str();
        let statement = connection.prepare_with(text, &[]).await?;
        let Some(Either::Left(expected)) = statement.parameters() else {
            return Err(sqlx::Error::Protocol("the parameters have no types".into()));
        };
        let mut arguments = PgArguments::default();
        for (value, expected) in sql.values.iter().zip(expected) {
            let parameter = Parameter { value, expected };
            arguments.add(parameter).map_err(sqlx::Error::Encode)?;
        }
        statement.query_with(arguments).fetch_all(connection).await
    }

    fn number(row: &PgRow) -> sqlx::Result<i64> {
        row.try_get(0)
    }

    fn cause_of(error: &dyn DatabaseError) -> Cause {
        const SERIALIZATION_FAILURE: &str = "40001";
        const DEADLOCK_DETECTED: &str = "40P01";
        /// A query of the transaction failed, and the transaction went on.
        const IN_FAILED_SQL_TRANSACTION: &str = "25P02";
        let code = error.code().unwrap_or_default();
        // classes 22, 23 and 42: data exception, constraint violation, no such table or column
        match (code.as_ref(), code.get(..2)) {
            (SERIALIZATION_FAILURE | DEADLOCK_DETECTED, _) | (_, Some("23")) => Cause::Conflict,
            (IN_FAILED_SQL_TRANSACTION, _) | (_, Some("22" | "42")) => Cause::Mismatch,
            _ => Cause::Unavailable,
        }
    }
}

impl RowAdapter for SqlxPostgres {
    type Row<'r> = PgRow;
    type Error = sqlx::Error;
}

read_columns!(SqlxPostgres:
    [] bool as bool, [] i16 as i16, [] i32 as i32, [] i64 as i64, [] f32 as f32, [] f64 as f64,
    [] String as String, [] Vec<u8> as Vec<u8>, [] Uuid as Stored<Uuid>, [] Timestamp as Stored<Timestamp>,
    [T: DeserializeOwned] Json<T> as Stored<Json<T>>,
);

impl fmt::Debug for SqlxPostgres {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SqlxPostgres")
    }
}
