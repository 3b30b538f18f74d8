//! Records in PostgreSQL.

mod parameter;
mod stored;

use airside_resource::{
    RecordsError, Transactional,
    policy::{Dialect, Sql, Timestamp},
    record::{Json, ReadColumn},
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
    adapter::adapter,
    column::{Stored, read_columns},
    error::Cause,
    pool::Backend,
    transaction::{self, SqlxTransaction},
};

adapter! {
    /// A pool of connections to PostgreSQL. `#[derive(Record)]` makes a record that is read from it if its columns
    /// are read as the types of its fields ([`ReadColumn`]).
    SqlxPostgres, PgPool, PgRow
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

read_columns!(SqlxPostgres:
    [] bool as bool, [] i16 as i16, [] i32 as i32, [] i64 as i64, [] f32 as f32, [] f64 as f64,
    [] String as String, [] Vec<u8> as Vec<u8>, [] Uuid as Stored<Uuid>, [] Timestamp as Stored<Timestamp>,
    [T: DeserializeOwned] Json<T> as Stored<Json<T>>,
);
