//! The differences between the SQL dialects of the databases.

/// Whose text it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dialect {
    /// One writer: nothing changes between a check and what rests on it.
    Sqlite,
    /// Many writers: what a statement rests on is locked until it is committed.
    #[cfg(feature = "postgres")]
    Postgres,
}
