//! The reasons why an API cannot serve yet, or serves slowly.

use std::fmt;

use crate::RecordsError;

/// The reason why an API cannot serve yet.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadinessError {
    /// The issuer's keys could not be fetched; the text says why.
    #[error("the keys of the issuer could not be fetched: {0}")]
    Issuer(String),
    /// The records of a kind cannot be read, or their table lacks a column.
    #[error("the records of `{record}`: {source}")]
    Records {
        /// The kind of record.
        record: &'static str,
        /// The answer of the database.
        source: RecordsError,
    },
}

/// A rule looks rows up by columns without an index: each request reads the whole table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct MissingIndex {
    /// The action.
    pub action: &'static str,
    /// The table.
    pub table: String,
    /// The columns, of which one must be the first of an index.
    pub columns: Vec<String>,
}

impl fmt::Display for MissingIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            action,
            table,
            columns,
        } = self;
        let columns = columns.join("` or `");
        write!(
            formatter,
            "`{action}` reads the whole table `{table}`: no index begins with `{columns}`"
        )
    }
}
