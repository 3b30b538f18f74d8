//! Records in SQLite, through rusqlite.

mod transaction;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use airside_policy::{Dialect, Sql, Value};
use rusqlite::{
    Connection, ErrorCode, Row, ToSql, TransactionBehavior,
    types::{FromSql, Null, ToSqlOutput, ValueRef},
};
use tokio::task::JoinError;

/// The crate whose types are part of this adapter.
pub use rusqlite;

pub use self::transaction::SqliteTransaction;

use crate::{
    Count, FromRow, Query, Record, Records, RecordsError,
    record::{ReadColumn, RowAdapter, index_sql},
};

/// A connection to SQLite, shared by all clones and used by one query at a time, on a thread for blocking
/// work.
#[derive(Clone)]
pub struct Sqlite {
    connection: Arc<Mutex<Connection>>,
}

impl RowAdapter for Sqlite {
    type Row<'r> = Row<'r>;
    type Error = rusqlite::Error;
}

impl<V: FromSql> ReadColumn<V> for Sqlite {
    fn read_column(row: &Row<'_>, column: &str) -> rusqlite::Result<V> {
        row.get(column)
    }
}

impl Sqlite {
    /// Takes a connection, which the application may have set up as it likes.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self {
            connection: Arc::new(Mutex::new(connection)),
        }
    }

    /// Returns the connection itself, for the application's own queries: no rule restricts them.
    /// Waits while a query of the library runs, and blocks the thread meanwhile.
    pub fn unprotected(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Record + FromRow<Self>> Records<T> for Sqlite {
    async fn run(&self, query: Query) -> Result<Vec<T>, RecordsError> {
        let precondition = query.precondition(Dialect::Sqlite);
        let sql = query.sql::<T>(Dialect::Sqlite);
        if let Some(open) = self.open_transaction() {
            let change = move |connection: &Connection| change(connection, precondition, &sql);
            return open.run(change).await;
        }
        let connection = Arc::clone(&self.connection);
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            if precondition.is_none() {
                return change(&connection, None, &sql);
            }
            // from the precondition on, no other connection may write
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let made = change(&transaction, precondition, &sql)?;
            transaction.commit()?;
            Ok(made)
        });
        join_answer(done.await)
    }

    async fn has_index(&self, table: &str, column: &str) -> Result<bool, RecordsError> {
        let sql = index_sql(table, column, Dialect::Sqlite);
        let connection = Arc::clone(&self.connection);
        let found = tokio::task::spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            rows(&connection, &sql, |_| Ok(()))
        });
        Ok(!join_answer(found.await)?.is_empty())
    }

    async fn count(&self, count: Count) -> Result<u64, RecordsError> {
        let sql = count.sql::<T>(Dialect::Sqlite);
        let count = move |connection: &Connection| rows(connection, &sql, |row| row.get(0));
        let counted: Vec<i64> = match self.open_transaction() {
            Some(open) => open.run(count).await?,
            None => {
                let connection = Arc::clone(&self.connection);
                let counted = tokio::task::spawn_blocking(move || {
                    count(&connection.lock().unwrap_or_else(PoisonError::into_inner))
                });
                join_answer(counted.await)?
            }
        };
        Ok(counted.first().map_or(0, |count| count.unsigned_abs()))
    }
}

/// Runs a query, unless its precondition finds no row.
fn change<T: FromRow<Sqlite>>(
    connection: &Connection,
    precondition: Option<Sql>,
    sql: &Sql,
) -> rusqlite::Result<Vec<T>> {
    if let Some(precondition) = precondition
        && rows(connection, &precondition, |_| Ok(()))?.is_empty()
    {
        return Ok(Vec::new());
    }
    rows(connection, sql, |row| T::from_row(row))
}

fn join_answer<T>(done: Result<rusqlite::Result<T>, JoinError>) -> Result<T, RecordsError> {
    let answer = done.map_err(|error| RecordsError::Unavailable(error.into()))?;
    answer.map_err(records_error)
}

fn records_error(error: rusqlite::Error) -> RecordsError {
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => RecordsError::Conflict(error.into()),
        // no such table or column; or, without a code, a value that is not what `from_row` reads
        Some(ErrorCode::Unknown | ErrorCode::TypeMismatch) | None => {
            RecordsError::Mismatch(error.into())
        }
        Some(_) => RecordsError::Unavailable(error.into()),
    }
}

fn rows<T>(
    connection: &Connection,
    sql: &Sql,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = connection.prepare_cached(&sql.text)?;
    let values = sql.values.iter().map(Parameter);
    let rows = statement.query_map(rusqlite::params_from_iter(values), read)?;
    rows.collect()
}

struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self.0 {
            Value::Bool(value) => value.to_sql(),
            Value::Integer(number) => number.to_sql(),
            Value::Float(number) => Ok(number.get().into()),
            Value::Timestamp(time) => time.to_sql(),
            Value::Text(text) | Value::Json(text) => {
                Ok(ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())))
            }
            Value::Bytes(bytes) => Ok(ToSqlOutput::Borrowed(ValueRef::Blob(bytes))),
            // no query has a parameter of another kind
            _ => Ok(ToSqlOutput::from(Null)),
        }
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sqlite")
    }
}

#[cfg(test)]
mod tests;
