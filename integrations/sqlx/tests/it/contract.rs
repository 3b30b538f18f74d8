//! The contract of every adapter.

use airside_resource::{
    Record,
    policy::Value,
    testing::contract::{self, Note},
};
use airside_sqlx::{
    SqlxPostgres, SqlxSqlite,
    sqlx::{self, FromRow, Row, postgres::PgRow, sqlite::SqliteRow},
};

use crate::{postgres_pool, sqlite_pool};

macro_rules! note {
    ($name:ident, $records:ty, $row:ty) => {
        struct $name(Note);

        impl Record for $name {
            type Key = i64;
            type Records = $records;
            const TYPE: &'static str = "Note";
            const TABLE: &'static str = contract::TABLE;

            fn column(&self, name: &str) -> Value {
                self.0.column(name)
            }
        }

        impl FromRow<'_, $row> for $name {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self(Note {
                    id: row.try_get("id")?,
                    owner: row.try_get("owner")?,
                    label: row.try_get("label")?,
                    balance: row.try_get("balance")?,
                    closed: row.try_get("closed")?,
                }))
            }
        }
    };
}

note!(InPostgres, SqlxPostgres, PgRow);
note!(InSqlite, SqlxSqlite, SqliteRow);

const SEEDS: [u64; 2] = [0x5eed_0000_0000_0001, 0x5eed_0000_0000_0003];

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_keeps_the_contract() {
    let pool = postgres_pool().await;
    sqlx::raw_sql(contract::SQL).execute(&pool).await.unwrap();
    let records = SqlxPostgres::new(pool);
    for seed in SEEDS {
        contract::check::<InPostgres>(&records, seed).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract() {
    let pool = sqlite_pool().await;
    sqlx::raw_sql(contract::SQL).execute(&pool).await.unwrap();
    let records = SqlxSqlite::new(pool);
    for seed in SEEDS {
        contract::check::<InSqlite>(&records, seed).await.unwrap();
    }
}
