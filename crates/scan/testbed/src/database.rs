//! The tables, in memory.

use rusqlite::{
    Connection, Params, Row, ToSql,
    types::{Value as SqlValue, ValueRef},
};
use serde_json::{Map, Value};

use crate::answer::ApiError;

#[derive(Debug)]
pub(crate) struct Database(Connection);

/// A column's name with its value.
pub(crate) type Column = (&'static str, SqlValue);

impl Database {
    pub(crate) fn open() -> Result<Self, ApiError> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(include_str!("tables.sql"))?;
        Ok(Self(connection))
    }

    /// Numbers new rows from behind `number`, or behind those that are there.
    pub(crate) fn continue_after(&self, number: u32) -> Result<(), ApiError> {
        self.run("UPDATE sqlite_sequence SET seq = max(seq, ?)", [number])?;
        let others = "INSERT INTO sqlite_sequence (name, seq) SELECT name, ? FROM sqlite_schema WHERE sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)";
        self.run(others, [number]).map(drop)
    }

    pub(crate) fn rows(&self, sql: &str, params: impl Params) -> Result<Vec<Record>, ApiError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(params, Record::of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the first row; `NotFound` if there is none.
    pub(crate) fn row(&self, sql: &str, params: impl Params) -> Result<Record, ApiError> {
        let first = self.rows(sql, params)?.into_iter().next();
        first.ok_or(ApiError::NotFound)
    }

    /// Returns how many rows changed.
    pub(crate) fn run(&self, sql: &str, params: impl Params) -> Result<usize, ApiError> {
        Ok(self.0.prepare_cached(sql)?.execute(params)?)
    }

    /// Returns the id of the new row.
    pub(crate) fn insert(&self, table: &str, columns: &[Column]) -> Result<i64, ApiError> {
        let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
        let marks = vec!["?"; columns.len()].join(", ");
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES ({marks})",
            names.join(", ")
        );
        self.run(&sql, values(columns).as_slice())?;
        Ok(self.0.last_insert_rowid())
    }

    /// Adds a person with an empty profile and empty settings.
    pub(crate) fn insert_person(&self, columns: &[Column], username: &str) -> Result<(), ApiError> {
        self.insert("users", columns)?;
        for sql in [
            "INSERT INTO profiles (username, headline, motto) VALUES (?, '', '')",
            "INSERT INTO settings (username, signature) VALUES (?, '')",
        ] {
            self.run(sql, [username])?;
        }
        Ok(())
    }

    /// Changes the columns of the rows whose `key` has the value.
    pub(crate) fn update(
        &self,
        table: &str,
        key: Column,
        columns: &[Column],
    ) -> Result<(), ApiError> {
        if columns.is_empty() {
            return Ok(());
        }
        let set: Vec<_> = columns
            .iter()
            .map(|(name, _)| format!("{name} = ?"))
            .collect();
        let sql = format!("UPDATE {table} SET {} WHERE {} = ?", set.join(", "), key.0);
        let key = [key];
        let params = [values(columns), values(&key)].concat();
        self.run(&sql, params.as_slice()).map(drop)
    }
}

fn values(columns: &[Column]) -> Vec<&dyn ToSql> {
    columns
        .iter()
        .map(|(_, value)| value as &dyn ToSql)
        .collect()
}

/// A row as a JSON object; a column `is_…` is a Boolean.
#[derive(Clone, Debug)]
pub(crate) struct Record(Map<String, Value>);

impl Record {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut members = Map::new();
        for (index, column) in row.as_ref().column_names().enumerate() {
            let value = match row.get_ref(index)? {
                ValueRef::Integer(number) if column.starts_with("is_") => (number != 0).into(),
                ValueRef::Integer(number) => number.into(),
                ValueRef::Real(number) => number.into(),
                ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
                ValueRef::Null | ValueRef::Blob(_) => Value::Null,
            };
            members.insert(column.to_owned(), value);
        }
        Ok(Self(members))
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn number(&self, name: &str) -> i64 {
        self.0.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.0
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or_default()
    }

    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        for name in names {
            self.0.remove(*name);
        }
        self
    }
}

impl From<Record> for Value {
    fn from(record: Record) -> Self {
        Self::Object(record.0)
    }
}
