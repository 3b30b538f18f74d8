//! Revoked tokens in the issuer's status lists (Token Status List,
//! draft-ietf-oauth-status-list-21).

pub(crate) mod cached;

use std::{fmt, sync::Arc};

use airside_jose::{
    KeySet, StatusListName, StatusListToken, StatusReference, UnixSeconds, VerifiedToken,
    VerifyError, verify_status_list,
};
use airside_net::{FetchError, Fetcher, chain};
use airside_refresh::{FetchResult, Freshness, RefreshError};
use bytes::Bytes;

use self::cached::{CachedList, CachedLists, ListEntry};
use crate::{Rejection, Revocations, clock::Clock, jwks::Keys};

/// The decision on a token while it is not known whether it is revoked.
// Exhaustive: there is no third way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnavailable {
    /// The token is accepted: it lives a few minutes at most.
    #[default]
    FailOpen,
    /// The token is refused with 503.
    FailClosed,
}

/// The status lists of one issuer. Clones share everything.
#[derive(Clone)]
pub(crate) struct StatusLists {
    shared: Arc<Shared>,
}

struct Shared {
    issuer: String,
    trusted: TrustedKeys,
    fetcher: Fetcher,
    on_unavailable: OnUnavailable,
    clock: Clock,
    lists: Arc<CachedLists>,
}

/// An issuer's keys, except those that the revocations name.
pub(crate) struct TrustedKeys {
    pub(crate) keys: Keys,
    pub(crate) revocations: Revocations,
}

impl StatusLists {
    /// Reads lists that are signed with an issuer's trusted keys. Cached lists stay with the revocations,
    /// so that they survive another configuration.
    pub(crate) fn new(
        issuer: &str,
        trusted: TrustedKeys,
        fetcher: Fetcher,
        on_unavailable: OnUnavailable,
        clock: Clock,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                issuer: issuer.to_owned(),
                lists: trusted.revocations.lists_of(issuer),
                trusted,
                fetcher,
                on_unavailable,
                clock,
            }),
        }
    }

    /// Returns true if the last fetch brought a list.
    pub(crate) fn is_healthy(&self) -> bool {
        self.shared.lists.is_healthy()
    }

    /// Returns when a list was last fetched.
    pub(crate) fn fetched_at(&self) -> Option<UnixSeconds> {
        self.shared.lists.fetched_at()
    }

    /// Refuses a verified token that its status list does not call valid.
    ///
    /// # Errors
    ///
    /// [`Rejection::InvalidToken`], or [`Rejection::RevocationsUnknown`] if there is no list and the
    /// configuration fails closed.
    pub(crate) async fn check(&self, token: &VerifiedToken) -> Result<(), Rejection> {
        let refused = |cause: &str| Err(Rejection::InvalidToken(cause.to_owned()));
        let reference = token.status_reference();
        let reference = reference.map_err(|error| Rejection::InvalidToken(error.to_string()))?;
        let Some(StatusReference { uri, idx }) = reference else {
            return Ok(());
        };
        let Some(entry) = self.entry(uri) else {
            return refused("the token's status list is not its issuer's");
        };
        let Some(cached) = self.current(&entry).await else {
            return self.unavailable();
        };
        // draft-ietf-oauth-status-list-21-7.1: everything but 0 is not valid
        match cached.list.list.status(idx) {
            Some(0) => Ok(()),
            Some(_) => refused("the token is revoked"),
            // draft-ietf-oauth-status-list-21-8.3: an index out of bounds says nothing good
            None => refused("the token's `idx` is beyond its status list"),
        }
    }

    /// Decides about a token whose list is not available.
    fn unavailable(&self) -> Result<(), Rejection> {
        match self.shared.on_unavailable {
            OnUnavailable::FailOpen => Ok(()),
            OnUnavailable::FailClosed => Err(Rejection::RevocationsUnknown),
        }
    }

    fn entry(&self, uri: &str) -> Option<Arc<ListEntry>> {
        let Shared { issuer, clock, .. } = &*self.shared;
        self.shared.lists.entry(issuer, uri, clock)
    }

    /// Returns the list, verified with the keys that count now; waits only if there is none that may be
    /// used meanwhile.
    async fn current(&self, entry: &Arc<ListEntry>) -> Option<Arc<CachedList>> {
        for _ in 0..MAX_ATTEMPTS {
            let keys = self.shared.trusted.keys.current().await?;
            let fetch = || Arc::clone(&self.shared).fetch(Arc::clone(entry));
            let cached = entry.list.get(fetch).await.ok()?;
            if Arc::ptr_eq(&cached.keys, &keys) {
                return Some(cached);
            }
            // the key that verified it may have been dropped since
            entry.list.replace(|cached| {
                let verified = self.shared.verify(entry, &cached.token, &keys);
                verified.ok().map(Arc::new)
            });
        }
        None
    }
}

