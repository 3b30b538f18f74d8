//! The contract of adapters, as a test of an adapter (feature `testing`).
//!
//! The record of the test is a note, whose tables [`SQL`] makes; a database may spell the types as it likes.
//!
//! ```
//! use airside_resource::{
//!     Record,
//!     memory::Memory, // the adapter under test
//!     policy::Timestamp,
//!     record::Json,
//!     testing::contract,
//! };
//!
//! #[derive(Record)]
//! #[record(table = "contract_notes", records = Memory)]
//! struct Note {
//!     id: i64,
//!     owner: Option<String>,
//!     label: Option<String>,
//!     balance: Option<i64>,
//!     closed: Option<bool>,
//!     weight: Option<f64>,
//!     made_at: Option<Timestamp>,
//!     content: Option<Vec<u8>>,
//!     extra: Option<Json<serde_json::Value>>,
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let records = Memory::default();
//! for (note, person) in contract::SHARES {
//!     let row = [("note", note.into()), ("person", person.into())];
//!     records.unprotected().insert("contract_shares", row);
//! }
//! contract::check::<Note>(&records, 1).await?;
//! contract::check_transactions::<Note, _>(&records).await?;
//! # Ok::<(), contract::ContractError>(())
//! # }).unwrap();
//! ```

use std::{collections::BTreeSet, pin::Pin, task::Poll};

use airside_policy::{
    ColumnPair, Columns, Comparison, Predicate, Related, TableRows, Timestamp, Value, Wildcard,
};

use tokio::sync::oneshot;

use crate::{
    ColumnValue as _, Count, Order, Query, Record, Records, RecordsError, Transactional,
    memory::FromValue, record::Json,
};

/// The people that notes are shared with: the rows of the table `contract_shares`, `(note, person)`.
pub const SHARES: [(i64, &str); 6] = [
    (0, "alice"),
    (0, "bob"),
    (3, "alice"),
    (4, ""),
    (7, "bob"),
    // of a note that is not there
    (-1, "alice"),
];

/// Makes both tables.
pub const SQL: &str = "
    CREATE TABLE contract_notes
        (id bigint PRIMARY KEY, owner text, label text, balance bigint, closed boolean,
         weight double precision, made_at timestamptz, content bytea, extra jsonb);
    CREATE TABLE contract_shares (note bigint NOT NULL, person text NOT NULL);
    INSERT INTO contract_shares VALUES
        (0, 'alice'), (0, 'bob'), (3, 'alice'), (4, ''), (7, 'bob'), (-1, 'alice');";

/// The expected record, with which the columns of an adapter's record are compared.
#[derive(Clone, Debug, PartialEq)]
struct Note {
    id: i64,
    owner: Option<String>,
    label: Option<String>,
    balance: Option<i64>,
    closed: Option<bool>,
    weight: Option<f64>,
    made_at: Option<Timestamp>,
    content: Option<Vec<u8>>,
    extra: Option<Json<serde_json::Value>>,
}

impl Note {
    fn column(&self, name: &str) -> Value {
        match name {
            "id" => self.id.into(),
            "owner" => self.owner.clone().into(),
            "label" => self.label.clone().into(),
            "balance" => self.balance.into(),
            "closed" => self.closed.into(),
            "weight" => self.weight.into(),
            "made_at" => self.made_at.into(),
            "content" => self.content.clone().into(),
            "extra" => self.extra.column_value(),
            _ => Value::Null,
        }
    }
}

/// A violation of the contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ContractError(String);

impl From<RecordsError> for ContractError {
    fn from(error: RecordsError) -> Self {
        Self(error.to_string())
    }
}

/// Tests an adapter whose table of notes is empty, and leaves it empty.
///
/// Hundreds of conditions made from the seed must find the expected notes, with `NULL`s, wildcards, special
/// characters and rows of the other table. Changes must happen where the rule holds and nowhere else, and
/// their answers must be the changed records.
///
/// # Errors
///
/// [`ContractError`] describes the first violation.
pub async fn check<T: Record>(records: &impl Records<T>, seed: u64) -> Result<(), ContractError> {
    let mut dice = Dice(seed | 1);
    let trial = Trial {
        records,
        notes: (0..NOTES).map(|id| dice.note(id)).collect(),
    };
    trial.insert().await?;
    let (mut some, mut not_all) = (0, 0);
    for _ in 0..CONDITIONS {
        let filter = dice.predicate(3);
        let found = trial.list(&filter).await?;
        some += usize::from(!found.is_empty());
        not_all += usize::from(found.len() < trial.notes.len());
    }
    if some < 20 || not_all < 20 {
        return Err(ContractError(
            "the seed makes conditions that find nothing".to_owned(),
        ));
    }
    trial.pages().await?;
    trial.sorted().await?;
    for note in &trial.notes {
        let filter = dice.predicate(2);
        trial.load(note, &filter).await?;
    }
    trial.insert_below().await?;
    trial.update().await?;
    trial.delete().await
}

