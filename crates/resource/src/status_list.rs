//! Reading in the issuer's status lists whether a token is revoked (Token Status List,
//! draft-ietf-oauth-status-list-21).

mod plan;

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use airside_jose::{
    KeySet, StatusListToken, StatusReference, VerifiedToken, VerifyError, verify_status_list,
};
use airside_net::{FetchError, Fetcher, chain};
use arc_swap::ArcSwapOption;
use bytes::Bytes;
use quick_cache::sync::Cache;
use tokio::sync::watch;
use url::Url;

use self::plan::{Life, Plan, Step};
use crate::{Rejection, Revocations, clock::Clock, jwks::Keys};

/// What happens to a token while nothing tells whether it is revoked.
// Exhaustive: there is no third way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnavailable {
    /// It is taken: it lives a few minutes at most.
    #[default]
    FailOpen,
    /// It is refused with 503.
    FailClosed,
}

/// The status lists of one issuer. Clones share everything.
#[derive(Clone)]
pub(crate) struct StatusLists {
    shared: Arc<Shared>,
}

struct Shared {
    issuer: String,
    keys: Keys,
    revocations: Revocations,
    fetcher: Fetcher,
    on_loss: OnUnavailable,
    clock: Clock,
    lists: Arc<Lists>,
}

/// The lists of one issuer that are held, by their addresses.
pub(crate) struct Lists {
    entries: Cache<String, Arc<Entry>>,
    /// Whether the last fetch brought a list.
    well: AtomicBool,
    /// When one last did, in seconds since 1970.
    fetched_at: AtomicI64,
}

/// One list, fetched when needed.
struct Entry {
    uri: String,
    url: Url,
    /// What the plan said last: read without a lock until it says otherwise.
    recent: ArcSwapOption<Recent>,
    plan: Mutex<Plan<Arc<Held>>>,
    /// Counts finished fetches.
    finished: watch::Sender<u64>,
}

struct Recent {
    held: Arc<Held>,
    from: i64,
    until: i64,
}

/// A list, and the keys that verified it.
struct Held {
    list: StatusListToken,
    token: Bytes,
    keys: Arc<KeySet>,
}

impl StatusLists {
    /// Lists of `issuer`, signed with its `keys` except those that `revocations` name. What is held
    /// stays with the revocations.
    pub(crate) fn new(
        issuer: &str,
        (keys, revocations): (Keys, Revocations),
        fetcher: Fetcher,
        on_loss: OnUnavailable,
        clock: Clock,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                issuer: issuer.to_owned(),
                lists: revocations.lists_of(issuer),
                keys,
                revocations,
                fetcher,
                on_loss,
                clock,
            }),
        }
    }

    /// Whether the last fetch brought a list.
    pub(crate) fn is_well(&self) -> bool {
        self.shared.lists.well.load(Ordering::Relaxed)
    }

    /// When a list was last fetched, in seconds since 1970.
    pub(crate) fn fetched_at(&self) -> Option<i64> {
        let fetched_at = self.shared.lists.fetched_at.load(Ordering::Relaxed);
        (fetched_at != NEVER).then_some(fetched_at)
    }

    /// Refuses a verified token that its status list does not call valid.
    ///
    /// # Errors
    ///
    /// [`Rejection::InvalidToken`], or [`Rejection::RevocationsUnknown`] if nothing tells and that is to
    /// be refused.
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
        let Some(held) = self.held(&entry).await else {
            return match self.shared.on_loss {
                OnUnavailable::FailOpen => Ok(()),
                OnUnavailable::FailClosed => Err(Rejection::RevocationsUnknown),
            };
        };
        // draft-ietf-oauth-status-list-21-7.1: everything but 0 is not valid
        match held.list.list.status(idx) {
            Some(0) => Ok(()),
            Some(_) => refused("the token is revoked"),
            // draft-ietf-oauth-status-list-21-8.3: an index out of bounds says nothing good
            None => refused("the token's `idx` is beyond its status list"),
        }
    }

    fn entry(&self, uri: &str) -> Option<Arc<Entry>> {
        if let Some(known) = self.shared.lists.entries.get(uri) {
            return Some(known);
        }
        let url = below(&self.shared.issuer, uri)?;
        let new = || {
            Ok::<_, ()>(Arc::new(Entry {
                uri: uri.to_owned(),
                url,
                recent: ArcSwapOption::empty(),
                plan: Mutex::default(),
                finished: watch::Sender::new(0),
            }))
        };
        let entries = &self.shared.lists.entries;
        entries.get_or_insert_with(uri, new).ok()
    }

    /// The list that counts now; waits only if there is none, or only one that is older than it may
    /// be.
    async fn held(&self, entry: &Arc<Entry>) -> Option<Arc<Held>> {
        for _ in 0..ATTEMPTS {
            let keys = self.shared.keys.current().await?;
            let now = (self.shared.clock)();
            if let Some(recent) = entry.recent.load().as_ref()
                && (recent.from..recent.until).contains(&now)
                && Arc::ptr_eq(&recent.held.keys, &keys)
            {
                return Some(Arc::clone(&recent.held));
            }
            let mut finished = entry.finished.subscribe();
            match self.step(entry, &keys) {
                Step::Answer { list, refresh, .. } => {
                    if refresh {
                        self.spawn_fetch(entry);
                    }
                    return list;
                }
                Step::Fetch => self.spawn_fetch(entry),
                Step::Wait => {}
            }
            // the sender lives as long as `entry`
            let _ = finished.changed().await;
        }
        None
    }

    fn step(&self, entry: &Entry, keys: &Arc<KeySet>) -> Step<Arc<Held>> {
        let now = (self.shared.clock)();
        let mut plan = entry.plan();
        if let Some(held) = plan.held()
            && !Arc::ptr_eq(&held.keys, keys)
        {
            // its key may have been dropped since
            let again = self.shared.verify(entry, &held.token, keys, now);
            plan.replace(again.ok().map(Arc::new));
        }
        let step = plan.step(now);
        if let Step::Answer {
            list: Some(held),
            until: Some(until),
            ..
        } = &step
        {
            entry.recent.store(Some(Arc::new(Recent {
                held: Arc::clone(held),
                from: now,
                until: *until,
            })));
        }
        step
    }

    /// Fetches in a task of its own: a caller that hangs up must not end it for the others.
    fn spawn_fetch(&self, entry: &Arc<Entry>) {
        let (shared, entry) = (Arc::clone(&self.shared), Arc::clone(entry));
        tokio::spawn(async move {
            let fetched = shared.fetch(&entry).await;
            shared.finish(&entry, fetched);
        });
    }
}

