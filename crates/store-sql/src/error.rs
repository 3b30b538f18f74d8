//! The reasons why the store failed: always the store's own fault, never the caller's.

use airside_store::Unavailable;

/// The cause of an [`Unavailable`]. Names tables, columns and rows, never what was bound.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// SQLite refused or could not read or write its file.
    #[error("the database failed")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused or could not be reached.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] crate::postgres::DatabaseError),
    /// A row is not what was written.
    #[error(transparent)]
    InconsistentRow(#[from] InconsistentRow),
    /// A value has no JSON form.
    #[error("a value cannot be stored")]
    Encode(#[source] serde_json::Error),
    /// Another commit of the same transaction took it down.
    #[error("the transaction was rolled back")]
    RolledBack,
    /// The open database is not where it was.
    #[error(
        "`{}` was deleted, moved or replaced while the server has it open: nothing more is written; put it back, or \
         restore a backup, and start again",
        .0.display()
    )]
    DatabaseLost(std::path::PathBuf),
    /// The log of the open database is not where it was.
    #[error(
        "`{}`, the log of the database, was deleted, moved or replaced while the server has it open: nothing more is \
         written; stop the server with SIGTERM, which writes what is in the log into the database, and start again",
        .0.display()
    )]
    LogLost(std::path::PathBuf),
    /// The writer or a reader ended before it answered.
    #[error("the store has stopped")]
    Stopped,
}

/// A row that no type can hold: altered, or written by a newer version.
#[derive(Debug, thiserror::Error)]
#[error("table `{table}`, row {row}: column `{column}` does not hold what was written")]
pub(crate) struct InconsistentRow {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) row: String,
}

impl From<StoreError> for Unavailable {
    fn from(failure: StoreError) -> Self {
        Self::new(failure)
    }
}
