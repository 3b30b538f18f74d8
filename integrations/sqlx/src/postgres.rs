//! Records in PostgreSQL.

use std::fmt;

use airside_resource::{
    Count, Query, Record, Records, RecordsError,
    policy::{Dialect, Sql, Value},
};
use sqlx::{
    Arguments as _, AssertSqlSafe, Either, Encode, Executor as _, FromRow, PgConnection, PgPool,
    Postgres, Row as _, SqlSafeStr as _, Statement as _, Type,
    encode::IsNull,
    error::{BoxDynError, DatabaseError},
    postgres::{PgArgumentBuffer, PgArguments, PgRow, PgTypeInfo},
};
use uuid::Uuid;

use crate::error::{Cause, records_error};

/// A pool of connections to PostgreSQL. A record that is kept here is read by [`FromRow`].
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

    /// Returns the pool itself, for the application's own queries: no rule looks at them.
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
        let precondition = query.precondition(Dialect::Postgres);
        let sql = query.sql::<T>(Dialect::Postgres);
        let answered = async {
            let Some(precondition) = precondition else {
                let mut connection = self.pool.acquire().await?;
                let found = rows(&mut connection, sql).await?;
                return found.into_iter().map(read).collect();
            };
            // serializable: what was looked at does not change before the record is there
            let mut transaction = self
                .pool
                .begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE")
                .await?;
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
        let sql = count.sql::<T>(Dialect::Postgres);
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

impl<T> Records<T> for SqlxPostgres
where
    T: Record + for<'r> FromRow<'r, PgRow>,
{
    async fn run(&self, query: Query) -> Result<Vec<T>, RecordsError> {
        self.run_with(query, |row| T::from_row(&row)).await
    }

    async fn count(&self, count: Count) -> Result<u64, RecordsError> {
        self.count_of::<T>(count).await
    }
}

fn cause_of(error: &dyn DatabaseError) -> Cause {
    const SERIALIZATION_FAILURE: &str = "40001";
    let code = error.code().unwrap_or_default();
    // classes 22, 23 and 42: data exception, constraint violation, no such table or column
    match code.get(..2) {
        Some("23") => Cause::Conflict,
        _ if code == SERIALIZATION_FAILURE => Cause::Conflict,
        Some("22" | "42") => Cause::Mismatch,
        _ => Cause::Unavailable,
    }
}

async fn rows(connection: &mut PgConnection, sql: Sql) -> sqlx::Result<Vec<PgRow>> {
    // the server says of which types the parameters are
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

/// A value, in the type that the server expects of the parameter.
struct Parameter<'a> {
    value: &'a Value,
    expected: &'a PgTypeInfo,
}

impl Encode<'_, Postgres> for Parameter<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match (self.value, type_name(self.expected)) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Bool(value), "BOOL") => encoded(value, buffer),
            (Value::Integer(number), "INT8") => encoded(number, buffer),
            (Value::Integer(number), "INT4") => encoded(i32::try_from(*number)?, buffer),
            (Value::Integer(number), "INT2") => encoded(i16::try_from(*number)?, buffer),
            (Value::Text(text), "UUID") => {
                buffer.extend_from_slice(Uuid::try_parse(text)?.as_bytes());
                Ok(IsNull::No)
            }
            (Value::Text(text), "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "UNKNOWN" | "citext") => {
                encoded(text.as_str(), buffer)
            }
            (_, other) => Err(format!(
                "a column of type {other} is compared with another kind of value"
            )
            .into()),
        }
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.expected.clone())
    }
}

impl Type<Postgres> for Parameter<'_> {
    fn type_info() -> PgTypeInfo {
        <str as Type<Postgres>>::type_info()
    }
}

fn encoded<'a>(
    value: impl Encode<'a, Postgres>,
    buffer: &mut PgArgumentBuffer,
) -> Result<IsNull, BoxDynError> {
    value.encode(buffer)
}

fn type_name(expected: &PgTypeInfo) -> &str {
    use sqlx::TypeInfo as _;
    expected.name()
}

impl fmt::Debug for SqlxPostgres {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SqlxPostgres")
    }
}