impl Shared {
    async fn fetch(&self, entry: &Entry) -> Result<Held, NoList> {
        let fetched = self.fetcher.get(&entry.url).await?;
        if fetched.status != 200 {
            return Err(NoList::Status(fetched.status.as_u16()));
        }
        let keys = self.keys.current().await.ok_or(NoList::NoKeys)?;
        match self.verify(entry, &fetched.body, &keys, (self.clock)()) {
            Err(NoList::VerifyError(VerifyError::UnknownKey)) if self.keys.look_again().await => {
                let keys = self.keys.current().await.ok_or(NoList::NoKeys)?;
                self.verify(entry, &fetched.body, &keys, (self.clock)())
            }
            result => result,
        }
    }

    fn verify(
        &self,
        entry: &Entry,
        token: &Bytes,
        keys: &Arc<KeySet>,
        now: i64,
    ) -> Result<Held, NoList> {
        let text =
            std::str::from_utf8(token).map_err(|_| NoList::VerifyError(VerifyError::Malformed))?;
        let names = (self.issuer.as_str(), entry.uri.as_str());
        let list = verify_status_list(text, keys.as_ref(), names, now)?;
        if self.revocations.is_removed(list.kid.as_deref()) {
            return Err(NoList::VerifyError(VerifyError::UnknownKey));
        }
        Ok(Held {
            list,
            token: token.clone(),
            keys: Arc::clone(keys),
        })
    }

    fn finish(&self, entry: &Entry, fetched: Result<Held, NoList>) {
        let now = (self.clock)();
        let mut plan = entry.plan();
        let was_well = self.lists.well.swap(fetched.is_ok(), Ordering::Relaxed);
        match fetched {
            Ok(held) => {
                self.lists.fetched_at.store(now, Ordering::Relaxed);
                if !was_well {
                    tracing::info!(uri = entry.uri, "status lists are read");
                }
                let life = Life {
                    expires_at: held.list.expires_at,
                    ttl_seconds: held.list.ttl_seconds,
                };
                plan.fetched(Arc::new(held), life, now);
            }
            Err(error) => {
                let error = chain(&error);
                match plan.failed(now) {
                    true => tracing::warn!(uri = entry.uri, error, "no status list"),
                    false => tracing::debug!(uri = entry.uri, error, "no status list"),
                }
            }
        }
        entry.recent.store(None);
        drop(plan);
        entry.finished.send_modify(|count| *count += 1);
    }
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            entries: Cache::new(MAX_LISTS),
            well: AtomicBool::new(true),
            fetched_at: AtomicI64::new(NEVER),
        }
    }
}

impl Entry {
    fn plan(&self) -> MutexGuard<'_, Plan<Arc<Held>>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address, if it is below the issuer's name: what a token says is fetched, so it may lead
/// nowhere else.
fn below(issuer: &str, uri: &str) -> Option<Url> {
    let base = Url::parse(&format!("{}/", issuer.trim_end_matches('/'))).ok()?;
    let url = Url::parse(uri).ok()?;
    let bare = url.query().is_none() && url.fragment().is_none();
    (bare && url.as_str().starts_with(base.as_str())).then_some(url)
}

/// Why there is no new list.
#[derive(Debug, thiserror::Error)]
enum NoList {
    #[error("no answer")]
    Fetch(#[from] FetchError),
    #[error("the issuer answered {0}")]
    Status(u16),
    #[error("there are no keys to verify it with")]
    NoKeys,
    #[error("it is not good: {0}")]
    VerifyError(#[from] VerifyError),
}

impl fmt::Debug for StatusLists {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StatusLists")
            .finish_non_exhaustive()
    }
}

const NEVER: i64 = i64::MIN;
/// What was asked for longest ago is forgotten.
const MAX_LISTS: usize = 64;
/// A fetch that was waited for answers; one more, if the list was dropped meanwhile.
const ATTEMPTS: usize = 3;

#[cfg(test)]
mod tests;
