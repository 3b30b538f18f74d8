//! A condition on the columns of one record: evaluated here, or by a database in a query.
//!
//! Every condition is two-valued: an unknown value makes an atom false, never unknown, so that its negation
//! means the same here and in SQL.

mod comparison;
mod lookup;
mod sql;

use std::collections::BTreeSet;

use self::comparison::matches;
pub use self::comparison::{Comparison, Wildcard};
pub use self::lookup::Lookup;
pub use self::sql::{Dialect, Sql};
use crate::Value;

/// A condition on one record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Predicate {
    /// Holds for every record, or for none.
    Always(bool),
    /// The column has a value.
    Has(String),
    /// The column is this bool; a `NULL` is neither.
    Is(String, bool),
    /// `column <comparison> value`.
    Compare(String, Comparison, Value),
    /// The column's text matches.
    Like(String, Vec<Wildcard>),
    /// The column's text is one of these.
    In(String, BTreeSet<String>),
    /// A row of another table belongs to the record.
    Related(Box<Related>),
    /// The condition does not hold.
    Not(Box<Predicate>),
    /// All of them.
    And(Vec<Predicate>),
    /// One of them at least.
    Or(Vec<Predicate>),
}

/// A row of another table, such as a membership or the record's parent, that belongs to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The other table.
    pub table: String,
    /// The pairs of columns that are equal. A `NULL` equals nothing.
    pub joined: Vec<ColumnPair>,
    /// The condition on the other row; its columns are those of the other table.
    pub condition: Predicate,
}

/// A column of the other table of a [`Related`] row, and the column of the record that it equals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnPair {
    /// The column of the other table.
    pub theirs: String,
    /// The column of the record.
    pub ours: String,
}

impl ColumnPair {
    /// Pairs a column of the other table with one of the record.
    #[must_use]
    pub fn new(theirs: impl Into<String>, ours: impl Into<String>) -> Self {
        Self {
            theirs: theirs.into(),
            ours: ours.into(),
        }
    }
}

/// Reads a column of a row by its name.
pub type Columns<'a> = dyn Fn(&str) -> Value + 'a;

/// The rows of tables, for conditions that are evaluated without SQL.
pub trait TableRows {
    /// Tells whether a row of this table, whose columns its argument reads, meets a condition.
    fn has_row(&self, table: &str, condition: &dyn Fn(&Columns<'_>) -> bool) -> bool;
}

/// INVARIANT: never asked, because `Not` would make an absent row a reason to allow.
struct NoTables;

impl TableRows for NoTables {
    fn has_row(&self, _: &str, _: &dyn Fn(&Columns<'_>) -> bool) -> bool {
        false
    }
}

impl Predicate {
    /// Makes the condition that a column has this value.
    #[must_use]
    pub fn equal(column: &str, value: impl Into<Value>) -> Self {
        Self::Compare(column.to_owned(), Comparison::Equal, value.into())
    }

    /// Holds if all of them do.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::And(mut all) => {
                all.push(other);
                Self::And(all)
            }
            one => Self::And(vec![one, other]),
        }
    }

    /// Tells whether it holds for a record, whose columns `column` reads. A condition on rows of other
    /// tables never does, since they are not seen here: see [`holds_among`](Self::holds_among).
    pub fn holds(&self, column: &dyn Fn(&str) -> Value) -> bool {
        !self.has_related() && self.is_met(column, &NoTables)
    }

    /// Tells whether it holds for a record, whose columns `column` reads, among the rows of all tables.
    pub fn holds_among(&self, column: &dyn Fn(&str) -> Value, tables: &dyn TableRows) -> bool {
        self.is_met(column, tables)
    }

    /// Tells whether rows of other tables decide.
    #[must_use]
    pub fn has_related(&self) -> bool {
        match self {
            Self::Related(_) => true,
            Self::Not(inner) => inner.has_related(),
            Self::And(all) | Self::Or(all) => all.iter().any(Self::has_related),
            _ => false,
        }
    }

    /// Tells whether it is about a column of the record that another one is taken for by databases that
    /// compare names without case, as SQLite does: `"OWNER"` is `owner` there.
    #[must_use]
    pub fn is_about_another_spelling_of(&self, column: &str) -> bool {
        let is_other = |own: &str| own != column && own.eq_ignore_ascii_case(column);
        match self {
            Self::Always(_) => false,
            Self::Has(name)
            | Self::Is(name, _)
            | Self::Compare(name, _, _)
            | Self::Like(name, _)
            | Self::In(name, _) => is_other(name),
            Self::Related(related) => related.joined.iter().any(|pair| is_other(&pair.ours)),
            Self::Not(inner) => inner.is_about_another_spelling_of(column),
            Self::And(all) | Self::Or(all) => all
                .iter()
                .any(|one| one.is_about_another_spelling_of(column)),
        }
    }

