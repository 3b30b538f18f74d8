//! SQLite: the promises, its errors, and its transactions.

use std::time::Duration;

use airside_resource::{
    FromRow, Query, Record, Records as _, RecordsError, Transactional as _,
    policy::{Predicate, Related, Timestamp, Value},
    record::Json,
};
use airside_sqlx::{
    SqlxSqlite,
    sqlx::{
        self,
        sqlite::{SqliteConnectOptions, SqlitePoolOptions},
    },
};

use uuid::Uuid;

use crate::{
    promise::{TABLES, api_in},
    sqlite_pool,
};

api_in!(api, SqlxSqlite,);

#[tokio::test(flavor = "multi_thread")]
async fn the_promises_hold() {
    let pool = sqlite_pool().await;
    sqlx::raw_sql(TABLES).execute(&pool).await.unwrap();
    api::promises(SqlxSqlite::new(pool)).await;
}

#[derive(Debug, PartialEq, Record)]
#[record(table = "parts", records = SqlxSqlite)]
struct Part {
    id: i64,
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
    assert_eq!(run(insert(2, 5)).await.unwrap(), [Part { id: 2 }]);
}

const ID: &str = "01234567-89ab-cdef-0123-456789abcdef";

/// A record with a field of each type that is read.
#[derive(Debug, PartialEq, Record)]
#[record(table = "kinds", records = SqlxSqlite)]
struct Kind {
    id: Uuid,
    small: u8,
    large: i64,
    is_new: bool,
    weight: f64,
    made_at: Timestamp,
    seen_at: Option<Timestamp>,
    content: Vec<u8>,
    extra: Json<Vec<i64>>,
}

#[tokio::test]
async fn a_value_is_read_as_it_was_written() {
    let pool = sqlite_pool().await;
    let table = "CREATE TABLE kinds (id TEXT PRIMARY KEY, small INTEGER, large INTEGER,
        is_new INTEGER, weight REAL, made_at TEXT, seen_at TEXT, content BLOB, extra TEXT)";
    sqlx::query(table).execute(&pool).await.unwrap();
    let records = SqlxSqlite::new(pool);
    let made_at: Timestamp = "2026-11-29T17:34:39.5+01:00".parse().unwrap();
    let values = vec![
        ("id", ID.into()),
        ("small", 7.into()),
        ("large", i64::MAX.into()),
        ("is_new", true.into()),
        ("weight", 2.into()),
        ("made_at", made_at.into()),
        ("content", vec![0, 0xff].into()),
        ("extra", Value::Json("[1]".to_owned())),
    ];
    let made: Vec<Kind> = records
        .run(Query::unprotected_insert(values))
        .await
        .unwrap();
    let expected = [Kind {
        id: ID.parse().unwrap(),
        small: 7,
        large: i64::MAX,
        is_new: true,
        weight: 2.0,
        made_at,
        seen_at: None,
        content: vec![0, 0xff],
        extra: Json(vec![1]),
    }];
    assert_eq!(made, expected);
    let kept: String = sqlx::query_scalar("SELECT made_at FROM kinds")
        .fetch_one(records.unprotected())
        .await
        .unwrap();
    assert_eq!(kept, "2026-11-29 16:34:39.5"); // as `datetime()` writes it

    for (column, wrong) in [
        ("small", "256"),
        ("made_at", "'yesterday'"),
        ("extra", "'['"),
        ("content", "NULL"),
        ("large", "NULL"),
        ("id", "NULL"),
        ("weight", "'heavy'"),
    ] {
        let mut spoilt = records.unprotected().begin().await.unwrap();
        let spoil = format!("UPDATE kinds SET {column} = {wrong} RETURNING *");
        let row = sqlx::query(sqlx::AssertSqlSafe(spoil)).fetch_one(&mut *spoilt);
        let read = <Kind as FromRow<SqlxSqlite>>::from_row(&row.await.unwrap());
        let error = read.unwrap_err().to_string();
        assert!(error.contains(column), "{column}: {error}");
    }
}

/// A trigger may end a transaction: what follows must not be kept either, and the connection is still good.
#[tokio::test]
async fn nothing_follows_a_query_that_failed() {
    let pool = sqlite_pool().await;
    sqlx::query(TABLE).execute(&pool).await.unwrap();
    let trigger = "CREATE TRIGGER only_small BEFORE INSERT ON parts WHEN NEW.id > 9
                   BEGIN SELECT RAISE(ROLLBACK, 'too great'); END";
    sqlx::query(trigger).execute(&pool).await.unwrap();
    let records = SqlxSqlite::new(pool);
    let insert = async |id: i64| insert(&records, vec![("id", id.into())]).await;
    for _ in 0..2 {
        let silent = records.transaction(async |_| {
            insert(1).await?;
            insert(10).await.unwrap_err();
            insert(2).await.unwrap_err();
            Ok::<(), RecordsError>(())
        });
        silent.await.unwrap_err();
    }
    let next = records.transaction(async |_| insert(3).await);
    assert_eq!(next.await.unwrap(), [Part { id: 3 }]);
    let all = Query::unprotected_list(Predicate::Always(true), None, 9);
    let found: Vec<Part> = records.run(all).await.unwrap();
    assert_eq!(found, [Part { id: 3 }]);
}
