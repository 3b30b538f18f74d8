//! Violations of the contract.

use crate::RecordsError;

/// A violation of the contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ContractError(pub(super) String);

impl From<RecordsError> for ContractError {
    fn from(error: RecordsError) -> Self {
        Self(error.to_string())
    }
}
