//! The reasons why a store was not copied.

use crate::error::{InconsistentRow, StoreError};

/// The reason why a store was not copied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// A server has used the target.
    #[error("the target is not empty: it was copied into, or a server has used it; give a new one")]
    NotEmpty,
    /// The source is not a store that a server has used.
    #[error("the source is empty: no server has used it")]
    Empty,
    /// The two differ after the copy.
    #[error("table `{0}` differs after the copy; nothing may use the target")]
    Differs(&'static str),
    /// One of the two failed.
    #[error("a store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<StoreError> for TransferError {
    fn from(failure: StoreError) -> Self {
        Self::Failed(Box::new(failure))
    }
}

impl From<InconsistentRow> for TransferError {
    fn from(inconsistent: InconsistentRow) -> Self {
        StoreError::from(inconsistent).into()
    }
}
