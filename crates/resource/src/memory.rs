//! Records in memory, for tests and for a first program: no SQL, the same rules.

mod row;
mod transaction;

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use airside_policy::{Columns, Predicate, TableRows, Timestamp, Value};

pub use self::row::{ColumnTypeError, FromValue, Row};
use crate::{
    Count, FromRow, Order, Query, Record, Records, RecordsError,
    record::{ReadColumn, RowAdapter},
};

/// Tables in memory, shared by all clones. Nothing is kept when the program ends.
///
/// ```
/// use airside_resource::memory::Memory;
///
/// let records = Memory::default();
/// let mut tables = records.unprotected();
/// tables.insert("members", [("project", 1.into()), ("person", "alice".into())]);
/// assert_eq!(tables.rows("members")[0].get::<String>("person")?, "alice");
/// # Ok::<(), airside_resource::memory::ColumnTypeError>(())
/// ```
#[derive(Clone, Default)]
pub struct Memory {
    tables: Arc<Mutex<Tables>>,
    /// Held by a transaction, and by each query outside of one.
    lock: Arc<tokio::sync::Mutex<()>>,
}

/// The tables. They exist as soon as they are named, and so do their columns.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    rows: BTreeMap<String, Vec<Row>>,
    /// The greatest number that a table has given as a key: none is given twice.
    last_numbers: BTreeMap<&'static str, i64>,
}

impl RowAdapter for Memory {
    type Row<'r> = Row;
    type Error = ColumnTypeError;
}

impl<V: FromValue> ReadColumn<V> for Memory {
    fn read_column(row: &Row, column: &str) -> Result<V, ColumnTypeError> {
        row.get(column)
    }
}

impl Memory {
    /// Returns the tables themselves, for the application's own queries: no rule restricts them.
    /// No query of the library runs meanwhile. Changes that are made here from outside of a running
    /// transaction are undone with it.
    pub fn unprotected(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    /// Adds a row.
    pub fn insert<'a>(&mut self, table: &str, row: impl IntoIterator<Item = (&'a str, Value)>) {
        let mut columns = Row::default();
        columns.set(row);
        self.rows.entry(table.to_owned()).or_default().push(columns);
    }

    /// Returns the rows of a table, in the order in which they were added.
    #[must_use]
    pub fn rows(&self, table: &str) -> &[Row] {
        self.rows.get(table).map_or(&[], Vec::as_slice)
    }

    fn allows(&self, filter: &Predicate, row: &Row) -> bool {
        filter.holds_among(&|name| row.value(name), self)
    }

    /// Finds the row of a key, if the rule allows it.
    fn allowed<T: Record>(&self, key: &Value, filter: &Predicate) -> Option<usize> {
        let mut rows = self.rows(T::TABLE).iter();
        rows.position(|row| row.value(T::KEY) == *key && self.allows(filter, row))
    }

    /// Tells whether a row has the key of another one.
    fn has_key_of<T: Record>(&self, row: &Row) -> bool {
        let columns = || T::KEY_WITHIN.iter().chain([&T::KEY]);
        let mut rows = self.rows(T::TABLE).iter();
        rows.any(|other| columns().all(|column| row.value(column) == other.value(column)))
    }

    fn run<T: Record + FromRow<Memory>>(&mut self, query: Query) -> Result<Vec<T>, RecordsError> {
        match query {
            Query::Load { key, filter } => {
                let found = self.allowed::<T>(&key, &filter);
                let row = found.and_then(|position| self.rows(T::TABLE).get(position));
                row.into_iter().map(record).collect()
            }
            Query::List {
                filter,
                order,
                after,
                limit,
            } => {
                let listed = self.list::<T>(&filter, &order, after);
                let limit = usize::try_from(limit).unwrap_or(usize::MAX);
                listed.into_iter().take(limit).map(record).collect()
            }
            Query::Insert { values, only_if } => {
                match only_if.holds_among(&|_| Value::Null, self) {
                    true => Ok(vec![self.insert_record(values)?]),
                    false => Ok(Vec::new()),
                }
            }
            Query::Update {
                key,
                filter,
                values,
            } => {
                let found = self.allowed::<T>(&key, &filter);
                Ok(self.update(found, values)?.into_iter().collect())
            }
            Query::Delete { key, filter } => {
                let found = self.allowed::<T>(&key, &filter);
                Ok(self.delete(found)?.into_iter().collect())
            }
        }
    }

    /// Changes the row at a position, unless the changed row is not a record.
    fn update<T: Record + FromRow<Memory>>(
        &mut self,
        position: Option<usize>,
        values: Vec<(&'static str, Value)>,
    ) -> Result<Option<T>, RecordsError> {
        let rows = self.rows.get_mut(T::TABLE).zip(position);
        let Some(row) = rows.and_then(|(rows, position)| rows.get_mut(position)) else {
            return Ok(None);
        };
        let mut changed = row.clone();
        changed.set(values);
        let updated = record(&changed)?;
        *row = changed;
        Ok(Some(updated))
    }

    fn delete<T: Record + FromRow<Memory>>(
        &mut self,
        position: Option<usize>,
    ) -> Result<Option<T>, RecordsError> {
        let Some((rows, position)) = self.rows.get_mut(T::TABLE).zip(position) else {
            return Ok(None);
        };
        let deleted = rows.get(position).map(record).transpose()?;
        rows.remove(position);
        Ok(deleted)
    }

    /// Lists the rows that a rule allows, in an order, behind the row with the key `after`.
    fn list<T: Record>(
        &self,
        filter: &Predicate,
        order: &[Order],
        after: Option<Value>,
    ) -> Vec<&Row> {
        let rows = self.rows(T::TABLE).iter();
        let mut listed: Vec<_> = rows.filter(|row| self.allows(filter, row)).collect();
        let rank = |row: &Row| Rank::of(order, row, T::KEY);
        listed.sort_by_cached_key(|row| rank(row));
        let last = match (after, order.is_empty()) {
            (None, _) => return listed,
            (Some(key), true) => Rank(Vec::new(), key),
            (Some(key), false) => {
                let last = listed.iter().find(|row| row.value(T::KEY) == key);
                let Some(last) = last else {
                    return Vec::new();
                };
                rank(last)
            }
        };
        listed.retain(|row| rank(row) > last);
        listed
    }

    fn insert_record<T: Record + FromRow<Memory>>(
        &mut self,
        values: Vec<(&'static str, Value)>,
    ) -> Result<T, RecordsError> {
        let mut row = Row::default();
        row.set(values);
        if row.value(T::KEY) == Value::Null {
            row.set([(T::KEY, self.next_number::<T>().into())]);
        }
        if self.has_key_of::<T>(&row) {
            return Err(RecordsError::Conflict("the key is there already".into()));
        }
        let made = record(&row)?;
        self.rows.entry(T::TABLE.to_owned()).or_default().push(row);
        Ok(made)
    }

    fn count<T: Record>(&self, count: &Count) -> u64 {
        let rows = self.rows(T::TABLE).iter();
        let allowed = rows.filter(|row| self.allows(count.filter(), row));
        allowed.fold(0, |so_far, _| so_far + 1)
    }

    /// Returns a number behind every key that is there or was given.
    fn next_number<T: Record>(&mut self) -> i64 {
        let keys = self.rows(T::TABLE).iter().map(|row| row.value(T::KEY));
        let numbers = keys.filter_map(|key| i64::from_value(&key));
        let given = self.last_numbers.get(T::TABLE).copied();
        let last = numbers.chain(given).max().unwrap_or(0);
        let next = last.saturating_add(1);
        self.last_numbers.insert(T::TABLE, next);
        next
    }
}

/// The rank of a row in a list.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank(Vec<RankBy>, Value);

/// The rank of a row by one column.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum RankBy {
    Ascending(Value),
    Descending(Reverse<Value>),
    /// Behind those that have a value.
    Missing,
}

