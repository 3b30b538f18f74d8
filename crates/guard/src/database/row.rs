//! The row of an owner, and the error of a look-up.

/// An owner cannot be looked up. The error contains no key and no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The database cannot be reached, or takes too long.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// The database answers, but not with an id and an owner.
    #[error("{0}")]
    Refused(String),
}

/// A row with its values as text; `None` for NULL and for values of other types.
#[derive(Debug)]
pub(super) struct OwnerRow {
    pub(super) id: Option<String>,
    pub(super) owner: Option<String>,
}

/// Connections to the database; as many look-ups run at once.
pub(super) const MAX_CONNECTIONS: usize = 8;