/// Tests the transactions of an adapter whose table of notes is empty, and leaves it empty.
///
/// The changes of a transaction that fails, is not finished, or goes on after a failure must be undone;
/// other changes wait or fail meanwhile, and the next transaction finds none of them.
///
/// # Errors
///
/// [`ContractError`] describes the first violation.
pub async fn check_transactions<T, R>(records: &R) -> Result<(), ContractError>
where
    T: Record,
    R: Records<T> + Transactional,
{
    let trial = Trial {
        records,
        notes: vec![Dice(1).note(1), Dice(2).note(2)],
    };
    let [first, second] = trial.notes.as_slice() else {
        return Ok(());
    };
    let insert = |note: &Note| Query::unprotected_insert(values(note));
    let broken = |what: &str| Err(ContractError(what.to_owned()));
    let count = || async {
        let counted = records.count(Count::unprotected(Predicate::Always(true)));
        counted
            .await
            .map_err(|error| ContractError(error.to_string()))
    };

    let failed: Result<(), _> = records
        .transaction(async |_| {
            trial
                .expect(insert(first), std::slice::from_ref(first))
                .await?;
            trial.expect(every(), std::slice::from_ref(first)).await?;
            broken("as it should")
        })
        .await;
    if failed != broken("as it should") || count().await? > 0 {
        return broken("a transaction that fails is not undone");
    }

    let went_on: Result<(), ContractError> = records
        .transaction(async |_| {
            trial.run(insert(first)).await?;
            // the same key again: the database refuses it, and `work` ignores the error
            let _ = records.run(insert(first)).await;
            Ok(())
        })
        .await;
    if went_on.is_ok() || count().await? > 0 {
        return broken("a transaction that goes on after a failure is not undone");
    }

    let (inserted, mut is_inserted) = oneshot::channel::<()>();
    let mut unfinished = Box::pin(records.transaction(async |_| {
        trial.run(insert(first)).await?;
        drop(inserted);
        std::future::pending::<Result<(), ContractError>>().await
    }));
    let has_ended = std::future::poll_fn(|context| {
        match unfinished.as_mut().poll(context).is_ready() {
            true => Poll::Ready(true),
            // it is dropped before it ends
            false => Pin::new(&mut is_inserted).poll(context).map(|_| false),
        }
    });
    if has_ended.await {
        return broken("a transaction ends before its work");
    }
    drop(unfinished);
    if count().await? > 0 {
        return broken("a transaction whose caller goes away is not undone");
    }

    let both: Result<Vec<Note>, ContractError> = records
        .transaction(async |_| {
            trial.run(insert(first)).await?;
            records
                .transaction(async |_| trial.run(insert(second)).await)
                .await
        })
        .await;
    both?;
    trial.expect(every(), &trial.notes).await?;
    for note in &trial.notes {
        let delete = Query::Delete {
            key: note.id.into(),
            filter: Predicate::Always(true),
        };
        trial.expect(delete, std::slice::from_ref(note)).await?;
    }
    Ok(())
}

const NOTES: i64 = 40;
const CONDITIONS: u32 = 200;
const COLUMNS: [&str; 9] = [
    "id", "owner", "label", "balance", "closed", "weight", "made_at", "content", "extra",
];
const TEXTS: [&str; 13] = [
    "", "a", "A", "ab", "a%b", "a_b", "a*b", "a?b", "[a]", "a\\b", "é'\"", "alice", "bob",
];

struct Trial<'a, R> {
    records: &'a R,
    notes: Vec<Note>,
}

