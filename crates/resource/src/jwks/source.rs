//! The keys of an issuer that are fetched from its JWKS.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use airside_jose::{JwkError, KeySet, SkippedKey, UnixSeconds};
use airside_net::{FetchError, Fetcher, chain};
use airside_refresh::{FetchResult, Freshness, RefreshError, RefreshPolicy, Refreshed};
use bytes::Bytes;
use tokio::time::timeout;
use url::Url;

use super::{JwksLocation, KeysFile, file::StoredKeys};
use crate::{
    Revocations,
    clock::{self, Clock},
    discovery::DiscoveryError,
};

/// The keys of one issuer, fetched when they are needed. Clones share everything.
#[derive(Clone)]
pub(crate) struct JwksSource {
    keys: Refreshed<Arc<KeySet>>,
    download: Arc<Download>,
}

/// Everything that a fetch needs.
struct Download {
    location: JwksLocation,
    fetcher: Fetcher,
    file: Option<KeysFile>,
    /// The last good document: the same bytes give the same set, so that verified tokens stay cached.
    last: Mutex<Option<JwksDocument>>,
    revocations: Revocations,
    clock: Clock,
}

#[derive(Clone)]
struct JwksDocument {
    body: Bytes,
    keys: Arc<KeySet>,
}

impl JwksSource {
    /// Starts with the keys in the file, if there is one.
    pub(crate) fn new(
        location: JwksLocation,
        fetcher: Fetcher,
        file: Option<KeysFile>,
        revocations: Revocations,
        clock: Clock,
    ) -> Self {
        let stored = file.as_ref().and_then(KeysFile::read);
        let source = Self {
            keys: Refreshed::new(POLICY, clock::for_refreshed(&clock)),
            download: Arc::new(Download {
                location,
                fetcher,
                file,
                last: Mutex::default(),
                revocations,
                clock,
            }),
        };
        if let Some(stored) = stored {
            source.restore(stored);
        }
        source
    }

    fn restore(&self, stored: StoredKeys) {
        let download = &self.download;
        for kid in stored.removed {
            download.revocations.remove_key(kid);
        }
        let body = Bytes::from(stored.jwks);
        let Ok(keys) = parse(&body).map(Arc::new) else {
            return;
        };
        // a clock that was set back must not keep keys for ever
        let fetched_at = stored.fetched_at.min((download.clock)());
        self.keys
            .restore(Arc::clone(&keys), freshness(fetched_at, 0));
        download.remember(JwksDocument { body, keys });
    }

    /// Returns the keys that verify a token now; waits only if there are none yet.
    pub(crate) async fn current(&self) -> Option<Arc<KeySet>> {
        self.keys.get(|| self.download()).await.ok()
    }

    /// Fetches keys that the issuer says it has changed; returns true if they are here.
    pub(crate) async fn fetch_changed(&self) -> bool {
        self.keys.fetch_now(|| self.download()).await.is_ok()
    }

    /// Waits for a fetch that may bring an unknown key; returns false if there was none.
    pub(crate) async fn fetch_for_unknown_kid(&self) -> bool {
        self.keys.fetch_newer(|| self.download()).await
    }

    /// Returns when the keys that verify a token now were fetched; `None` if there are none.
    pub(crate) fn fetched_at(&self) -> Option<UnixSeconds> {
        Some(UnixSeconds::new(self.keys.cached()?.freshness.fetched_at))
    }

    /// Returns the cause for which the last fetch failed.
    pub(crate) fn problem(&self) -> Option<String> {
        self.keys.failure().map(|error| chain(&error))
    }

    /// Writes the file again, with the keys that were removed since.
    pub(crate) fn write_file(&self) {
        self.download.write_file();
    }

    /// Follows the number of finished fetches.
    #[cfg(test)]
    pub(crate) fn finished(&self) -> tokio::sync::watch::Receiver<u64> {
        self.keys.finished()
    }

    fn download(&self) -> impl Future<Output = FetchResult<Arc<KeySet>>> + Send + use<> {
        Arc::clone(&self.download).run()
    }
}

impl Download {
    async fn run(self: Arc<Self>) -> FetchResult<Arc<KeySet>> {
        match self.fetch().await {
            Ok(fetched) => {
                self.write_file_aside().await;
                Ok(fetched)
            }
            Err(error) => {
                tracing::warn!(
                    error = chain(&error),
                    "the issuer's keys could not be fetched"
                );
                Err(RefreshError::new(error))
            }
        }
    }

