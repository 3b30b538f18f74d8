//! The contract of every adapter.

use airside_resource::{Record, Records, contract_note, testing::contract};
use airside_sqlx::{SqlxPostgres, SqlxSqlite, sqlx};

use crate::{postgres_pool, sqlite_pool};

contract_note!(InPostgres, SqlxPostgres);
contract_note!(InSqlite, SqlxSqlite);

const SEEDS: [u64; 2] = [0x5eed_0000_0000_0001, 0x5eed_0000_0000_0003];

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_keeps_the_contract() {
    let pool = postgres_pool().await;
    sqlx::raw_sql(contract::SQL).execute(&pool).await.unwrap();
    let records = SqlxPostgres::new(pool);
    for seed in SEEDS {
        contract::check::<InPostgres>(&records, seed).await.unwrap();
    }
    contract::check_transactions::<InPostgres, _>(&records)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract() {
    let pool = sqlite_pool().await;
    sqlx::raw_sql(contract::SQL).execute(&pool).await.unwrap();
    let records = SqlxSqlite::new(pool);
    for seed in SEEDS {
        contract::check::<InSqlite>(&records, seed).await.unwrap();
    }
    contract::check_transactions::<InSqlite, _>(&records)
        .await
        .unwrap();
}

const INDEXES: &str = "
    CREATE INDEX by_owner ON contract_notes (owner, label);
    CREATE VIEW open_notes AS SELECT * FROM contract_notes WHERE NOT closed;";

/// An index counts for its first column. A view has none, and is not asked for one.
async fn knows_its_indexes<T: Record>(records: impl Records<T>) {
    for (table, column, is_indexed) in [
        ("contract_notes", "id", true),
        ("contract_notes", "owner", true),
        ("contract_notes", "label", false),
        ("contract_shares", "note", false),
        ("missing", "id", false),
        ("open_notes", "label", true),
    ] {
        let has_index = records.has_index(table, column).await.unwrap();
        assert_eq!(has_index, is_indexed, "{table} {column}");
    }
}

#[tokio::test]
async fn postgresql_knows_its_indexes() {
    let pool = postgres_pool().await;
    let tables = [contract::SQL, INDEXES].concat();
    sqlx::raw_sql(sqlx::AssertSqlSafe(tables))
        .execute(&pool)
        .await
        .unwrap();
    knows_its_indexes::<InPostgres>(SqlxPostgres::new(pool)).await;
}

#[tokio::test]
async fn sqlite_knows_its_indexes() {
    let pool = sqlite_pool().await;
    let tables = [contract::SQL, INDEXES].concat();
    sqlx::raw_sql(sqlx::AssertSqlSafe(tables))
        .execute(&pool)
        .await
        .unwrap();
    knows_its_indexes::<InSqlite>(SqlxSqlite::new(pool)).await;
}
