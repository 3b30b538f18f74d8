//! PostgreSQL: the promises, its types, its errors, and its transactions.

use airside_resource::{
    Query, Record, Records as _, RecordsError,
    policy::{Predicate, Related, Timestamp, Value},
    record::Json,
};
use airside_sqlx::{SqlxPostgres, sqlx};
use uuid::Uuid;

use crate::{
    postgres_pool,
    promise::{TABLES, api_in},
};

api_in!(api, SqlxPostgres,);

#[tokio::test(flavor = "multi_thread")]
async fn the_promises_hold() {
    let pool = postgres_pool().await;
    sqlx::raw_sql(TABLES).execute(&pool).await.unwrap();
    api::promises(SqlxPostgres::new(pool)).await;
}

/// A record with a column of each type that is read or compared.
#[derive(Debug, Default, PartialEq, Record)]
#[record(table = "parts", records = SqlxPostgres)]
struct Part {
    id: Uuid,
    small: Option<i16>,
    medium: Option<i32>,
    large: Option<i64>,
    is_new: Option<bool>,
    code: Option<String>,
    kind: Option<String>,
    name: Option<String>,
    weight: Option<f64>,
    light: Option<f32>,
    made_at: Option<Timestamp>,
    seen_at: Option<Timestamp>,
    content: Option<Vec<u8>>,
    extra: Option<Json<Vec<i64>>>,
    plain: Option<Json<Vec<i64>>>,
}

const ID: &str = "01234567-89ab-cdef-0123-456789abcdef";

async fn parts() -> SqlxPostgres {
    let pool = postgres_pool().await;
    let table = "CREATE TABLE parts (
        id uuid PRIMARY KEY, small int2, medium int4, large int8, is_new bool, code varchar(9),
        kind char(1), name name, weight float8, light float4, made_at timestamptz,
        seen_at timestamp, content bytea, extra jsonb, plain json
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
    let made_at: Timestamp = "2026-11-29T17:34:39.5+01:00".parse().unwrap();
    let values = vec![
        ("id", ID.into()),
        ("small", 7.into()),
        ("medium", 8.into()),
        ("large", 9.into()),
        ("is_new", true.into()),
        ("code", "c".into()),
        ("kind", "k".into()),
        ("name", "bolt".into()),
        ("weight", 2.5.into()),
        ("light", 0.5.into()),
        ("made_at", made_at.into()),
        ("seen_at", made_at.into()),
        ("content", vec![0, 0xff].into()),
        ("extra", Value::Json("[1]".to_owned())),
        ("plain", Value::Json("[2]".to_owned())),
    ];
    let expected = [Part {
        id: ID.parse().unwrap(),
        small: Some(7),
        medium: Some(8),
        large: Some(9),
        is_new: Some(true),
        code: Some("c".to_owned()),
        kind: Some("k".to_owned()),
        name: Some("bolt".to_owned()),
        weight: Some(2.5),
        light: Some(0.5),
        made_at: Some(made_at),
        seen_at: Some(made_at),
        content: Some(vec![0, 0xff]),
        extra: Some(Json(vec![1])),
        plain: Some(Json(vec![2])),
    }];
    assert_eq!(insert(&records, values.clone()).await.unwrap(), expected);
    for (column, value) in values {
        let filter = match value {
            Value::Json(_) => Predicate::Has(column.to_owned()),
            Value::Bool(value) => Predicate::Is(column.to_owned(), value),
            value => Predicate::equal(column, value),
        };
        let list = Query::unprotected_list(filter, None, 9);
        let found: Vec<Part> = records.run(list).await.unwrap();
        assert_eq!(found, expected, "{column}");
    }
    // a whole number is a float too, and what is missing is `NULL`
    let id = ID.replace('0', "1");
    let values = vec![
        ("id", id.as_str().into()),
        ("weight", 2.into()),
        ("light", Value::Null),
    ];
    let expected = [Part {
        id: id.parse().unwrap(),
        weight: Some(2.0),
        ..Part::default()
    }];
    assert_eq!(insert(&records, values).await.unwrap(), expected);
}

/// PostgreSQL has times that are none, and they are not a record of 1970.
#[tokio::test]
async fn an_infinite_time_is_a_mismatch() {
    let records = parts().await;
    let insert = "INSERT INTO parts (id, made_at) VALUES (gen_random_uuid(), 'infinity')";
    sqlx::query(insert)
        .execute(records.unprotected())
        .await
        .unwrap();
    let all = Query::unprotected_list(Predicate::Always(true), None, 9);
    let read: Result<Vec<Part>, _> = records.run(all).await;
    assert!(matches!(read, Err(RecordsError::Mismatch(_))), "{read:?}");
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
        ("weight", i64::MAX.into()),
        ("weight", "7".into()),
        ("made_at", "2026-11-29".into()),
        ("content", "text".into()),
        ("extra", "text".into()),
        ("extra", Value::Json("{".to_owned())),
        ("plain", vec![0].into()),
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
        ("40P01", "Conflict"),
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
    assert_eq!(made[0].name.as_deref(), Some("serializable"));
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM parts")
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(count, 1);
}
