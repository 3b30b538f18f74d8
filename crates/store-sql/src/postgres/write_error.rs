//! The reason why one commit was not written.

use airside_store::{CommitError, Unavailable};

use super::DatabaseError;
use crate::error::StoreError;

/// The reason why one commit was not written.
pub(super) enum WriteError {
    /// The compare-and-swap changed no row.
    Conflict,
    /// The connection was lost while the answer was awaited.
    InDoubt(StoreError),
    /// Nothing was written.
    Failed(StoreError),
}

impl From<StoreError> for WriteError {
    fn from(failure: StoreError) -> Self {
        match &failure {
            StoreError::Postgres(error) if error.is_conflict() => Self::Conflict,
            StoreError::Postgres(error) if error.is_lost() => Self::InDoubt(failure),
            _ => Self::Failed(failure),
        }
    }
}

impl From<DatabaseError> for WriteError {
    fn from(error: DatabaseError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<WriteError> for CommitError {
    fn from(refusal: WriteError) -> Self {
        match refusal {
            WriteError::Conflict => Self::Conflict,
            WriteError::InDoubt(failure) | WriteError::Failed(failure) => {
                Self::Unavailable(Unavailable::from(failure))
            }
        }
    }
}

impl WriteError {
    /// The cause, for work that has no compare-and-swap.
    pub(super) fn into_failure(self) -> StoreError {
        match self {
            Self::Conflict => StoreError::RolledBack,
            Self::InDoubt(failure) | Self::Failed(failure) => failure,
        }
    }
}
