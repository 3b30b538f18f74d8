//! The reasons why a store does not answer or does not commit.

use std::{error::Error, sync::Arc};

/// The store cannot answer now; the request may be tried again.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the store is unavailable")]
pub struct Unavailable(#[source] pub Arc<dyn Error + Send + Sync>);

impl Unavailable {
    /// Wraps the backend's own error.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }
}

/// The reason why a commit did not happen.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommitError {
    /// The pivot found another state than the decision rested on.
    #[error("a concurrent request changed the state first")]
    Conflict,
    /// The store failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}
