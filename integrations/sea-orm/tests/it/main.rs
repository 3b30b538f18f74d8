//! The adapter keeps the contract of every adapter, and the promises of the library, in both databases.

#![expect(clippy::unwrap_used, reason = "tests")]

mod entity;
#[path = "../../../sqlx/tests/it/promise.rs"]
mod promise;

use airside_resource::{
    FromRow, Records, RecordsError, Transactional as _, contract_note, testing::contract,
};
use airside_sea_orm::{SeaOrm, SeaOrmTransaction, UnsupportedError};
use airside_sqlx::sqlx;
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbErr, EntityTrait as _,
    FromQueryResult, PaginatorTrait as _, QueryResult,
};

use promise::{TABLES, api_in};

api_in!(api, SeaOrm, #[derive(FromQueryResult)]);

contract_note!(Note, SeaOrm);

impl FromQueryResult for Note {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        FromRow::<SeaOrm>::from_row(row)
    }
}

async fn connected(url: &str, tables: &str) -> SeaOrm {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1);
    let connection = Database::connect(options).await.unwrap();
    connection.execute_unprepared(tables).await.unwrap();
    SeaOrm::new(connection).unwrap()
}

async fn keeps_the_contract_and_the_promises(records: SeaOrm) {
    contract::check::<Note>(&records, 1).await.unwrap();
    contract::check_transactions::<Note, _>(&records)
        .await
        .unwrap();
    for (column, is_indexed) in [("id", true), ("label", false)] {
        let has_index = Records::<Note>::has_index(&records, "contract_notes", column);
        assert_eq!(has_index.await.unwrap(), is_indexed, "{column}");
    }
    let made = records.unprotected().execute_unprepared(TABLES);
    made.await.unwrap();
    api::promises(records).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_keeps_the_contract_and_the_promises() {
    let records = connected(&airside_testkit::postgres::schema(), contract::SQL).await;
    keeps_the_contract_and_the_promises(records).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract_and_the_promises() {
    let records = connected("sqlite::memory:", contract::SQL).await;
    keeps_the_contract_and_the_promises(records).await;
}

/// A query of the application's own, on the connection that it is lent.
#[tokio::test]
async fn a_query_of_ones_own_is_part_of_the_transaction() {
    let records = connected("sqlite::memory:", TABLES).await;
    let insert = "INSERT INTO notes VALUES (1, 'alice', 'milk')";
    let undone = records.transaction(async |transaction| {
        let SeaOrmTransaction::Sqlite(transaction) = transaction else {
            return Err(RecordsError::Mismatch("another database".into()));
        };
        let mut connection = transaction.unprotected().await?;
        sqlx::query(insert).execute(&mut *connection).await.unwrap();
        Err::<(), _>(RecordsError::Conflict("as it should".into()))
    });
    assert!(matches!(undone.await, Err(RecordsError::Conflict(_))));
    let count = entity::note::Entity::find().count(records.unprotected());
    assert_eq!(count.await.unwrap(), 0);
}

#[test]
fn a_connection_of_another_kind_is_refused() {
    let refused = SeaOrm::new(DatabaseConnection::default());
    assert_eq!(refused.unwrap_err(), UnsupportedError);
}
