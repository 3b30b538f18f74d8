//! Rows that are carried over from one store to another.

use crate::{
    error::InconsistentRow,
    row::{Row, Source},
    statement::Value,
};

/// The columns of a row, read out.
pub(crate) struct Values(pub(crate) Vec<Value<'static>>);

impl Values {
    /// Reads the first `columns` columns.
    pub(crate) fn read(row: &Row<'_>, columns: usize) -> Result<Self, InconsistentRow> {
        (0..columns)
            .map(|_| row.any("a column"))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Source for Values {
    fn value(&self, index: usize) -> Option<Value<'_>> {
        self.0.get(index).cloned()
    }
}