impl<R> Trial<'_, R> {
    async fn run<T: Record>(&self, query: Query) -> Result<Vec<Note>, ContractError>
    where
        R: Records<T>,
    {
        let what = format!("{query:?}");
        let answered = self.records.run(query).await;
        let answered = answered.map_err(|error| ContractError(format!("{what}: {error}")))?;
        Ok(answered.iter().map(note).collect())
    }

    async fn expect<T: Record>(&self, query: Query, expected: &[Note]) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        let what = format!("{query:?}");
        let answered = self.run(query).await?;
        match answered == expected {
            true => Ok(()),
            false => Err(ContractError(format!(
                "{what}: answers {answered:?} and not {expected:?}"
            ))),
        }
    }

    async fn insert<T: Record>(&self) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        self.expect(every(), &[]).await?;
        // the order of keys is not that of making
        for note in self.notes.iter().rev() {
            let query = Query::unprotected_insert(values(note));
            self.expect(query, std::slice::from_ref(note)).await?;
        }
        let Some(taken) = self.notes.first() else {
            return Ok(());
        };
        let query =
            Query::unprotected_insert(vec![("id", taken.id.into()), ("label", "new".into())]);
        match self.records.run(query).await {
            Err(RecordsError::Conflict(_)) => {}
            Err(error) => {
                return Err(ContractError(format!(
                    "a key that exists already is not a conflict: {error}"
                )));
            }
            Ok(_) => {
                return Err(ContractError(
                    "a key that exists already is inserted again".to_owned(),
                ));
            }
        }
        self.expect(every(), &self.notes).await
    }

    async fn list<T: Record>(&self, filter: &Predicate) -> Result<Vec<Note>, ContractError>
    where
        R: Records<T>,
    {
        let notes = self.notes.iter().filter(|note| holds(filter, note));
        let expected: Vec<_> = notes.cloned().collect();
        let query = Query::unprotected_list(filter.clone(), None, 1000);
        self.expect(query, &expected).await?;
        let count = Count::unprotected(filter.clone());
        let what = format!("{count:?}");
        let counted = self.records.count(count).await;
        let counted = counted.map_err(|error| ContractError(format!("{what}: {error}")))?;
        match usize::try_from(counted) == Ok(expected.len()) {
            true => Ok(expected),
            false => Err(ContractError(format!(
                "{what}: counts {counted} and not {}",
                expected.len()
            ))),
        }
    }

    async fn pages<T: Record>(&self) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        let filter = Predicate::Has("label".to_owned());
        let all = self.list(&filter).await?;
        let mut after = None;
        for page in all.chunks(7) {
            let query = Query::unprotected_list(filter.clone(), after, 7);
            self.expect(query, page).await?;
            after = page.last().map(|last| last.id.into());
        }
        self.expect(Query::unprotected_list(filter.clone(), after, 7), &[])
            .await?;
        self.expect(Query::unprotected_list(filter, None, 0), &[])
            .await
    }

    /// Sorts by numbers, some of which are missing: the order of texts differs between databases.
    async fn sorted<T: Record>(&self) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        let filter = Predicate::Has("label".to_owned());
        let mut notes = self.list(&filter).await?;
        let by_closed = |note: &Note| (note.closed.is_none(), note.closed);
        let by_balance = |note: &Note| (note.balance.is_none(), note.balance);
        let orders = [
            vec![Order::Ascending("balance")],
            vec![Order::Descending("balance")],
            vec![Order::Ascending("closed"), Order::Descending("balance")],
        ];
        for (number, order) in orders.into_iter().enumerate() {
            notes.sort_by_key(|note| {
                let (is_missing, balance) = by_balance(note);
                let balance = balance.map(|balance| if number == 0 { balance } else { -balance });
                let closed = (number == 2).then(|| by_closed(note));
                (closed, is_missing, balance, note.id)
            });
            let list = |after: Option<i64>| Query::List {
                filter: filter.clone(),
                order: order.clone(),
                after: after.map(Into::into),
                limit: 5,
            };
            let mut after = None;
            for page in notes.chunks(5) {
                self.expect(list(after), page).await?;
                after = page.last().map(|last| last.id);
            }
            self.expect(list(after), &[]).await?;
            // the position of a record that the rule does not allow is not revealed
            for hidden in self.notes.iter().filter(|note| note.label.is_none()) {
                self.expect(list(Some(hidden.id)), &[]).await?;
            }
        }
        Ok(())
    }

    async fn load<T: Record>(&self, note: &Note, filter: &Predicate) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        let load = |key: i64| Query::Load {
            key: key.into(),
            filter: filter.clone(),
        };
        let expected = holds(filter, note).then(|| note.clone());
        self.expect(load(note.id), expected.as_slice()).await?;
        self.expect(load(NOTES), &[]).await
    }

    /// Tests that a record is inserted only if its precondition is met.
    async fn insert_below<T: Record>(&self) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        let made = Note {
            id: NOTES,
            owner: None,
            label: Some("below".to_owned()),
            balance: None,
            closed: None,
            weight: None,
            made_at: None,
            content: None,
            extra: None,
        };
        let insert = |person: &str| Query::Insert {
            values: values(&made),
            only_if: Predicate::Related(Box::new(Related {
                table: "contract_shares".to_owned(),
                joined: Vec::new(),
                condition: Predicate::equal("person", person).and(Predicate::equal("note", 7)),
            })),
        };
        self.expect(insert("alice"), &[]).await?;
        self.expect(every(), &self.notes).await?;
        self.expect(insert("bob"), std::slice::from_ref(&made))
            .await?;
        let delete = Query::Delete {
            key: made.id.into(),
            filter: Predicate::Always(true),
        };
        self.expect(delete, &[made]).await
    }

    async fn update<T: Record>(&self) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        for (note, rule) in self.with_rules() {
            let mut changed = note.clone();
            changed.label = Some("'; DROP TABLE contract_notes; --".to_owned());
            changed.balance = None;
            changed.closed = Some(true);
            changed.weight = Some(-0.25);
            changed.made_at = Timestamp::from_unix_micros(-1).ok();
            changed.content = Some(vec![0, 0xff, b'\'']);
            changed.extra = Some(Json(serde_json::json!({ "a": [null, "é'", 1.5] })));
            let to = |note: &Note, filter: Predicate| Query::Update {
                key: note.id.into(),
                filter,
                values: values(note).split_off(2),
            };
            let never = rule.clone().and(Predicate::Not(Box::new(rule.clone())));
            self.expect(to(&changed, never), &[]).await?;
            self.expect(every(), &self.notes).await?;
            self.expect(to(&changed, rule.clone()), std::slice::from_ref(&changed))
                .await?;
            let mut all = self.notes.clone();
            all.iter_mut()
                .filter(|one| one.id == note.id)
                .for_each(|one| *one = changed.clone());
            self.expect(every(), &all).await?;
            self.expect(
                to(note, Predicate::Always(true)),
                std::slice::from_ref(note),
            )
            .await?;
        }
        Ok(())
    }

    async fn delete<T: Record>(&self) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        let delete = |note: &Note, filter: Predicate| Query::Delete {
            key: note.id.into(),
            filter,
        };
        for (note, rule) in self.with_rules() {
            let not = Predicate::Not(Box::new(rule.clone()));
            self.expect(delete(note, not), &[]).await?;
        }
        self.expect(every(), &self.notes).await?;
        let mut rest = self.notes.as_slice();
        while let Some((note, others)) = rest.split_first() {
            let own = Predicate::equal("id", note.id);
            self.expect(delete(note, own.clone()), std::slice::from_ref(note))
                .await?;
            self.expect(delete(note, own), &[]).await?;
            self.expect(every(), others).await?;
            rest = others;
        }
        Ok(())
    }

    /// Returns some notes, each with a rule that holds for it.
    fn with_rules(&self) -> Vec<(&Note, Predicate)> {
        let owned = self.notes.iter().filter_map(|note| {
            let owner = note.owner.as_deref()?;
            Some((note, Predicate::equal("owner", owner)))
        });
        let shared = shared_with("alice");
        let shared = self.notes.iter().filter(|note| holds(&shared, note));
        let shared = shared.map(|note| (note, shared_with("alice")));
        owned.take(5).chain(shared).collect()
    }
}

