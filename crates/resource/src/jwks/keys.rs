//! Where an issuer's keys come from.

use std::sync::Arc;

use airside_jose::KeySet;

use super::Source;

/// The keys of one issuer. Clones share everything.
#[derive(Clone)]
pub(crate) enum Keys {
    /// RequestFacts for at each use.
    Given(Arc<dyn Fn() -> Arc<KeySet> + Send + Sync>),
    /// Fetched when needed.
    Fetched(Source),
}

impl Keys {
    /// The keys that verify now; none if there are none.
    pub(crate) async fn current(&self) -> Option<Arc<KeySet>> {
        match self {
            Self::Given(keys) => Some(keys()),
            Self::Fetched(source) => source.current().await,
        }
    }

    /// Fetches keys of which the issuer says that they are others now; tells whether they are here.
    pub(crate) async fn fetch_anew(&self) -> bool {
        match self {
            Self::Given(_) => true,
            Self::Fetched(source) => source.fetch_anew().await,
        }
    }

    /// Waits for a fetch that may bring a key that was not found; tells whether there was one.
    pub(crate) async fn look_again(&self) -> bool {
        match self {
            Self::Given(_) => false,
            Self::Fetched(source) => source.fetch_for_unknown_kid().await,
        }
    }
}
