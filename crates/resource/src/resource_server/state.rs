//! The state of a [`ResourceServer`], for health checks and metrics.

use std::sync::atomic::Ordering;

use airside_jose::UnixSeconds;

use super::ResourceServer;
use crate::jwks::Keys;

/// The state of the issuer's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyState {
    /// True if tokens can be verified now.
    pub held: bool,
    /// The time when the keys were fetched; `None` without keys, or if they are
    /// configured.
    pub fetched_at: Option<UnixSeconds>,
    /// The reason why the last fetch failed, in a sentence; `None` if it did not, or there was none.
    pub problem: Option<String>,
}

/// The state of the cache of verified tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenCacheState {
    /// The tokens that were found in it.
    pub hits: u64,
    /// The tokens that were not, and were verified.
    pub misses: u64,
    /// The tokens in it now.
    pub entries: usize,
}

impl ResourceServer {
    /// Returns the state of the issuer's keys, and fetches none. Issuers that were added by
    /// [`ResourceServer::and`] are not included.
    #[must_use]
    pub fn key_state(&self) -> KeyState {
        match &self.shared.keys {
            Keys::Fetched(source) => {
                let fetched_at = source.fetched_at();
                KeyState {
                    held: fetched_at.is_some(),
                    fetched_at,
                    problem: source.problem(),
                }
            }
            Keys::Given(_) => KeyState {
                held: true,
                fetched_at: None,
                problem: None,
            },
        }
    }

    /// Returns the state of the cache of verified tokens.
    #[must_use]
    pub fn token_cache_state(&self) -> TokenCacheState {
        TokenCacheState {
            hits: self.shared.counts.hits.load(Ordering::Relaxed),
            misses: self.shared.counts.misses.load(Ordering::Relaxed),
            entries: self.shared.tokens.len(),
        }
    }

    /// Forgets the tokens that have expired, also those of issuers that were added by
    /// [`ResourceServer::and`]: called now and then, it gives back the memory of tokens that nobody uses.
    pub fn forget_expired_tokens(&self) {
        for shared in std::iter::once(&self.shared).chain(&self.others) {
            let now = (shared.clock)();
            shared.tokens.retain(|_, cached| !cached.has_expired(now));
        }
    }

    /// Returns the time when a status list was last fetched; `None` if none was yet, or they are not read.
    #[must_use]
    pub fn status_list_fetched_at(&self) -> Option<UnixSeconds> {
        self.shared.status_lists.as_ref()?.fetched_at()
    }
}
