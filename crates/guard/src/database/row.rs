//! The row of an owner, and why there is none.

/// Why an owner cannot be looked up. Holds no key and no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// There is no database, or it takes too long.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// It answers, but not with an id and an owner.
    #[error("{0}")]
    Refused(String),
}

/// A row, its values as text; none for NULL and for what names nothing.
#[derive(Debug)]
pub(super) struct OwnerRow {
    pub(super) id: Option<String>,
    pub(super) owner: Option<String>,
}
