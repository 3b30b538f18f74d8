//! A policy decides what it filters, here, in SQLite and in PostgreSQL: NULLs and odd letters included.

mod dice;

use std::env;

use airside_resource::{
    FromRow, Query, Record, Records,
    policy::{
        Policies, Predicate, Value,
        cedar::{Cedar, PolicyError},
    },
    postgres::Postgres,
    record,
    sqlite::Sqlite,
};

pub use self::dice::Dice;
use self::dice::SCHEMA;

const ROWS: i64 = 250;
const TEXTS: [&str; 12] = [
    "", "a", "A", "ab", "a%b", "a_b", "a*b", "a?b", "[a]", "a\\b", "é'\"", "acme",
];

/// Cedar policies and callers.
#[derive(Clone, Debug)]
struct Row {
    id: i64,
    owner: Option<String>,
    label: Option<String>,
    balance: Option<i64>,
    closed: Option<bool>,
}

impl Row {
    fn roll(id: i64, dice: &mut Dice) -> Self {
        fn maybe<T>(dice: &mut Dice, value: impl FnOnce(&mut Dice) -> T) -> Option<T> {
            (dice.below(4) > 0).then(|| value(dice))
        }
        Self {
            id,
            owner: maybe(dice, Dice::text),
            label: maybe(dice, Dice::text),
            balance: maybe(dice, Dice::number),
            closed: maybe(dice, |dice| dice.below(2) == 0),
        }
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => self.id.into(),
            "owner" => self.owner.clone().into(),
            "label" => self.label.clone().into(),
            "balance" => self.balance.into(),
            "closed" => self.closed.into(),
            _ => Value::Null,
        }
    }
}

struct InSqlite(Row);
struct InPostgres(Row);

macro_rules! record {
    ($record:ident in $records:ty) => {
        impl Record for $record {
            type Key = i64;
            type Records = $records;
            const TYPE: &'static str = "Row";
            const TABLE: &'static str = "rolled";

            fn column(&self, name: &str) -> Value {
                self.0.column(name)
            }
        }
    };
}

record!(InSqlite in Sqlite);
record!(InPostgres in Postgres);

impl FromRow<Sqlite> for InSqlite {
    fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self(Row {
            id: row.get("id")?,
            owner: row.get("owner")?,
            label: row.get("label")?,
            balance: row.get("balance")?,
            closed: row.get("closed")?,
        }))
    }
}

impl FromRow<Postgres> for InPostgres {
    fn from_row(row: &tokio_postgres::Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self(Row {
            id: row.try_get("id")?,
            owner: row.try_get("owner")?,
            label: row.try_get("label")?,
            balance: row.try_get("balance")?,
            closed: row.try_get("closed")?,
        }))
    }
}

const TABLE: &str = "CREATE TABLE rolled
    (id bigint PRIMARY KEY, owner text, label text, balance bigint, closed boolean)";

async fn fill<T: Record>(records: &impl Records<T>, rows: &[Row]) {
    for row in rows {
        let columns = ["id", "owner", "label", "balance", "closed"];
        let values = columns.map(|name| (name, row.column(name))).to_vec();
        records
            .run(Query::unprotected_insert(values))
            .await
            .unwrap();
    }
}

async fn found<T: Record>(records: &impl Records<T>, filter: &Predicate) -> Vec<Value> {
    let listed = records.run(Query::unprotected_list(filter.clone(), None, 1000));
    let listed = listed.await.unwrap();
    listed.iter().map(|record| record.column("id")).collect()
}

/// The rows, in both databases.
struct Filled {
    rows: Vec<Row>,
    sqlite: Sqlite,
    postgres: Postgres,
}

impl Filled {
    async fn roll(dice: &mut Dice) -> Self {
        let rows: Vec<_> = (0..ROWS).map(|id| Row::roll(id, dice)).collect();
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLE).unwrap();
        let sqlite = Sqlite::new(connection);
        fill::<InSqlite>(&sqlite, &rows).await;

        let config: tokio_postgres::Config = airside_testkit::postgres::schema().parse().unwrap();
        let manager = deadpool_postgres::Manager::new(config, tokio_postgres::NoTls);
        let pool = deadpool_postgres::Pool::builder(manager).build().unwrap();
        let client = pool.get().await.unwrap();
        client.batch_execute(TABLE).await.unwrap();
        let postgres = Postgres::new(pool);
        fill::<InPostgres>(&postgres, &rows).await;
        Self {
            rows,
            sqlite,
            postgres,
        }
    }

    /// The rows for which something holds, by their keys.
    fn here(&self, holds: impl Fn(&Row) -> bool) -> Vec<Value> {
        let here = self.rows.iter().filter(|row| holds(row));
        here.map(|row| row.column("id")).collect()
    }

    async fn assert_finds(&self, filter: &Predicate, here: &[Value], what: &str) {
        assert_eq!(
            found::<InSqlite>(&self.sqlite, filter).await,
            here,
            "{what}"
        );
        let there = found::<InPostgres>(&self.postgres, filter).await;
        assert_eq!(there, here, "{what}");
    }
}

pub fn scale() -> u64 {
    env::var("AIRSIDE_TEST_SCALE").map_or(1, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_decides_what_its_filter_finds() {
    let mut dice = Dice(0x5eed_0000_0000_0002);
    let filled = Filled::roll(&mut dice).await;
    let (mut judged, mut some, mut none) = (0, 0, 0);
    while judged < 60 * scale() {
        let text = dice.policies(Dice::cedar_atom);
        let principal = dice.principal();
        let policies = match Cedar::parse(SCHEMA, &text) {
            Ok(policies) => policies,
            // such as one that can never hold
            Err(PolicyError::Invalid { .. }) => continue,
            Err(other) => panic!("{other}: {text}"),
        };
        let here = filled.here(|row| {
            let row = airside_resource::policy::Row {
                kind: "Row",
                key: &row.id.into(),
                column: &|name| row.column(name),
            };
            policies.decide(&principal, "Read", &row).is_allowed()
        });
        let filter = policies.filter(&principal, "Read", record::shape::<InSqlite>());
        let what = format!("{text}{principal:?}\n{filter}");
        filled.assert_finds(&filter, &here, &what).await;
        judged += 1;
        some += usize::from(!here.is_empty());
        none += usize::from(here.len() < filled.rows.len());
    }
    assert!(some > 15 && none > 15, "{some} {none}");
}
