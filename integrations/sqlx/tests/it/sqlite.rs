//! SQLite: the promises, its errors, and its transactions.

use std::time::Duration;

use airside_resource::{
    Query, Record, Records as _, RecordsError,
    policy::{Predicate, Related, Value},
};
use airside_sqlx::{
    SqlxSqlite,
    sqlx::{
        self, FromRow, Row,
        sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteRow},
    },
};

use crate::{
    promise::{TABLES, api_in},
    sqlite_pool,
};

api_in!(api, SqlxSqlite,);

impl FromRow<'_, SqliteRow> for api::Note {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            owner: row.try_get("owner")?,
            text: row.try_get("text")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for api::Comment {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            note: row.try_get("note")?,
            text: row.try_get("text")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for api::Misspelt {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            ownr: row.try_get("ownr")?,
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_promises_hold() {
    let pool = sqlite_pool().await;
    sqlx::raw_sql(TABLES).execute(&pool).await.unwrap();
    api::promises(SqlxSqlite::new(pool)).await;
}

#[derive(Debug, PartialEq)]
struct Part(i64);

impl Record for Part {
    type Key = i64;
    type Records = SqlxSqlite;
    const TYPE: &'static str = "Part";
    const TABLE: &'static str = "parts";

    fn column(&self, _: &str) -> Value {
        Value::Null
    }
}

impl FromRow<'_, SqliteRow> for Part {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self(row.try_get("id")?))
    }
}

const TABLE: &str =
    "CREATE TABLE parts (id INTEGER PRIMARY KEY, size INTEGER CHECK (size > 0), name TEXT)";

async fn insert(
    records: &SqlxSqlite,
    values: Vec<(&'static str, Value)>,
) -> Result<Vec<Part>, RecordsError> {
    records.run(Query::unprotected_insert(values)).await
}

#[tokio::test]
async fn an_error_says_who_must_act() {
    let pool = sqlite_pool().await;
    sqlx::query(TABLE).execute(&pool).await.unwrap();
    let records = SqlxSqlite::new(pool);
    insert(&records, vec![("id", 1.into()), ("size", Value::Null)])
        .await
        .unwrap();
    for (column, value, kind) in [
        ("id", Value::from(1), "Conflict"),
        ("size", 0.into(), "Conflict"),
        ("id", "text".into(), "Mismatch"),
        ("missing", 1.into(), "Mismatch"),
        ("name", Value::Texts(["a".to_owned()].into()), "Mismatch"),
    ] {
        let error = insert(&records, vec![(column, value)]).await.unwrap_err();
        assert!(
            format!("{error:?}").starts_with(kind),
            "{column}: {error:?}"
        );
    }
    records.unprotected().close().await;
    let error = insert(&records, vec![("id", 2.into())]).await.unwrap_err();
    assert!(matches!(error, RecordsError::Unavailable(_)), "{error:?}");
}

/// While another connection writes, the precondition is not even looked at.
#[tokio::test]
async fn a_record_with_a_precondition_is_made_in_one_transaction_that_writes() {
    let directory = tempfile::tempdir().unwrap();
    let file = SqliteConnectOptions::new()
        .filename(directory.path().join("parts.db"))
        .create_if_missing(true)
        .busy_timeout(Duration::ZERO);
    let pool = SqlitePoolOptions::new().max_connections(2);
    let pool = pool.connect_with(file).await.unwrap();
    sqlx::query(TABLE).execute(&pool).await.unwrap();
    let records = SqlxSqlite::new(pool);
    let insert = |key: i64, size: i64| {
        let mut query = Query::unprotected_insert(vec![("id", key.into())]);
        if let Query::Insert { only_if, .. } = &mut query {
            *only_if = Predicate::Related(Box::new(Related {
                table: "parts".to_owned(),
                joined: Vec::new(),
                condition: Predicate::equal("size", size),
            }));
        }
        query
    };
    let run = async |query| -> Result<Vec<Part>, RecordsError> { records.run(query).await };
    let writing = records.unprotected().begin_with("BEGIN IMMEDIATE");
    let mut writing = writing.await.unwrap();
    sqlx::query("INSERT INTO parts VALUES (1, 5, NULL)")
        .execute(&mut *writing)
        .await
        .unwrap();
    let refused = run(insert(2, 9)).await;
    assert!(
        matches!(refused, Err(RecordsError::Unavailable(_))),
        "{refused:?}"
    );
    writing.commit().await.unwrap();
    assert_eq!(run(insert(2, 9)).await.unwrap(), []);
    assert_eq!(run(insert(2, 5)).await.unwrap(), [Part(2)]);
}