impl Shared {
    async fn fetch(self: Arc<Self>, entry: Arc<ListEntry>) -> FetchResult<Arc<CachedList>> {
        let uri = entry.uri.as_str();
        match self.fetch_verified(&entry).await {
            Ok(cached) => {
                let now = (self.clock)();
                if self.lists.record_success(now) {
                    tracing::info!(uri, "status lists are fetched again");
                }
                let freshness = freshness(&cached.list, now);
                Ok((Arc::new(cached), freshness))
            }
            Err(error) => {
                self.lists.record_failure();
                let cause = chain(&error);
                match entry.list.failure() {
                    None => tracing::warn!(uri, error = cause, "no status list"),
                    Some(_) => tracing::debug!(uri, error = cause, "no status list"),
                }
                Err(RefreshError::new(error))
            }
        }
    }

    async fn fetch_verified(&self, entry: &ListEntry) -> Result<CachedList, StatusListError> {
        let fetched = self.fetcher.get(&entry.url).await?;
        if fetched.status != 200 {
            return Err(StatusListError::Status(fetched.status.as_u16()));
        }
        let keys = &self.trusted.keys;
        let current = keys.current().await.ok_or(StatusListError::NoKeys)?;
        match self.verify(entry, &fetched.body, &current) {
            Err(StatusListError::Verify(VerifyError::UnknownKey))
                if keys.fetch_for_unknown_kid().await =>
            {
                let newer = keys.current().await.ok_or(StatusListError::NoKeys)?;
                self.verify(entry, &fetched.body, &newer)
            }
            result => result,
        }
    }

    fn verify(
        &self,
        entry: &ListEntry,
        token: &Bytes,
        keys: &Arc<KeySet>,
    ) -> Result<CachedList, StatusListError> {
        let text = std::str::from_utf8(token).map_err(|_| VerifyError::Malformed)?;
        let name = StatusListName {
            issuer: &self.issuer,
            uri: &entry.uri,
        };
        let list = verify_status_list(text, keys.as_ref(), name, (self.clock)())?;
        if self.trusted.revocations.is_removed(list.kid.as_deref()) {
            return Err(VerifyError::UnknownKey.into());
        }
        Ok(CachedList {
            list,
            token: token.clone(),
            keys: Arc::clone(keys),
        })
    }
}

/// Reads how long a list may be used. `ttl` is honoured between 10 seconds and a day, and 5 minutes if
/// absent; no list is used longer than a day.
fn freshness(list: &StatusListToken, now: UnixSeconds) -> Freshness {
    let now = now.as_i64();
    let ttl = list.ttl_seconds.unwrap_or(DEFAULT_TTL_SECONDS);
    let day = now.saturating_add(DAY_SECONDS);
    Freshness {
        expires_at: list.expires_at.map_or(day, |exp| exp.as_i64().min(day)),
        ..Freshness::new(now, ttl.clamp(MIN_TTL_SECONDS, DAY_SECONDS))
    }
}

/// The causes for which there is no new list.
#[derive(Debug, thiserror::Error)]
enum StatusListError {
    #[error("no answer")]
    Fetch(#[from] FetchError),
    #[error("the issuer answered {0}")]
    Status(u16),
    #[error("there are no keys to verify it with")]
    NoKeys,
    #[error("it cannot be verified: {0}")]
    Verify(#[from] VerifyError),
}

impl fmt::Debug for StatusLists {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StatusLists")
            .finish_non_exhaustive()
    }
}

const MIN_TTL_SECONDS: i64 = 10;
const DEFAULT_TTL_SECONDS: i64 = 5 * 60;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// A list that is fetched or verified again may meet yet other keys.
const MAX_ATTEMPTS: usize = 3;

#[cfg(test)]
mod tests;
