//! Records in PostgreSQL, through tokio-postgres and a pool.

use std::{error::Error, fmt};

use airside_policy::{Dialect, Sql, Value};
use deadpool_postgres::{GenericClient, Pool};
use tokio_postgres::{
    IsolationLevel, Row,
    error::SqlState,
    types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

use uuid::Uuid;

/// The crates whose types are part of this adapter.
pub use {deadpool_postgres, tokio_postgres};

use crate::{Count, Query, Record, Records, RecordsError};

/// A pool of connections to PostgreSQL.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
}

/// A record that is a row of PostgreSQL.
pub trait PostgresRecord: Record {
    /// Reads a row with all columns of the table, by their names.
    ///
    /// # Errors
    ///
    /// That of tokio-postgres: a column is missing or of another type.
    fn from_row(row: &Row) -> Result<Self, tokio_postgres::Error>;
}

impl Postgres {
    /// Takes a pool, which the application may have set up as it likes.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// Returns the pool itself, for what the application asks beside its rules: no rule looks at it.
    #[must_use]
    pub fn unprotected(&self) -> &Pool {
        &self.pool
    }
}

impl<T: PostgresRecord> Records<T> for Postgres {
    async fn run(&self, query: Query) -> Result<Vec<T>, RecordsError> {
        let precondition = query.precondition(Dialect::Postgres);
        let sql = query.sql::<T>(Dialect::Postgres);
        let client = self.pool.get().await;
        let mut client = client.map_err(|error| RecordsError::Unavailable(error.into()))?;
        let rows = async {
            let Some(precondition) = precondition else {
                let found = rows(&client, &sql).await?;
                return found.iter().map(T::from_row).collect::<Result<Vec<T>, _>>();
            };
            // serializable: what was looked at does not change before the record is there
            let transaction = client.build_transaction();
            let transaction = transaction.isolation_level(IsolationLevel::Serializable);
            let transaction = transaction.start().await?;
            if rows(&transaction, &precondition).await?.is_empty() {
                return Ok(Vec::new());
            }
            let made = rows(&transaction, &sql).await?;
            let made = made
                .iter()
                .map(T::from_row)
                .collect::<Result<Vec<T>, _>>()?;
            transaction.commit().await?;
            Ok(made)
        };
        rows.await.map_err(told)
    }

    async fn count(&self, count: Count) -> Result<u64, RecordsError> {
        let client = self.pool.get().await;
        let client = client.map_err(|error| RecordsError::Unavailable(error.into()))?;
        let counted = rows(&client, &count.sql::<T>(Dialect::Postgres)).await;
        let counted = counted.map_err(told)?;
        let Some(row) = counted.first() else {
            return Ok(0);
        };
        Ok(row.try_get::<_, i64>(0).map_err(told)?.unsigned_abs())
    }
}

fn told(error: tokio_postgres::Error) -> RecordsError {
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
