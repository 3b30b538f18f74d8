//! PostgreSQL: the promises, its types, its errors, and its transactions.

use airside_resource::{
    Query, Record, Records as _, RecordsError,
    policy::{Predicate, Related, Value},
};
use airside_sqlx::{
    SqlxPostgres,
    sqlx::{self, FromRow, Row, postgres::PgRow},
};

use crate::{
    postgres_pool,
    promise::{TABLES, api_in},
};

api_in!(api, SqlxPostgres,);

impl FromRow<'_, PgRow> for api::Note {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            owner: row.try_get("owner")?,
            text: row.try_get("text")?,
        })
    }
}

impl FromRow<'_, PgRow> for api::Comment {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            note: row.try_get("note")?,
            text: row.try_get("text")?,
        })
    }
}

impl FromRow<'_, PgRow> for api::Misspelt {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            ownr: row.try_get("ownr")?,
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_promises_hold() {
    let pool = postgres_pool().await;
    sqlx::raw_sql(TABLES).execute(&pool).await.unwrap();
    api::promises(SqlxPostgres::new(pool)).await;
}

/// A row with a column of every type that a rule can compare.
#[derive(Debug, PartialEq)]
struct Part(String);

impl Record for Part {
    type Key = uuid::Uuid;
    type Records = SqlxPostgres;
    const TYPE: &'static str = "Part";
    const TABLE: &'static str = "parts";

    fn column(&self, _: &str) -> Value {
        Value::Null
    }
}

impl FromRow<'_, PgRow> for Part {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self(row.try_get("name")?))
    }
}

const ID: &str = "01234567-89ab-cdef-0123-456789abcdef";

async fn parts() -> SqlxPostgres {
    let pool = postgres_pool().await;
    let table = "CREATE TABLE parts (
        id uuid PRIMARY KEY, small int2, medium int4, large int8, is_new bool, code varchar(9),
        kind char(1), name name, weight float8
    )";
    sqlx::query(table).execute(&pool).await.unwrap();
    SqlxPostgres::new(pool)
}

async fn insert(
    records: &SqlxPostgres,
    values: Vec<(&'static str, Value)>,
) -> Result<Vec<Part>, RecordsError> {
    records.run(Query::unprotected_insert(values)).await
}

#[tokio::test]
async fn a_value_has_the_type_of_its_column() {
    let records = parts().await;
    let values = vec![
        ("id", ID.into()),
        ("small", 7.into()),
        ("medium", 8.into()),
        ("large", 9.into()),
        ("is_new", true.into()),
        ("code", "c".into()),
        ("kind", "k".into()),
        ("name", "bolt".into()),
        ("weight", Value::Null),
    ];
    let expected = [Part("bolt".to_owned())];
    assert_eq!(insert(&records, values.clone()).await.unwrap(), expected);
    for (column, value) in values {
        let filter = match value {
            Value::Null => Predicate::Not(Box::new(Predicate::Has(column.to_owned()))),
            Value::Bool(value) => Predicate::Is(column.to_owned(), value),
            value => Predicate::equal(column, value),
        };
        let list = Query::unprotected_list(filter, None, 9);
        let found: Vec<Part> = records.run(list).await.unwrap();
        assert_eq!(found, expected, "{column}");
    }
}

#[tokio::test]
async fn a_value_of_another_type_is_a_mismatch() {
    let records = parts().await;
    for (column, value) in [
        ("id", Value::from("no-uuid")),
        ("id", 7.into()),
        ("small", 40_000.into()),
        ("medium", i64::MAX.into()),
        ("large", "7".into()),
        ("is_new", 1.into()),
        ("code", 7.into()),
        ("code", "longer than nine".into()),
        ("weight", 7.into()),
        ("missing", 7.into()),
        ("name", Value::Texts(["a".to_owned()].into())),
    ] {
        let mut values = vec![("id", ID.into())];
        values.retain(|(other, _)| *other != column);
        values.push((column, value.clone()));
        let refused = insert(&records, values).await;
        assert!(
            matches!(refused, Err(RecordsError::Mismatch(_))),
            "{column} {value:?}: {refused:?}"
        );
    }
    // the connections are still good
    let values = vec![("id", ID.into()), ("name", "bolt".into())];
    insert(&records, values).await.unwrap();
}

#[tokio::test]
async fn an_error_says_who_must_act() {
    let records = parts().await;
    let raising = "
        CREATE FUNCTION raise() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = NEW.code; END $$;
        CREATE TRIGGER raise BEFORE INSERT ON parts FOR EACH ROW EXECUTE FUNCTION raise();";
    let pool = records.unprotected();
    sqlx::raw_sql(raising).execute(pool).await.unwrap();
    for (code, kind) in [
        ("23505", "Conflict"),
        ("23514", "Conflict"),
        ("40001", "Conflict"),
        ("22003", "Mismatch"),
        ("42703", "Mismatch"),
        ("40P01", "Unavailable"),
        ("53300", "Unavailable"),
        ("57014", "Unavailable"),
    ] {
        let values = vec![("id", ID.into()), ("code", code.into())];
        let error = insert(&records, values).await.unwrap_err();
        assert!(format!("{error:?}").starts_with(kind), "{code}: {error:?}");
    }
    pool.close().await;
    let error = insert(&records, vec![("id", ID.into())]).await.unwrap_err();
    assert!(matches!(error, RecordsError::Unavailable(_)), "{error:?}");
}

/// The row holds the isolation level of the transaction that made it.
#[tokio::test]
async fn a_record_with_a_precondition_is_made_in_one_serializable_transaction() {
    let records = parts().await;
    let default =
        "ALTER TABLE parts ALTER name SET DEFAULT current_setting('transaction_isolation')";
    let pool = records.unprotected();
    sqlx::query(default).execute(pool).await.unwrap();
    let insert = |key: &str, only_if: Predicate| {
        let mut query = Query::unprotected_insert(vec![("id", key.into())]);
        if let Query::Insert {
            only_if: condition, ..
        } = &mut query
        {
            *condition = only_if;
        }
        query
    };
    let another = Predicate::Related(Box::new(Related {
        table: "parts".to_owned(),
        joined: Vec::new(),
        condition: Predicate::Always(true),
    }));
    let made: Vec<Part> = records.run(insert(ID, another.clone())).await.unwrap();
    assert_eq!(made, []);
    let none = Predicate::Not(Box::new(another));
    let made: Vec<Part> = records.run(insert(ID, none)).await.unwrap();
    assert_eq!(made, [Part("serializable".to_owned())]);
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM parts")
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(count, 1);
}
