//! Records in PostgreSQL, through tokio-postgres and a pool.

mod transaction;

use std::{error::Error, fmt, time::SystemTime};

use airside_policy::{Dialect, Sql, Value};
use deadpool_postgres::{GenericClient, Object, Pool};
use tokio_postgres::{
    IsolationLevel, Row,
    error::SqlState,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

use uuid::Uuid;

/// The crates whose types are part of this adapter.
pub use {deadpool_postgres, tokio_postgres};

pub use self::transaction::{PostgresTransaction, TransactionClient};

use crate::{
    Count, FromRow, Query, Record, Records, RecordsError,
    record::{ReadColumn, RowAdapter, index_sql},
};

/// A pool of connections to PostgreSQL.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
}

impl RowAdapter for Postgres {
    type Row<'r> = Row;
    type Error = tokio_postgres::Error;
}

impl<V: for<'a> FromSql<'a>> ReadColumn<V> for Postgres {
    fn read_column(row: &Row, column: &str) -> Result<V, tokio_postgres::Error> {
        row.try_get(column)
    }
}

impl Postgres {
    /// Takes a pool, which the application may have set up as it likes.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// Returns the pool itself, for the application's own queries: no rule restricts them.
    #[must_use]
    pub fn unprotected(&self) -> &Pool {
        &self.pool
    }

    async fn client(&self) -> Result<Object, RecordsError> {
        let client = self.pool.get().await;
        client.map_err(|error| RecordsError::Unavailable(error.into()))
    }
}

impl<T: Record + FromRow<Self>> Records<T> for Postgres {
    async fn run(&self, query: Query) -> Result<Vec<T>, RecordsError> {
        let precondition = query.precondition(Dialect::Postgres);
        let sql = query.sql::<T>(Dialect::Postgres);
        if let Some(open) = self.open_transaction() {
            let client = open.unprotected().await?;
            return open.note_failure(change(&*client, precondition, &sql).await);
        }
        let mut client = self.client().await?;
        if precondition.is_none() {
            return change(&client, None, &sql).await.map_err(records_error);
        }
        let made = async {
            // serializable: the rows of the precondition do not change before the record is inserted
            let transaction = client.build_transaction();
            let transaction = transaction.isolation_level(IsolationLevel::Serializable);
            let transaction = transaction.start().await?;
            let made = change(&transaction, precondition, &sql).await?;
            transaction.commit().await?;
            Ok(made)
        };
        made.await.map_err(records_error)
    }

    async fn has_index(&self, table: &str, column: &str) -> Result<bool, RecordsError> {
        let sql = index_sql(table, column, Dialect::Postgres);
        let found = rows(&self.client().await?, &sql)
            .await
            .map_err(records_error)?;
        Ok(!found.is_empty())
    }

    async fn count(&self, count: Count) -> Result<u64, RecordsError> {
        let sql = count.sql::<T>(Dialect::Postgres);
        let counted = match self.open_transaction() {
            Some(open) => {
                let client = open.unprotected().await?;
                open.note_failure(rows(&*client, &sql).await)?
            }
            None => rows(&self.client().await?, &sql)
                .await
                .map_err(records_error)?,
        };
        let Some(row) = counted.first() else {
            return Ok(0);
        };
        Ok(row
            .try_get::<_, i64>(0)
            .map_err(records_error)?
            .unsigned_abs())
    }
}

/// Runs a query, unless its precondition finds no row.
async fn change<T: FromRow<Postgres>>(
    client: &impl GenericClient,
    precondition: Option<Sql>,
    sql: &Sql,
) -> Result<Vec<T>, tokio_postgres::Error> {
    if let Some(precondition) = precondition
        && rows(client, &precondition).await?.is_empty()
    {
        return Ok(Vec::new());
    }
    rows(client, sql).await?.iter().map(T::from_row).collect()
}

fn records_error(error: tokio_postgres::Error) -> RecordsError {
    let Some(state) = error.code() else {
        // of the connection; or a value that the program and the table have in different types
        let is_of_connection = error
            .source()
            .is_some_and(<dyn Error>::is::<std::io::Error>);
        return match error.is_closed() || is_of_connection {
            true => RecordsError::Unavailable(error.into()),
            false => RecordsError::Mismatch(error.into()),
        };
    };
    // classes 22, 23 and 42: data exception, constraint violation, no such table or column
    match state.code().get(..2) {
        Some("23") => RecordsError::Conflict(error.into()),
        _ if *state == SqlState::T_R_SERIALIZATION_FAILURE => RecordsError::Conflict(error.into()),
        _ if *state == SqlState::T_R_DEADLOCK_DETECTED => RecordsError::Conflict(error.into()),
        // a query of the transaction failed, and the transaction went on
        _ if *state == SqlState::IN_FAILED_SQL_TRANSACTION => RecordsError::Mismatch(error.into()),
        Some("22" | "42") => RecordsError::Mismatch(error.into()),
        _ => RecordsError::Unavailable(error.into()),
    }
}

async fn rows(client: &impl GenericClient, sql: &Sql) -> Result<Vec<Row>, tokio_postgres::Error> {
    let values: Vec<_> = sql.values.iter().map(Parameter).collect();
    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|one| one as _).collect();
    let statement = client.prepare_cached(&sql.text).await?;
    client.query(&statement, &values).await
}

fn float(
    number: f64,
    expected: &Type,
    out: &mut BytesMut,
) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
    #[expect(clippy::cast_possible_truncation, reason = "the column has no more")]
    match *expected {
        Type::FLOAT4 => (number as f32).to_sql(expected, out),
        _ => number.to_sql(expected, out),
    }
}

/// A value, in the type that the server expects of the parameter.
#[derive(Debug)]
struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(
        &self,
        expected: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self.0, expected) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Bool(value), &Type::BOOL) => value.to_sql(expected, out),
            (Value::Integer(number), &Type::INT8) => number.to_sql(expected, out),
            (Value::Integer(number), &Type::INT4) => i32::try_from(*number)?.to_sql(expected, out),
            (Value::Integer(number), &Type::INT2) => i16::try_from(*number)?.to_sql(expected, out),
            (Value::Integer(number), &Type::FLOAT8 | &Type::FLOAT4) => {
                let number = i32::try_from(*number)?;
                float(number.into(), expected, out)
            }
            (Value::Float(number), &Type::FLOAT8 | &Type::FLOAT4) => {
                float(number.get(), expected, out)
            }
            (Value::Timestamp(time), &Type::TIMESTAMPTZ | &Type::TIMESTAMP) => {
                SystemTime::from(*time).to_sql(expected, out)
            }
            (Value::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(expected, out),
            (Value::Json(text), &Type::JSON | &Type::JSONB) => {
                // the version of the format, then the text
                out.extend((*expected == Type::JSONB).then_some(1));
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
            (Value::Text(text), &Type::UUID) => {
                out.extend_from_slice(Uuid::try_parse(text)?.as_bytes());
                Ok(IsNull::No)
            }
            (Value::Text(text), _) if <&str as ToSql>::accepts(expected) => {
                text.to_sql(expected, out)
            }
            _ => Err(
                format!("a column of type {expected} is compared with another kind of value")
                    .into(),
            ),
        }
    }

    /// All that a column may be: what does not fit is refused with both types named.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl fmt::Debug for Postgres {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Postgres")
    }
}
