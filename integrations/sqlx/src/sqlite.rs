//! Records in SQLite.

use std::fmt;

use airside_resource::{
    Count, Query, Record, Records, RecordsError,
    policy::{Dialect, Sql, Value},
};
use sqlx::{
    Arguments as _, AssertSqlSafe, FromRow, Row as _, SqliteConnection, SqlitePool,
    error::{BoxDynError, DatabaseError},
    sqlite::{SqliteArguments, SqliteRow},
};

use crate::error::{Cause, records_error};

/// A pool of connections to SQLite. A record that is kept here is read by [`FromRow`].
///
/// Each connection to `sqlite::memory:` has a database of its own: let such a pool have one connection.
#[derive(Clone)]
pub struct SqlxSqlite {
    pool: SqlitePool,
}

impl SqlxSqlite {
    /// Takes a pool, which the application may have set up as it likes.
    #[must_use]
    pub fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    /// Returns the pool itself, for the application's own queries: no rule looks at them.
    #[must_use]
    pub fn unprotected(&self) -> &SqlitePool {
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
        read: impl Fn(SqliteRow) -> sqlx::Result<T> + Send,
    ) -> Result<Vec<T>, RecordsError> {
        let precondition = query.precondition(Dialect::Sqlite);
        let sql = query.sql::<T>(Dialect::Sqlite);
        let answered = async {
            let Some(precondition) = precondition else {
                let mut connection = self.pool.acquire().await?;
                let found = rows(&mut connection, sql).await?;
                return found.into_iter().map(read).collect();
            };
            // from the look on, no other connection may write
            let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
            if rows(&mut transaction, precondition).await?.is_empty() {
                return Ok(Vec::new());
            }
            let made = rows(&mut transaction, sql).await?;
            let made = made.into_iter().map(read).collect::<sqlx::Result<_>>()?;
            transaction.commit().await?;
            Ok(made)
        };
        answered
            .await
            .map_err(|error| records_error(error, cause_of))
    }

    /// Counts the records that a rule allows: for an adapter on top of sqlx.
    ///
    /// # Errors
    ///
    /// [`RecordsError`], as for every adapter.
    pub async fn count_of<T: Record>(&self, count: Count) -> Result<u64, RecordsError> {
        let sql = count.sql::<T>(Dialect::Sqlite);
        let counted = async {
            let mut connection = self.pool.acquire().await?;
            let counted = rows(&mut connection, sql).await?;
            counted.first().map_or(Ok(0), |row| row.try_get(0))
        };
        let counted: sqlx::Result<i64> = counted.await;
        let counted = counted.map_err(|error| records_error(error, cause_of))?;
        Ok(counted.unsigned_abs())
    }
}

impl<T> Records<T> for SqlxSqlite
where
    T: Record + for<'r> FromRow<'r, SqliteRow>,
{
    async fn run(&self, query: Query) -> Result<Vec<T>, RecordsError> {
        self.run_with(query, |row| T::from_row(&row)).await
    }

    async fn count(&self, count: Count) -> Result<u64, RecordsError> {
        self.count_of::<T>(count).await
    }
}

fn cause_of(error: &dyn DatabaseError) -> Cause {
    /// No such table or column.
    const SQLITE_ERROR: i32 = 1;
    const SQLITE_CONSTRAINT: i32 = 19;
    const SQLITE_MISMATCH: i32 = 20;
    let code = error.code().and_then(|code| code.parse::<i32>().ok());
    // the lowest byte of an extended code is the code that it extends
    match code.map(|code| code & 0xff) {
        Some(SQLITE_CONSTRAINT) => Cause::Conflict,
        Some(SQLITE_ERROR | SQLITE_MISMATCH) | None => Cause::Mismatch,
        Some(_) => Cause::Unavailable,
    }
}

async fn rows(connection: &mut SqliteConnection, sql: Sql) -> sqlx::Result<Vec<SqliteRow>> {
    let mut arguments = SqliteArguments::default();
    for value in sql.values {
        add(&mut arguments, value).map_err(sqlx::Error::Encode)?;
    }
    let query = sqlx::query_with(AssertSqlSafe(sql.text), arguments);
    query.fetch_all(connection).await
}

fn add(arguments: &mut SqliteArguments, value: Value) -> Result<(), BoxDynError> {
    match value {
        Value::Null => arguments.add(None::<i64>),
        Value::Bool(value) => arguments.add(value),
        Value::Integer(number) => arguments.add(number),
        Value::Text(text) => arguments.add(text),
        _ => Err("a column is compared with a kind of value that is not known here".into()),
    }
}

impl fmt::Debug for SqlxSqlite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SqlxSqlite")
    }
}
