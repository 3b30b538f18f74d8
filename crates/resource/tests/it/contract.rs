//! Every adapter keeps the contract, and the contract finds what one does not do.

use std::env;

use airside_resource::{
    Count, Query, Records, RecordsError, contract_note,
    memory::Memory,
    policy::{Predicate, Value},
    postgres::Postgres,
    sqlite::Sqlite,
    testing::contract,
};

contract_note!(InMemory, Memory);
contract_note!(InSqlite, Sqlite);
contract_note!(InPostgres, Postgres);

fn in_memory() -> Memory {
    let records = Memory::default();
    for (note, person) in contract::SHARES {
        let row = [("note", note.into()), ("person", person.into())];
        records.unprotected().insert("contract_shares", row);
    }
    records
}

fn seeds() -> std::ops::Range<u64> {
    let scale = env::var("AIRSIDE_TEST_SCALE").map_or(1, |text| text.parse().unwrap());
    0x5eed_0000_0000_0001..0x5eed_0000_0000_0001 + 2 * scale
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_keeps_the_contract() {
    let records = in_memory();
    for seed in seeds() {
        contract::check::<InMemory>(&records, seed).await.unwrap();
    }
    contract::check_transactions::<InMemory, _>(&records)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch(contract::SQL).unwrap();
    let records = Sqlite::new(connection);
    for seed in seeds() {
        contract::check::<InSqlite>(&records, seed).await.unwrap();
    }
    contract::check_transactions::<InSqlite, _>(&records)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_keeps_the_contract() {
    let config: tokio_postgres::Config = airside_testkit::postgres::schema().parse().unwrap();
    let manager = deadpool_postgres::Manager::new(config, tokio_postgres::NoTls);
    let pool = deadpool_postgres::Pool::builder(manager).build().unwrap();
    let client = pool.get().await.unwrap();
    client.batch_execute(contract::SQL).await.unwrap();
    let records = Postgres::new(pool);
    for seed in seeds() {
        contract::check::<InPostgres>(&records, seed).await.unwrap();
    }
    contract::check_transactions::<InPostgres, _>(&records)
        .await
        .unwrap();
}

type Forget = fn(Query) -> Query;

/// An adapter that forgets one thing.
#[derive(Clone)]
struct Careless(Memory, Forget, fn(Count) -> Count);

impl Records<InMemory> for Careless {
    async fn run(&self, query: Query) -> Result<Vec<InMemory>, RecordsError> {
        self.0.run((self.1)(query)).await
    }

    async fn count(&self, count: Count) -> Result<u64, RecordsError> {
        Records::<InMemory>::count(&self.0, (self.2)(count)).await
    }
}

#[tokio::test]
async fn an_adapter_that_forgets_a_rule_is_found() {
    const ANY: Predicate = Predicate::Always(true);
    let forgetting: [(&str, Forget); 9] = [
        ("Load", |mut query| {
            if let Query::Load { filter, .. } = &mut query {
                *filter = ANY;
            }
            query
        }),
        ("List", |mut query| {
            if let Query::List { filter, .. } = &mut query {
                *filter = ANY;
            }
            query
        }),
        ("List", |mut query| {
            if let Query::List { after, .. } = &mut query {
                *after = None;
            }
            query
        }),
        ("List", |mut query| {
            if let Query::List { limit, .. } = &mut query {
                *limit = 1000;
            }
            query
        }),
        ("List", |mut query| {
            if let Query::List { order, .. } = &mut query {
                order.clear();
            }
            query
        }),
        ("Insert", |mut query| {
            if let Query::Insert { only_if, .. } = &mut query {
                *only_if = ANY;
            }
            query
        }),
        ("Update", |mut query| {
            if let Query::Update { filter, .. } = &mut query {
                *filter = ANY;
            }
            query
        }),
        ("Update", |mut query| {
            if let Query::Update { values, .. } = &mut query {
                values.retain(|(_, value)| *value != Value::Null);
            }
            query
        }),
        ("Delete", |mut query| {
            if let Query::Delete { filter, .. } = &mut query {
                *filter = ANY;
            }
            query
        }),
    ];
    for (position, (what, forget)) in forgetting.into_iter().enumerate() {
        let careless = Careless(in_memory(), forget, |count| count);
        let broken = contract::check::<InMemory>(&careless, 1).await;
        let said = broken.unwrap_err().to_string();
        assert!(said.starts_with(what), "{position}: {said}");
    }
    let counting_all = |_| Count::unprotected(ANY);
    let careless = Careless(in_memory(), |query| query, counting_all);
    let broken = contract::check::<InMemory>(&careless, 1).await;
    assert!(broken.unwrap_err().to_string().starts_with("Count"));
    let none = Careless(in_memory(), |query| query, |count| count);
    contract::check::<InMemory>(&none, 1).await.unwrap();
}
