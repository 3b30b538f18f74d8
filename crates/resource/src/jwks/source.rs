//! Fetching the issuer's keys, one fetch at a time, and finding where they are.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use airside_jose::{JwkError, KeySet, SkippedKey};
use airside_net::{FetchError, Fetched, Fetcher, chain};
use arc_swap::ArcSwapOption;
use bytes::Bytes;
use tokio::{sync::watch, time::timeout};
use url::Url;

use super::{Cache, Step, file::KeysFile};
use crate::{
    KeyState, Revocations,
    clock::Clock,
    discovery::{DiscoveryError, discover},
};

/// The keys of one issuer, fetched when needed. Clones share everything.
#[derive(Clone)]
pub struct Source {
    shared: Arc<Shared>,
}

struct Shared {
    /// What the cache said last: read without a lock until it says otherwise.
    recent: ArcSwapOption<Recent>,
    cache: Mutex<Cache<Arc<KeySet>>>,
    /// Counts finished fetches.
    finished: watch::Sender<u64>,
    /// The last good answer: the same bytes give the same set, so verified tokens stay remembered.
    last: Mutex<Option<(Bytes, Arc<KeySet>)>>,
    place: Place,
    /// Why the last fetch failed.
    problem: Mutex<Option<String>>,
    fetcher: Fetcher,
    file: Option<KeysFile>,
    revocations: Revocations,
    clock: Clock,
}

struct Recent {
    keys: Arc<KeySet>,
    from: i64,
    until: i64,
}

/// Where the JWKS is.
pub(crate) enum Place {
    /// At a given address.
    Known(Url),
    /// Where the issuer's metadata says; remembered until it fails.
    Discovered {
        issuer: String,
        found: Mutex<Option<Url>>,
    },
}

impl Source {
    /// Starts with the keys in the file, if there is one.
    pub(crate) fn new(
        place: Place,
        fetcher: Fetcher,
        file: Option<KeysFile>,
        revocations: Revocations,
        clock: Clock,
    ) -> Self {
        let mut cache = Cache::default();
        let mut last = None;
        if let Some(kept) = file.as_ref().and_then(KeysFile::read) {
            for kid in kept.removed {
                revocations.remove_key(kid);
            }
            let body = Bytes::from(kept.jwks);
            if let Ok(keys) = parse(&body) {
                let keys = Arc::new(keys);
                // a clock that was set back must not keep keys for ever
                cache.restored(Arc::clone(&keys), kept.fetched_at.min(clock()));
                last = Some((body, keys));
            }
        }
        Self {
            shared: Arc::new(Shared {
                recent: ArcSwapOption::empty(),
                cache: Mutex::new(cache),
                finished: watch::Sender::new(0),
                last: Mutex::new(last),
                place,
                problem: Mutex::default(),
                fetcher,
                file,
                revocations,
                clock,
            }),
        }
    }

    /// Writes the file again, with the keys that were removed since.
    pub(crate) fn keep(&self) {
        self.shared.keep((self.shared.clock)());
    }

    /// Returns the keys that verify a token now; waits only if there are none yet.
    pub(crate) async fn current(&self) -> Option<Arc<KeySet>> {
        let now = (self.shared.clock)();
        if let Some(recent) = self.shared.recent.load().as_ref()
            && (recent.from..recent.until).contains(&now)
        {
            return Some(Arc::clone(&recent.keys));
        }
        let mut finished = self.shared.finished.subscribe();
        match self.step(Cache::current) {
            Step::Use { keys, .. } => return Some(keys),
            Step::UseAndRefresh(keys) => {
                self.spawn_fetch();
                return Some(keys);
            }
            Step::Refresh => self.spawn_fetch(),
            Step::Wait => {}
            Step::Refuse => return None,
        }
        // Fails only if the sender is gone, and `self` holds it.
        let _ = finished.changed().await;
        match self.step(Cache::current) {
            Step::Use { keys, .. } => Some(keys),
            Step::UseAndRefresh(keys) => {
                self.spawn_fetch();
                Some(keys)
            }
            Step::Refresh | Step::Wait | Step::Refuse => None,
        }
    }

    /// Fetches keys of which the issuer says that they are others now; tells whether they are here.
    pub(crate) async fn fetch_anew(&self) -> bool {
        loop {
            let mut finished = self.shared.finished.subscribe();
            let is_own = matches!(self.step(Cache::told), Step::Refresh);
            if is_own {
                self.spawn_fetch();
            }
            // Fails only if the sender is gone, and `self` holds it.
            let _ = finished.changed().await;
            if is_own {
                return !self.shared.cache().has_failed();
            }
            // another one's may have begun before
        }
    }

    /// Waits for a fetch that may bring an unknown key; tells whether there was one.
    pub(crate) async fn fetch_for_unknown_kid(&self) -> bool {
        let mut finished = self.shared.finished.subscribe();
        match self.step(Cache::unknown_kid) {
            Step::Refresh => self.spawn_fetch(),
            Step::Wait => {}
            Step::Use { .. } | Step::UseAndRefresh(_) | Step::Refuse => return false,
        }
        finished.changed().await.is_ok()
    }

    /// Returns whether there are keys, and why not; fetches none.
    pub(crate) fn state(&self) -> KeyState {
        let shared = &self.shared;
        let fetched_at = shared.cache().fetched_at((shared.clock)());
        let problem = shared
            .problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        KeyState {
            held: fetched_at.is_some(),
            fetched_at,
            problem: problem.clone(),
        }
    }

    /// Follows the number of finished fetches.
    #[cfg(test)]
    pub(crate) fn finished(&self) -> watch::Receiver<u64> {
        self.shared.finished.subscribe()
    }

