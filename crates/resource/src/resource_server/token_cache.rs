//! The verified tokens that are remembered: as many as fit into a number of bytes, until they expire.

use std::sync::Arc;

use airside_jose::{KeySet, UnixSeconds, VerifiedToken, Verifier};
use quick_cache::{Weighter, sync::Cache};

use super::digest::Digest;
use crate::caller::SharedToken;

/// Verified tokens by their digest.
pub(super) type TokenCache = Cache<Digest, CachedToken, ByMemory>;

/// A token that was verified with a set of keys.
#[derive(Clone)]
pub(super) struct CachedToken {
    pub(super) token: Arc<SharedToken>,
    pub(super) keys: Arc<KeySet>,
    size_bytes: u64,
}

impl CachedToken {
    /// Keeps what was verified of `text`.
    pub(super) fn new(text: &str, token: VerifiedToken, keys: Arc<KeySet>) -> Self {
        Self {
            token: Arc::new(SharedToken::new(token)),
            keys,
            size_bytes: FIXED_BYTES + BYTES_A_CHARACTER * text.len() as u64,
        }
    }

    /// Returns true if no use of the token can succeed any more.
    pub(super) fn has_expired(&self, now: UnixSeconds) -> bool {
        has_expired(self.token.token(), now)
    }
}

/// Returns true if a token has expired, whatever the clock of its issuer says.
pub(super) fn has_expired(token: &VerifiedToken, now: UnixSeconds) -> bool {
    now >= token.expires_at().saturating_add(Verifier::LEEWAY_SECONDS)
}

/// Weighs a token by the memory that it takes.
#[derive(Clone)]
pub(super) struct ByMemory;

impl Weighter<Digest, CachedToken> for ByMemory {
    fn weight(&self, _: &Digest, cached: &CachedToken) -> u64 {
        cached.size_bytes
    }
}

/// Makes a cache that takes at most about so many bytes.
pub(super) fn of_bytes(size_bytes: usize) -> TokenCache {
    Cache::with_weighter(size_bytes / USUAL_BYTES, size_bytes as u64, ByMemory)
}

/// The token's entry, apart from its claims.
const FIXED_BYTES: u64 = 1_024;

/// Claims are kept as they are read: names and values apart, each with its own memory, and once more in
/// the principal.
const BYTES_A_CHARACTER: u64 = 4;

/// An access token of Airside.
const USUAL_BYTES: usize = 4 * 1_024;
