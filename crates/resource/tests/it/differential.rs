//! A policy decides what it filters, here, in SQLite and in PostgreSQL: NULLs and odd letters included.

use std::env;

use airside_resource::{
    FromRow, Query, Record, Records,
    policy::{
        Policies, Predicate, Principal, Value,
        cedar::{Cedar, PolicyError},
    },
    postgres::Postgres,
    record,
    sqlite::Sqlite,
};

const ROWS: i64 = 250;
const TEXTS: [&str; 12] = [
    "", "a", "A", "ab", "a%b", "a_b", "a*b", "a?b", "[a]", "a\\b", "é'\"", "acme",
];

/// Numbers that look random and are the same every time.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: u64) -> u64 {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    pub fn text(&mut self) -> String {
        let index = usize::try_from(self.below(TEXTS.len() as u64)).unwrap();
        TEXTS[index].to_owned()
    }

    pub fn number(&mut self) -> i64 {
        i64::try_from(self.below(7)).unwrap() - 3
    }
}

/// A schema of the rows, whose `balance` must not be NULL.
const SCHEMA: &str = r#"
    entity Row { owner?: User, label?: String, balance: Long, closed?: Bool };
    action Read appliesTo { principal: [User, Client], resource: [Row] };
"#;

/// Cedar policies and callers.
impl Dice {
    pub fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    pub fn quoted(&mut self) -> String {
        format!("{:?}", self.text())
    }

    fn cedar_pattern(&mut self) -> String {
        let parts = (0..=self.below(3)).map(|_| match self.below(2) {
            0 => "*".to_owned(),
            // a star that is a letter is written `\*`
            _ => {
                let text = self.quoted();
                text[1..text.len() - 1].replace('*', "\\*")
            }
        });
        parts.collect()
    }

    fn cedar_atom(&mut self) -> String {
        match self.below(13) {
            0 => format!(
                "resource has {}",
                self.one(&["owner", "label", "balance", "closed"])
            ),
            1 => format!("resource has label && resource.label == {}", self.quoted()),
            2 => format!("resource has label && resource.label != {}", self.quoted()),
            3 => format!(
                "resource has label && resource.label like \"{}\"",
                self.cedar_pattern()
            ),
            4 => format!(
                "resource has label && [{}, {}].contains(resource.label)",
                self.quoted(),
                self.quoted()
            ),
            5 => "resource has label && principal.scopes.contains(resource.label)".to_owned(),
            6 => "resource has label && principal.hasTag(\"org\") \
                  && resource.label == principal.getTag(\"org\")"
                .to_owned(),
            7 => format!(
                "resource.balance {} {}",
                self.one(&["<", "<=", ">", ">=", "==", "!="]),
                self.number()
            ),
            8 => format!(
                "{} {} resource.balance",
                self.number(),
                self.one(&["<", "<=", ">", ">=", "=="])
            ),
            9 => "resource has closed && resource.closed".to_owned(),
            10 => {
                "principal is User && resource has owner && resource.owner == principal".to_owned()
            }
            11 => format!(
                "principal.{}.contains({})",
                self.one(&["scopes", "roles"]),
                self.quoted()
            ),
            _ => format!("resource == Row::\"{}\"", self.below(20)),
        }
    }

    fn cedar(&mut self, depth: u32, atom: fn(&mut Self) -> String) -> String {
        if depth == 0 {
            return format!("({})", atom(self));
        }
        let mut inner = || self.cedar(depth - 1, atom);
        let (one, two, three) = (inner(), inner(), inner());
        match self.below(4) {
            0 => format!("(!{one})"),
            1 => format!("({one} && {two})"),
            2 => format!("({one} || {two})"),
            _ => format!("(if {one} then {two} else {three})"),
        }
    }

    pub fn policies(&mut self, atom: fn(&mut Self) -> String) -> String {
        let policies = (0..=self.below(3)).map(|number| {
            let effect = self.one(&["permit", "permit", "forbid"]);
            let how = self.one(&["when", "when", "unless"]);
            let depth = u32::try_from(self.below(3)).unwrap();
            let condition = self.cedar(depth, atom);
            format!(
                "@id(\"{number}\") {effect} (principal, action, resource) {how} {{ {condition} }};\n"
            )
        });
        policies.collect()
    }

    pub fn principal(&mut self) -> Principal {
        let mut principal = match self.below(4) {
            0 => Principal::client(self.text()),
            _ => Principal::user(self.text(), "spa"),
        };
        principal.scopes.insert(self.text());
        principal.scopes.insert(self.text());
        match self.below(2) {
            0 => principal.with_role(self.text()),
            _ => principal.with_claim("org", self.text()),
        }
    }
}

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
