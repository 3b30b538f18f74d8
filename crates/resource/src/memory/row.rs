//! A row in memory, and the values of its columns.

use std::collections::BTreeMap;

use airside_policy::Value;

/// The columns of a row. One that was not set is `NULL`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row(BTreeMap<String, Value>);

/// A column has no value of the type that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the column `{column}` is missing or has another type")]
pub struct ColumnTypeError {
    /// Its name.
    pub column: String,
}

/// A type that a column can be read as.
#[diagnostic::on_unimplemented(
    message = "a column in memory cannot be read as a `{Self}`",
    label = "give the field another type, or implement `FromValue` for its type"
)]
pub trait FromValue: Sized {
    /// Reads it; `None` if it is of another type.
    fn from_value(value: &Value) -> Option<Self>;
}

impl Row {
    /// Reads a column.
    ///
    /// # Errors
    ///
    /// [`ColumnTypeError`] if it is of another type, or `NULL` and the type is not an [`Option`].
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T, ColumnTypeError> {
        T::from_value(&self.value(column)).ok_or_else(|| ColumnTypeError {
            column: column.to_owned(),
        })
    }

    pub(super) fn value(&self, column: &str) -> Value {
        self.0.get(column).cloned().unwrap_or(Value::Null)
    }

    pub(super) fn set<'a>(&mut self, values: impl IntoIterator<Item = (&'a str, Value)>) {
        let values = values.into_iter();
        self.0
            .extend(values.map(|(column, value)| (column.to_owned(), value)));
    }
}
