//! The reasons why a query fails.

/// The reason why a query failed. The cause is for the log: the caller learns only the status.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// The database's own rules forbid the change, such as a key that is there already: 409.
    #[error("a rule of the database forbids it: {0}")]
    Conflict(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The program and the database do not fit: a table or a column is missing, or a value has another
    /// type. It is permanent: 500.
    #[error("the table does not fit the record: {0}")]
    Mismatch(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The records cannot be read or written now: 503.
    #[error("the records are not available: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
