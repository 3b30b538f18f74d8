//! Counts the uses of the cache of verified tokens.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts tokens that had been verified before, and others.
#[derive(Debug, Default)]
pub(super) struct TokenCounts {
    pub(super) hits: AtomicU64,
    pub(super) misses: AtomicU64,
}

impl TokenCounts {
    pub(super) fn hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn miss(&self) {
        self.misses.fetch_add(1, Ordering::Relaxed);
    }
}
