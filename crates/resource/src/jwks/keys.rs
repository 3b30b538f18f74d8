//! The origin of an issuer's keys.

use std::sync::Arc;

use airside_jose::KeySet;

use super::JwksSource;

/// The keys of one issuer. Clones share everything.
#[derive(Clone)]
pub(crate) enum Keys {
    /// Keys of this process, which are requested at each use.
    Given(Arc<dyn Fn() -> Arc<KeySet> + Send + Sync>),
    /// Keys that are fetched when they are needed.
    Fetched(JwksSource),
}

impl Keys {
    /// Returns the keys that verify a token now; `None` if there are none.
    pub(crate) async fn current(&self) -> Option<Arc<KeySet>> {
        match self {
            Self::Given(keys) => Some(keys()),
            Self::Fetched(source) => source.current().await,
        }
    }

    /// Fetches keys that the issuer says it has changed; returns true if they are here.
    pub(crate) async fn fetch_changed(&self) -> bool {
        match self {
            Self::Given(_) => true,
            Self::Fetched(source) => source.fetch_changed().await,
        }
    }

    /// Waits for a fetch that may bring an unknown key; returns false if there was none.
    pub(crate) async fn fetch_for_unknown_kid(&self) -> bool {
        match self {
            Self::Given(_) => false,
            Self::Fetched(source) => source.fetch_for_unknown_kid().await,
        }
    }
}