    /// Tells whether rows of other tables alone decide, whatever the record's own columns are.
    #[must_use]
    pub fn is_about_others(&self) -> bool {
        match self {
            Self::Always(_) => true,
            Self::Related(related) => related.joined.is_empty(),
            Self::Not(inner) => inner.is_about_others(),
            Self::And(all) | Self::Or(all) => all.iter().all(Self::is_about_others),
            _ => false,
        }
    }

    fn is_met(&self, column: &dyn Fn(&str) -> Value, tables: &dyn TableRows) -> bool {
        match self {
            Self::Always(holds) => *holds,
            Self::Has(name) => column(name) != Value::Null,
            Self::Is(name, expected) => column(name) == Value::Bool(*expected),
            Self::Compare(name, comparison, value) => comparison.holds(&column(name), value),
            Self::Like(name, pattern) => {
                matches!(column(name), Value::Text(text) if matches(&text, pattern))
            }
            Self::In(name, set) => matches!(column(name), Value::Text(text) if set.contains(&text)),
            Self::Related(related) => related.is_met(column, tables),
            Self::Not(inner) => !inner.is_met(column, tables),
            Self::And(all) => all.iter().all(|one| one.is_met(column, tables)),
            Self::Or(any) => any.iter().any(|one| one.is_met(column, tables)),
        }
    }

    /// Returns the same condition without the parts that decide nothing.
    #[must_use]
    pub fn simplified(&self) -> Self {
        match self {
            Self::Not(inner) => match inner.simplified() {
                Self::Always(holds) => Self::Always(!holds),
                inner => Self::Not(Box::new(inner)),
            },
            Self::And(all) => joined(all, true, Self::And),
            Self::Or(any) => joined(any, false, Self::Or),
            Self::Related(related) if related.condition.simplified() == Self::Always(false) => {
                Self::Always(false)
            }
            other => other.clone(),
        }
    }

    /// Returns the condition on a record after these columns are set to these values: the conditions on them
    /// are decided, and those on other columns stay.
    #[must_use]
    pub fn assigned(&self, values: &[(&str, Value)]) -> Self {
        self.known(&|name| {
            let value = values.iter().find(|(column, _)| *column == name);
            value.map(|(_, value)| value.clone())
        })
    }

    /// Returns the condition after the columns that `known` knows are set to its values.
    #[must_use]
    pub fn known(&self, known: &dyn Fn(&str) -> Option<Value>) -> Self {
        let all = |parts: &[Self]| parts.iter().map(|part| part.known(known)).collect();
        let name = match self {
            Self::Always(_) => return self.clone(),
            Self::Related(related) => return Self::Related(Box::new(related.known(known))),
            Self::Not(inner) => return Self::Not(Box::new(inner.known(known))),
            Self::And(parts) => return Self::And(all(parts)),
            Self::Or(parts) => return Self::Or(all(parts)),
            Self::Has(name)
            | Self::Is(name, _)
            | Self::Compare(name, _, _)
            | Self::Like(name, _)
            | Self::In(name, _) => name,
        };
        match known(name) {
            Some(value) => Self::Always(self.holds(&|_| value.clone())),
            None => self.clone(),
        }
    }
}

impl Related {
    fn is_met(&self, ours: &dyn Fn(&str) -> Value, tables: &dyn TableRows) -> bool {
        tables.has_row(&self.table, &|theirs| {
            let mut joined = self.joined.iter();
            joined.all(|pair| Comparison::Equal.holds(&theirs(&pair.theirs), &ours(&pair.ours)))
                && self.condition.is_met(theirs, tables)
        })
    }

    /// Returns the same after columns of the record are set to these values: the joined columns are compared
    /// with them.
    fn known(&self, known: &dyn Fn(&str) -> Option<Value>) -> Self {
        let mut assigned = self.clone();
        assigned.joined.retain(|pair| {
            let value = known(&pair.ours);
            if let Some(value) = &value {
                let equal = Predicate::equal(&pair.theirs, value.clone());
                let condition = std::mem::replace(&mut assigned.condition, Predicate::Always(true));
                assigned.condition = condition.and(equal);
            }
            value.is_none()
        });
        assigned
    }
}

/// Joins simplified parts: a constant part that is `neutral` is dropped, and another one decides alone.
fn joined(parts: &[Predicate], neutral: bool, join: fn(Vec<Predicate>) -> Predicate) -> Predicate {
    let mut rest = Vec::new();
    for part in parts.iter().map(Predicate::simplified) {
        match part {
            Predicate::Always(holds) if holds == neutral => {}
            Predicate::Always(holds) => return Predicate::Always(holds),
            part => rest.push(part),
        }
    }
    match rest.is_empty() {
        true => Predicate::Always(neutral),
        false => join(rest),
    }
}

#[cfg(test)]
mod tests;