    fn step(
        &self,
        ask: impl FnOnce(&mut Cache<Arc<KeySet>>, i64) -> Step<Arc<KeySet>>,
    ) -> Step<Arc<KeySet>> {
        let now = (self.shared.clock)();
        let mut cache = self.shared.cache();
        let step = ask(&mut cache, now);
        if let Step::Use { keys, until } = &step {
            self.shared.recent.store(Some(Arc::new(Recent {
                keys: Arc::clone(keys),
                from: now,
                until: *until,
            })));
        }
        step
    }

    /// Fetches in a task of its own: a caller that hangs up must not end it for the others.
    fn spawn_fetch(&self) {
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            let fetched = shared.fetch().await;
            if fetched.is_ok() {
                shared.keep_aside().await;
            }
            shared.finish(fetched);
        });
    }
}

impl Shared {
    fn cache(&self) -> MutexGuard<'_, Cache<Arc<KeySet>>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(&self, fetched: Result<(Arc<KeySet>, Option<Duration>), NoKeys>) {
        let now = (self.clock)();
        let mut cache = self.cache();
        let problem = match fetched {
            Ok((keys, max_age)) => {
                cache.fetched(keys, max_age, now);
                None
            }
            Err(error) => {
                let problem = chain(&error);
                tracing::warn!(error = problem, "the issuer's keys could not be fetched");
                cache.failed(now);
                Some(problem)
            }
        };
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
        self.recent.store(None);
        drop(cache);
        self.finished.send_modify(|count| *count += 1);
    }

    /// Writes the file on a blocking thread, and waits for it at most [`KEEPING`].
    async fn keep_aside(self: &Arc<Self>) {
        if self.file.is_some() {
            let shared = Arc::clone(self);
            let kept = tokio::task::spawn_blocking(move || shared.keep((shared.clock)()));
            // a disk that hangs must not keep fetched keys from being used
            drop(timeout(KEEPING, kept).await);
        }
    }

    fn keep(&self, now: i64) {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let body = last.as_ref().map(|(body, _)| body.clone());
        // a fetch needs the lock and must not wait for the disk
        drop(last);
        if let (Some(file), Some(body)) = (&self.file, body) {
            file.write(&body, now, self.revocations.removed_keys());
        }
    }

    async fn fetch(&self) -> Result<(Arc<KeySet>, Option<Duration>), NoKeys> {
        let url = self.place.find(&self.fetcher).await?;
        let fetched = self.fetch_keys(&url).await;
        if fetched.is_err() {
            self.place.forget();
        }
        fetched
    }

    async fn fetch_keys(&self, url: &Url) -> Result<(Arc<KeySet>, Option<Duration>), NoKeys> {
        let fetched = get(&self.fetcher, url).await?;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let same = last.as_ref().filter(|(body, _)| *body == fetched.body);
        let keys = match same {
            Some((_, keys)) => Arc::clone(keys),
            None => Arc::new(parse(&fetched.body)?),
        };
        *last = Some((fetched.body, Arc::clone(&keys)));
        Ok((keys, fetched.max_age))
    }
}

impl Place {
    pub(crate) fn discovered(issuer: String) -> Self {
        Self::Discovered {
            issuer,
            found: Mutex::default(),
        }
    }

    async fn find(&self, fetcher: &Fetcher) -> Result<Url, NoKeys> {
        let (issuer, found) = match self {
            Self::Known(url) => return Ok(url.clone()),
            Self::Discovered { issuer, found } => (issuer, found),
        };
        let known = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(url) = known {
            return Ok(url);
        }
        let url = discover(issuer, fetcher, |metadata| {
            Url::parse(metadata.get("jwks_uri")?.as_str()?).ok()
        });
        let url = url.await?;
        *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(url.clone());
        Ok(url)
    }

    fn forget(&self) {
        if let Self::Discovered { found, .. } = self {
            *found.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

/// Why there are no new keys.
#[derive(Debug, thiserror::Error)]
enum NoKeys {
    #[error("no answer")]
    Fetch(#[from] FetchError),
    #[error("`{url}` answered {status}")]
    Status { url: Url, status: u16 },
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error("the JWKS cannot be used: {0}")]
    BadKeys(String),
}

/// Reads a JWKS (RFC 7517 §5); a set without a usable key counts as a mistake of the issuer.
fn parse(body: &[u8]) -> Result<KeySet, NoKeys> {
    let (keys, left_out) =
        KeySet::published(body).map_err(|error| NoKeys::BadKeys(error.to_string()))?;
    for SkippedKey {
        position,
        kid,
        reason: why,
    } in left_out
    {
        match why {
            // such as keys for encryption, which sets are full of
            JwkError::NotForSignatures | JwkError::Unsupported => {
                tracing::debug!(position, ?kid, %why, "a key of the issuer does not count");
            }
            _ => tracing::warn!(position, ?kid, %why, "a key of the issuer does not count"),
        }
    }
    match keys.is_empty() {
        true => Err(NoKeys::BadKeys(NO_KEY.to_owned())),
        false => Ok(keys),
    }
}

async fn get(fetcher: &Fetcher, url: &Url) -> Result<Fetched, NoKeys> {
    let fetched = fetcher.get(url).await?;
    if fetched.status != 200 {
        return Err(NoKeys::Status {
            url: url.clone(),
            status: fetched.status.as_u16(),
        });
    }
    Ok(fetched)
}

impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Source").finish_non_exhaustive()
    }
}

const NO_KEY: &str = "it holds no key that can verify";
/// How long new keys may wait for the disk.
const KEEPING: Duration = Duration::from_secs(1);