fn record<T: FromRow<Memory>>(row: &Row) -> Result<T, RecordsError> {
    T::from_row(row).map_err(|error| RecordsError::Mismatch(error.into()))
}

impl Rank {
    fn of(order: &[Order], row: &Row, key: &str) -> Self {
        let by = order.iter().map(|one| match one {
            Order::Ascending(column) | Order::Descending(column)
                if row.value(column) == Value::Null =>
            {
                RankBy::Missing
            }
            Order::Ascending(column) => RankBy::Ascending(row.value(column)),
            Order::Descending(column) => RankBy::Descending(Reverse(row.value(column))),
        });
        Self(by.collect(), row.value(key))
    }
}

impl TableRows for Tables {
    fn has_row(&self, table: &str, condition: &dyn Fn(&Columns<'_>) -> bool) -> bool {
        let mut rows = self.rows(table).iter();
        rows.any(|row| condition(&|name| row.value(name)))
    }
}

impl<T: Record + FromRow<Self>> Records<T> for Memory {
    async fn run(&self, query: Query) -> Result<Vec<T>, RecordsError> {
        if let Some(failed) = self.open_transaction() {
            return failed.note(self.unprotected().run(query));
        }
        let _lock = self.lock.lock().await;
        self.unprotected().run(query)
    }

    async fn count(&self, count: Count) -> Result<u64, RecordsError> {
        if self.open_transaction().is_some() {
            return Ok(self.unprotected().count::<T>(&count));
        }
        let _lock = self.lock.lock().await;
        Ok(self.unprotected().count::<T>(&count))
    }
}

macro_rules! from_value {
    ($($type:ty: $pattern:pat => $read:expr;)*) => {$(
        impl FromValue for $type {
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    $pattern => $read,
                    _ => None,
                }
            }
        }
    )*};
}

from_value! {
    i16: Value::Integer(number) => Self::try_from(*number).ok();
    i32: Value::Integer(number) => Self::try_from(*number).ok();
    i64: Value::Integer(number) => Some(*number);
    f64: Value::Float(number) => Some(number.get());
    bool: Value::Bool(value) => Some(*value);
    String: Value::Text(text) => Some(text.clone());
    Vec<u8>: Value::Bytes(bytes) => Some(bytes.clone());
    Timestamp: Value::Timestamp(time) => Some(*time);
}

impl FromValue for uuid::Uuid {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Self::try_parse(text).ok(),
            _ => None,
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Memory")
    }
}

#[cfg(test)]
mod tests;
