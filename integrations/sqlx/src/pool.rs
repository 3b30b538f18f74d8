//! The queries of both adapters on a pool, of either database.

use airside_resource::{
    Count, Query, Record, RecordsError,
    policy::{Dialect, Sql},
    record::index_sql,
};
use sqlx::{Database, Pool, error::DatabaseError};
use tokio::task::LocalKey;

use crate::{
    error::{Cause, records_error},
    transaction::{SqlxTransaction, open_transaction, transaction},
};

/// A database of this crate: what differs between them.
pub(crate) trait Backend: Database {
    const DIALECT: Dialect;
    /// Begins a transaction that keeps what it reads from other writers.
    const BEGIN: &'static str;

    /// The transactions in which the task runs, the innermost last.
    fn open() -> &'static LocalKey<Vec<SqlxTransaction<Self>>>;

    fn rows(
        connection: &mut Self::Connection,
        sql: Sql,
    ) -> impl Future<Output = sqlx::Result<Vec<Self::Row>>> + Send;

    /// Reads the first column.
    fn number(row: &Self::Row) -> sqlx::Result<i64>;

    fn cause_of(error: &dyn DatabaseError) -> Cause;

    fn records_error(error: sqlx::Error) -> RecordsError {
        records_error(error, Self::cause_of)
    }
}

pub(crate) async fn run<DB: Backend, T: Record>(
    pool: &Pool<DB>,
    query: Query,
    read: impl Fn(DB::Row) -> sqlx::Result<T> + Send,
) -> Result<Vec<T>, RecordsError> {
    let precondition = query.precondition(DB::DIALECT);
    let sql = query.sql::<T>(DB::DIALECT);
    match (open_transaction(pool), precondition) {
        (Some(open), precondition) => open.change(precondition, sql, read).await,
        (None, Some(precondition)) => {
            let make =
                async |open: SqlxTransaction<DB>| open.change(Some(precondition), sql, read).await;
            transaction(pool, make).await
        }
        (None, None) => {
            let found = rows(pool, sql).await?;
            let read: sqlx::Result<_> = found.into_iter().map(read).collect();
            read.map_err(DB::records_error)
        }
    }
}

pub(crate) async fn count<DB: Backend, T: Record>(
    pool: &Pool<DB>,
    count: Count,
) -> Result<u64, RecordsError> {
    let sql = count.sql::<T>(DB::DIALECT);
    let counted = match open_transaction(pool) {
        Some(open) => open.rows(sql).await?,
        None => rows(pool, sql).await?,
    };
    let number = counted.first().map_or(Ok(0), DB::number);
    Ok(number.map_err(DB::records_error)?.unsigned_abs())
}

pub(crate) async fn has_index<DB: Backend>(
    pool: &Pool<DB>,
    table: &str,
    column: &str,
) -> Result<bool, RecordsError> {
    let found = rows(pool, index_sql(table, column, DB::DIALECT)).await?;
    Ok(!found.is_empty())
}

async fn rows<DB: Backend>(pool: &Pool<DB>, sql: Sql) -> Result<Vec<DB::Row>, RecordsError> {
    let mut connection = pool.acquire().await.map_err(DB::records_error)?;
    DB::rows(&mut connection, sql)
        .await
        .map_err(DB::records_error)
}