    async fn fetch(&self) -> Result<(Arc<KeySet>, Freshness), JwksError> {
        let url = self.location.find(&self.fetcher).await?;
        let fetched = self.fetch_from(&url).await;
        if fetched.is_err() {
            self.location.forget();
        }
        fetched
    }

    async fn fetch_from(&self, url: &Url) -> Result<(Arc<KeySet>, Freshness), JwksError> {
        let fetched = self.fetcher.get(url).await?;
        if fetched.status != 200 {
            return Err(JwksError::Status {
                url: url.clone(),
                status: fetched.status.as_u16(),
            });
        }
        let body = fetched.body;
        let last = self.last().filter(|last| last.body == body);
        let keys = match last {
            Some(last) => last.keys,
            None => Arc::new(parse(&body)?),
        };
        self.remember(JwksDocument {
            body,
            keys: Arc::clone(&keys),
        });
        let age = fetched.max_age.unwrap_or(DEFAULT_FRESH);
        let fresh_seconds = age.clamp(MIN_FRESH, MAX_FRESH).as_secs().cast_signed();
        Ok((keys, freshness((self.clock)(), fresh_seconds)))
    }

    fn last(&self) -> Option<JwksDocument> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    fn remember(&self, document: JwksDocument) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(document);
    }

    /// Writes the file on a blocking thread, and waits for it at most [`MAX_WRITE`].
    async fn write_file_aside(self: &Arc<Self>) {
        if self.file.is_some() {
            let download = Arc::clone(self);
            let written = tokio::task::spawn_blocking(move || download.write_file());
            // a disk that hangs must not keep fetched keys from being used
            drop(timeout(MAX_WRITE, written).await);
        }
    }

    fn write_file(&self) {
        if let (Some(file), Some(last)) = (&self.file, self.last()) {
            let removed = self.revocations.removed_keys();
            file.write(&last.body, (self.clock)(), removed);
        }
    }
}

/// The causes for which there are no new keys.
#[derive(Debug, thiserror::Error)]
enum JwksError {
    #[error("no answer")]
    Fetch(#[from] FetchError),
    #[error("`{url}` answered {status}")]
    Status { url: Url, status: u16 },
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error("the JWKS cannot be used: {0}")]
    BadKeys(String),
}

/// Keys are used without waiting for newer ones as long as they may be used at all.
fn freshness(fetched_at: UnixSeconds, fresh_seconds: i64) -> Freshness {
    Freshness::new(fetched_at.as_i64(), fresh_seconds)
        .stale_for(STALE_SECONDS)
        .without_waiting()
}

/// Reads a JWKS (RFC 7517 §5). A set without a usable key counts as a mistake of the issuer.
fn parse(body: &[u8]) -> Result<KeySet, JwksError> {
    let published =
        KeySet::published(body).map_err(|error| JwksError::BadKeys(error.to_string()))?;
    for skipped in published.skipped {
        let SkippedKey {
            position,
            kid,
            reason,
        } = skipped;
        match reason {
            // such as keys for encryption, which sets are full of
            JwkError::NotForSignatures | JwkError::Unsupported => {
                tracing::debug!(position, ?kid, why = %reason, "a key of the issuer is ignored");
            }
            _ => tracing::warn!(position, ?kid, why = %reason, "a key of the issuer is ignored"),
        }
    }
    match published.keys.is_empty() {
        true => Err(JwksError::BadKeys(NO_KEY.to_owned())),
        false => Ok(published.keys),
    }
}

impl fmt::Debug for JwksSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("JwksSource").finish_non_exhaustive()
    }
}

const POLICY: RefreshPolicy = RefreshPolicy {
    first_retry_seconds: 1,
    // without any keys no token can be verified
    max_retry_seconds_without_value: 1,
    ..RefreshPolicy::DEFAULT
};
const MIN_FRESH: Duration = Duration::from_secs(60);
const DEFAULT_FRESH: Duration = Duration::from_secs(5 * 60);
const MAX_FRESH: Duration = Duration::from_secs(24 * 60 * 60);
/// Keys outlive their freshness by a day while the issuer is down; its last second counts.
const STALE_SECONDS: i64 = 24 * 60 * 60 + 1;
const NO_KEY: &str = "it holds no key that can verify";
/// New keys wait for the disk at most so long.
const MAX_WRITE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_used_for_a_day_and_never_waited_for() {
        let Freshness {
            refresh_at,
            wait_at,
            expires_at,
            ..
        } = freshness(UnixSeconds::new(1_000), 300);
        assert_eq!(refresh_at, 1_000 + 225);
        assert_eq!(expires_at, 1_000 + 300 + STALE_SECONDS);
        assert_eq!(wait_at, expires_at);
    }
}
