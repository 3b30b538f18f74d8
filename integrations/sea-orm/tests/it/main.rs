//! The adapter keeps the contract of every adapter, and the promises of the library, in both databases.

#![expect(clippy::unwrap_used, reason = "tests")]

mod entity;
#[path = "../../../sqlx/tests/it/promise.rs"]
mod promise;

use airside_resource::{
    Record,
    policy::Value,
    testing::contract::{self, Note},
};
use airside_sea_orm::{SeaOrm, Unsupported};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbErr, FromQueryResult,
    QueryResult,
};

use promise::{TABLES, api_in};

api_in!(api, SeaOrm, #[derive(FromQueryResult)]);

struct Kept(Note);

impl Record for Kept {
    type Key = i64;
    type Records = SeaOrm;
    const TYPE: &'static str = "Note";
    const TABLE: &'static str = contract::TABLE;

    fn column(&self, name: &str) -> Value {
        self.0.column(name)
    }
}

impl FromQueryResult for Kept {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self(Note {
            id: row.try_get(prefix, "id")?,
            owner: row.try_get(prefix, "owner")?,
            label: row.try_get(prefix, "label")?,
            balance: row.try_get(prefix, "balance")?,
            closed: row.try_get(prefix, "closed")?,
        }))
    }
}

async fn connected(url: &str, tables: &str) -> SeaOrm {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1);
    let connection = Database::connect(options).await.unwrap();
    connection.execute_unprepared(tables).await.unwrap();
    SeaOrm::new(connection).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_keeps_the_contract_and_the_promises() {
    let records = connected(&airside_testkit::postgres::schema(), contract::SQL).await;
    contract::check::<Kept>(&records, 1).await.unwrap();
    let made = records.unprotected().execute_unprepared(TABLES);
    made.await.unwrap();
    api::promises(records).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract_and_the_promises() {
    let records = connected("sqlite::memory:", contract::SQL).await;
    contract::check::<Kept>(&records, 1).await.unwrap();
    let made = records.unprotected().execute_unprepared(TABLES);
    made.await.unwrap();
    api::promises(records).await;
}

#[test]
fn a_connection_of_another_kind_is_refused() {
    let refused = SeaOrm::new(DatabaseConnection::default());
    assert_eq!(refused.unwrap_err(), Unsupported);
}
