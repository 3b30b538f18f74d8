//! Conversion of columns to types, the same for every database.

use std::{cell::Cell, fmt::Write};

use airside_oauth::time::Time;
use serde::de::DeserializeOwned;

use crate::{error::InconsistentRow, statement::Value};

/// A row as a driver shows it.
pub(crate) trait Source {
    /// The column at `index`, counted from 0; none if it is of no kind that is stored here.
    fn value(&self, index: usize) -> Option<Value<'_>>;
}

/// A row of one table, read column by column in the order of the statement. The first column names
/// the row in errors.
pub(crate) struct Row<'a> {
    table: &'static str,
    source: &'a dyn Source,
    next: Cell<usize>,
}

impl<'a> Row<'a> {
    pub(crate) fn new(table: &'static str, source: &'a dyn Source) -> Self {
        Self {
            table,
            source,
            next: Cell::new(0),
        }
    }

    /// The next column, which holds an integer of type `T`.
    pub(crate) fn integer<T: TryFrom<i64>>(
        &self,
        column: &'static str,
    ) -> Result<T, InconsistentRow> {
        self.integer_or_null(column)?
            .ok_or_else(|| self.inconsistent(column))
    }

    /// The next column, which holds an integer of type `T` or nothing.
    pub(crate) fn integer_or_null<T: TryFrom<i64>>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, InconsistentRow> {
        match self.next() {
            Some(Value::Null) => Ok(None),
            Some(Value::Integer(value)) => T::try_from(value)
                .map(Some)
                .map_err(|_| self.inconsistent(column)),
            _ => Err(self.inconsistent(column)),
        }
    }

    /// The next column, which holds a time.
    pub(crate) fn time(&self, column: &'static str) -> Result<Time, InconsistentRow> {
        self.integer(column).map(Time::from_millis)
    }

    /// The next column, which holds a time or nothing.
    pub(crate) fn time_or_null(
        &self,
        column: &'static str,
    ) -> Result<Option<Time>, InconsistentRow> {
        Ok(self.integer_or_null(column)?.map(Time::from_millis))
    }

    /// The next column, which holds 0 or 1.
    pub(crate) fn flag(&self, column: &'static str) -> Result<bool, InconsistentRow> {
        match self.integer::<i64>(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.inconsistent(column)),
        }
    }

    /// The next column, which holds a text that `parse` understands.
    pub(crate) fn text<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, InconsistentRow> {
        self.text_or_null(column, parse)?
            .ok_or_else(|| self.inconsistent(column))
    }

    /// The next column, which holds a text that `parse` understands, or nothing.
    pub(crate) fn text_or_null<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, InconsistentRow> {
        match self.next() {
            Some(Value::Null) => Ok(None),
            Some(Value::Text(text)) => parse(&text)
                .map(Some)
                .ok_or_else(|| self.inconsistent(column)),
            _ => Err(self.inconsistent(column)),
        }
    }

    /// The next column, which holds JSON.
    pub(crate) fn json<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<T, InconsistentRow> {
        self.text(column, |text| serde_json::from_str(text).ok())
    }

    /// The next column, which holds bytes that `parse` understands.
    pub(crate) fn bytes<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, InconsistentRow> {
        match self.next() {
            Some(Value::Bytes(bytes)) => parse(&bytes).ok_or_else(|| self.inconsistent(column)),
            _ => Err(self.inconsistent(column)),
        }
    }

    /// The next column, which holds `N` bytes.
    pub(crate) fn array<const N: usize>(
        &self,
        column: &'static str,
    ) -> Result<[u8; N], InconsistentRow> {
        self.bytes(column, |bytes| bytes.try_into().ok())
    }

    /// The next column, which holds `N` bytes or nothing.
    pub(crate) fn array_or_null<const N: usize>(
        &self,
        column: &'static str,
    ) -> Result<Option<[u8; N]>, InconsistentRow> {
        match self.next() {
            Some(Value::Null) => Ok(None),
            Some(Value::Bytes(bytes)) => (*bytes)
                .try_into()
                .map(Some)
                .map_err(|_| self.inconsistent(column)),
            _ => Err(self.inconsistent(column)),
        }
    }

    /// Returns the next column as it is.
    pub(crate) fn any(&self, column: &'static str) -> Result<Value<'static>, InconsistentRow> {
        self.next()
            .map(Value::into_owned)
            .ok_or_else(|| self.inconsistent(column))
    }

    /// The error for a row whose `column` holds what it cannot hold.
    pub(crate) fn inconsistent(&self, column: &'static str) -> InconsistentRow {
        InconsistentRow {
            table: self.table,
            column,
            row: self.name(),
        }
    }

    fn next(&self) -> Option<Value<'a>> {
        let index = self.next.get();
        self.next.set(index + 1);
        self.source.value(index)
    }

    fn name(&self) -> String {
        match self.source.value(0) {
            Some(Value::Integer(number)) => number.to_string(),
            Some(Value::Text(text)) => format!("`{text}`"),
            Some(Value::Bytes(bytes)) => bytes.iter().fold(String::new(), |mut name, byte| {
                // writing to a String cannot fail
                let _ = write!(name, "{byte:02x}");
                name
            }),
            Some(Value::Null) | None => "without a name".to_owned(),
        }
    }
}
