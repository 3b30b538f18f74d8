//! The status lists of one issuer that are cached, by their addresses.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use airside_jose::{KeySet, StatusListToken, UnixSeconds};
use airside_refresh::{RefreshPolicy, Refreshed};
use bytes::Bytes;
use quick_cache::sync::Cache;
use url::Url;

use crate::clock::{self, Clock};

/// The cached lists of one issuer.
pub(crate) struct CachedLists {
    entries: Cache<String, Arc<ListEntry>>,
    /// True if the last fetch brought a list.
    is_healthy: AtomicBool,
    /// The time of the last fetch that brought one, in seconds since 1970.
    fetched_at: AtomicI64,
}

/// One list, fetched when it is needed.
pub(super) struct ListEntry {
    pub(super) uri: String,
    pub(super) url: Url,
    pub(super) list: Refreshed<Arc<CachedList>>,
}

/// A list, and the keys that verified it.
pub(super) struct CachedList {
    pub(super) list: StatusListToken,
    pub(super) token: Bytes,
    pub(super) keys: Arc<KeySet>,
}

impl CachedLists {
    /// Returns the entry of an address that the issuer may use; `None` for any other.
    pub(super) fn entry(&self, issuer: &str, uri: &str, clock: &Clock) -> Option<Arc<ListEntry>> {
        if let Some(known) = self.entries.get(uri) {
            return Some(known);
        }
        let url = below(issuer, uri)?;
        let new = || {
            Ok::<_, ()>(Arc::new(ListEntry {
                uri: uri.to_owned(),
                url,
                list: Refreshed::new(POLICY, clock::for_refreshed(clock)),
            }))
        };
        self.entries.get_or_insert_with(uri, new).ok()
    }

    pub(super) fn is_healthy(&self) -> bool {
        self.is_healthy.load(Ordering::Relaxed)
    }

    pub(super) fn fetched_at(&self) -> Option<UnixSeconds> {
        let fetched_at = self.fetched_at.load(Ordering::Relaxed);
        (fetched_at != NEVER).then_some(UnixSeconds::new(fetched_at))
    }

    /// Records that a list was fetched; returns true if the last fetch had failed.
    pub(super) fn record_success(&self, now: UnixSeconds) -> bool {
        self.fetched_at.store(now.as_i64(), Ordering::Relaxed);
        !self.is_healthy.swap(true, Ordering::Relaxed)
    }

    pub(super) fn record_failure(&self) {
        self.is_healthy.store(false, Ordering::Relaxed);
    }
}

impl Default for CachedLists {
    fn default() -> Self {
        Self {
            entries: Cache::new(MAX_LISTS),
            is_healthy: AtomicBool::new(true),
            fetched_at: AtomicI64::new(NEVER),
        }
    }
}

/// Returns the address if it is below the issuer's own. A token names it, so it must not lead elsewhere.
pub(super) fn below(issuer: &str, uri: &str) -> Option<Url> {
    let base = Url::parse(&format!("{}/", issuer.trim_end_matches('/'))).ok()?;
    let url = Url::parse(uri).ok()?;
    let is_bare = url.query().is_none() && url.fragment().is_none();
    (is_bare && url.as_str().starts_with(base.as_str())).then_some(url)
}

const POLICY: RefreshPolicy = RefreshPolicy {
    max_retry_seconds: 10,
    no_wait_seconds: 60,
    ..RefreshPolicy::DEFAULT
};
const NEVER: i64 = i64::MIN;
/// The list that was used longest ago makes room for another.
const MAX_LISTS: usize = 64;
