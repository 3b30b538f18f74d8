//! The record of the contract: a note, and the people that it is shared with.

use airside_policy::{ColumnPair, Columns, Predicate, Related, TableRows, Timestamp, Value};

use crate::{ColumnValue as _, Record, memory::FromValue, record::Json};

/// The expected record, with which the columns of an adapter's record are compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Note {
    pub(super) id: i64,
    pub(super) owner: Option<String>,
    pub(super) label: Option<String>,
    pub(super) balance: Option<i64>,
    pub(super) closed: Option<bool>,
    pub(super) weight: Option<f64>,
    pub(super) made_at: Option<Timestamp>,
    pub(super) content: Option<Vec<u8>>,
    pub(super) extra: Option<Json<serde_json::Value>>,
}

impl Note {
    /// Returns the value of a column.
    pub(super) fn column(&self, name: &str) -> Value {
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

pub(super) fn values(note: &Note) -> Vec<(&'static str, Value)> {
    COLUMNS.map(|name| (name, note.column(name))).to_vec()
}

/// Reads the columns of a record as a note.
pub(super) fn note(record: &impl Record) -> Note {
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

pub(super) fn holds(filter: &Predicate, note: &Note) -> bool {
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

pub(super) fn shared_with(person: &str) -> Predicate {
    Predicate::Related(Box::new(Related {
        table: "contract_shares".to_owned(),
        joined: vec![ColumnPair::new("note", "id")],
        condition: Predicate::equal("person", person),
    }))
}

/// The columns of a note.
pub(super) const COLUMNS: [&str; 9] = [
    "id", "owner", "label", "balance", "closed", "weight", "made_at", "content", "extra",
];

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

/// The number of notes of a test.
pub(super) const NOTES: i64 = 40;