fn every() -> Query {
    Query::unprotected_list(Predicate::Always(true), None, 1000)
}

fn values(note: &Note) -> Vec<(&'static str, Value)> {
    COLUMNS.map(|name| (name, note.column(name))).to_vec()
}

/// Reads the columns of a record as a note.
fn note(record: &impl Record) -> Note {
    Note {
        id: i64::from_value(&record.column("id")).unwrap_or(i64::MIN),
        owner: FromValue::from_value(&record.column("owner")),
        label: FromValue::from_value(&record.column("label")),
        balance: FromValue::from_value(&record.column("balance")),
        closed: FromValue::from_value(&record.column("closed")),
        weight: FromValue::from_value(&record.column("weight")),
        made_at: FromValue::from_value(&record.column("made_at")),
        content: FromValue::from_value(&record.column("content")),
        extra: FromValue::from_value(&record.column("extra")),
    }
}

fn holds(filter: &Predicate, note: &Note) -> bool {
    filter.holds_among(&|name| note.column(name), &Shares)
}

/// The rows of the other table.
struct Shares;

impl TableRows for Shares {
    fn has_row(&self, table: &str, condition: &dyn Fn(&Columns<'_>) -> bool) -> bool {
        let is_met = |(note, person): &(i64, &str)| {
            condition(&|name| match name {
                "note" => (*note).into(),
                "person" => (*person).into(),
                _ => Value::Null,
            })
        };
        table == "contract_shares" && SHARES.iter().any(is_met)
    }
}

fn shared_with(person: &str) -> Predicate {
    Predicate::Related(Box::new(Related {
        table: "contract_shares".to_owned(),
        joined: vec![ColumnPair::new("note", "id")],
        condition: Predicate::equal("person", person),
    }))
}

/// Pseudorandom numbers, the same for each seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.below(of.len() as u64)).unwrap_or_default();
        of.get(index).copied().unwrap_or_default()
    }

    fn text(&mut self) -> String {
        self.one(&TEXTS).to_owned()
    }

    fn number(&mut self) -> i64 {
        i64::try_from(self.below(7)).unwrap_or_default() - 3
    }

    fn note(&mut self, id: i64) -> Note {
        let mut is_there = [true; 8];
        is_there.iter_mut().for_each(|one| *one = self.below(4) > 0);
        let [
            owner,
            label,
            balance,
            closed,
            weight,
            made_at,
            content,
            extra,
        ] = is_there;
        Note {
            id,
            owner: owner.then(|| self.text()),
            label: label.then(|| self.text()),
            balance: balance.then(|| self.number()),
            closed: closed.then(|| self.below(2) == 0),
            weight: weight.then(|| self.weight()),
            made_at: made_at.then(|| self.time()).flatten(),
            content: content.then(|| self.text().into_bytes()),
            extra: extra.then(|| Json(serde_json::json!({ "text": self.text() }))),
        }
    }

    /// Makes a weight, whole or not.
    fn weight(&mut self) -> f64 {
        f64::from(i32::try_from(self.number()).unwrap_or_default()) / 2.0
    }

    /// Makes a time, of whole seconds or not, before or after 1970.
    fn time(&mut self) -> Option<Timestamp> {
        Timestamp::from_unix_micros(self.number() * 500_000).ok()
    }

    /// Makes a constant of a column that has an order.
    fn ordered(&mut self) -> (&'static str, Value) {
        match self.below(4) {
            0 => ("balance", self.number().into()),
            1 => ("weight", self.number().into()),
            2 => ("weight", self.weight().into()),
            _ => ("made_at", self.time().into()),
        }
    }

    fn pattern(&mut self) -> Vec<Wildcard> {
        let parts = (0..self.below(4)).map(|_| match self.below(2) {
            0 => Wildcard::Any,
            _ => Wildcard::Text(self.text()),
        });
        parts.collect()
    }

    fn predicate(&mut self, depth: u32) -> Predicate {
        let text = self.one(&["owner", "label"]).to_owned();
        match self.below(if depth == 0 { 9 } else { 12 }) {
            0 => Predicate::Always(self.below(2) == 0),
            1 => Predicate::Has(self.one(&COLUMNS).to_owned()),
            2 => Predicate::Is("closed".to_owned(), self.below(2) == 0),
            3 => {
                let comparison = match self.below(3) {
                    0 => Comparison::Equal,
                    1 => Comparison::Less,
                    _ => Comparison::LessOrEqual,
                };
                let (column, value) = self.ordered();
                Predicate::Compare(column.to_owned(), comparison, value)
            }
            4 => Predicate::equal(&text, self.text()),
            5 => Predicate::Like(text, self.pattern()),
            6 => Predicate::In(
                text,
                (0..self.below(4))
                    .map(|_| self.text())
                    .collect::<BTreeSet<_>>(),
            ),
            7 => shared_with(&self.text()),
            8 => Predicate::equal("content", self.text().into_bytes()),
            9 => Predicate::Not(Box::new(self.predicate(depth - 1))),
            10 => Predicate::And(self.predicates(depth)),
            _ => Predicate::Or(self.predicates(depth)),
        }
    }

    fn predicates(&mut self, depth: u32) -> Vec<Predicate> {
        (0..self.below(4))
            .map(|_| self.predicate(depth - 1))
            .collect()
    }
}
