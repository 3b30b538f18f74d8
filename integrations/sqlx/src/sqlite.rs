//! Records in SQLite.

use airside_resource::{
    RecordsError, Transactional,
    policy::{Dialect, Sql, Timestamp, Value},
    record::{Json, ReadColumn},
};
use serde::de::DeserializeOwned;
use sqlx::{
    Arguments as _, AssertSqlSafe, Decode, Row as _, Sqlite, SqliteConnection, SqlitePool, Type,
    error::{BoxDynError, DatabaseError},
    sqlite::{SqliteArguments, SqliteRow, SqliteTypeInfo, SqliteValueRef},
};
use tokio::task::LocalKey;
use uuid::Uuid;

use crate::{
    adapter::adapter,
    column::{Stored, read_columns},
    error::Cause,
    pool::Backend,
    transaction::{self, SqlxTransaction},
};

adapter! {
    /// A pool of connections to SQLite. `#[derive(Record)]` makes a record that is read from it if its columns
    /// are read as the types of its fields ([`ReadColumn`]).
    ///
    /// Each connection to `sqlite::memory:` has a database of its own: let such a pool have one connection.
    SqlxSqlite, SqlitePool, SqliteRow
}

impl Transactional for SqlxSqlite {
    type Transaction = SqlxTransaction<Sqlite>;

    /// In a pool of one connection, no other query runs meanwhile, and [`SqlxSqlite::unprotected`] would wait
    /// within `work`, which has [`SqlxTransaction::unprotected`].
    async fn transaction<R, E, F>(
        &self,
        work: impl FnOnce(SqlxTransaction<Sqlite>) -> F + Send,
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
    static OPEN: Vec<SqlxTransaction<Sqlite>>;
}

impl Backend for Sqlite {
    const DIALECT: Dialect = Dialect::Sqlite;
    // from the begin on, no other connection may write
    const BEGIN: &'static str = "BEGIN IMMEDIATE";

    fn open() -> &'static LocalKey<Vec<SqlxTransaction<Self>>> {
        &OPEN
    }

    async fn rows(connection: &mut SqliteConnection, sql: Sql) -> sqlx::Result<Vec<SqliteRow>> {
        let mut arguments = SqliteArguments::default();
        for value in sql.values {
            add(&mut arguments, value).map_err(sqlx::Error::Encode)?;
        }
        let query = sqlx::query_with(AssertSqlSafe(sql.text), arguments);
        query.fetch_all(connection).await
    }

    fn number(row: &SqliteRow) -> sqlx::Result<i64> {
        row.try_get(0)
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
}

fn add(arguments: &mut SqliteArguments, value: Value) -> Result<(), BoxDynError> {
    match value {
        Value::Null => arguments.add(None::<i64>),
        Value::Bool(value) => arguments.add(value),
        Value::Integer(number) => arguments.add(number),
        Value::Float(number) => arguments.add(number.get()),
        Value::Timestamp(time) => arguments.add(time.sqlite_text()),
        Value::Text(text) | Value::Json(text) => arguments.add(text),
        Value::Bytes(bytes) => arguments.add(bytes),
        _ => Err("a column is compared with a kind of value that is not known here".into()),
    }
}

read_columns!(SqlxSqlite:
    [] bool as bool, [] i8 as i8, [] i16 as i16, [] i32 as i32, [] i64 as i64, [] u8 as u8, [] u16 as u16,
    [] u32 as u32, [] f32 as f32, [] f64 as f64, [] String as String, [] Vec<u8> as Vec<u8>,
    [] Uuid as Stored<Uuid>, [] Timestamp as Stored<Timestamp>,
    [T: DeserializeOwned] Json<T> as Stored<Json<T>>,
);

impl<T> Type<Sqlite> for Stored<T> {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl Decode<'_, Sqlite> for Stored<Timestamp> {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        let text = <&str as Decode<'_, Sqlite>>::decode(value)?;
        Ok(Self(text.parse()?))
    }
}

impl Decode<'_, Sqlite> for Stored<Uuid> {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        let text = <&str as Decode<'_, Sqlite>>::decode(value)?;
        Ok(Self(Uuid::try_parse(text)?))
    }
}

impl<T: DeserializeOwned> Decode<'_, Sqlite> for Stored<Json<T>> {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        let text = <&str as Decode<'_, Sqlite>>::decode(value)?;
        Ok(Self(Json(serde_json::from_str(text)?)))
    }
}
