//! One issuer: everything that a process needs to serve it. A process may hold several.

mod account;
mod api;
mod client;
mod keys;
mod left_algorithm;
mod lifetime;
mod overtaken;
mod registration;
mod reload;
mod start;
mod status_list;
mod username;

pub(crate) use account::new_account;
pub use left_algorithm::{AlgorithmOwner, LeftAlgorithm, left_algorithms};
pub use reload::{ReloadError, ReloadReport};
pub use start::{StartError, check_keys};
pub use status_list::StatusListError;

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use airside_jose::Algorithm;
use airside_net::{Fetcher, TrustedProxies};
use airside_oauth::{
    key::{
        KeyEncryptionKey, Purpose, Rotation, StoredKey,
        entropy::{Entropy, Random},
    },
    profile::IssuerProfile,
    state::decide::{Facts, Keys},
    time::Time,
};
use airside_store::{Backend, Versions};
use arc_swap::ArcSwap;

use crate::{
    admission::{Admission, OverloadedError, Priority},
    api_list::ApiList,
    audit_buffer::AuditBuffer,
    backchannel::sender::LogoutSender,
    client_keys::ClientKeys,
    client_list::ClientList,
    clock::Clock,
    document::FindDocument,
    feed::FeedHead,
    feed_subscribers::FeedSubscribers,
    keys_in_use::KeysInUse,
    lifetime::LifetimeRecord,
    metrics::Metrics,
    password::Hasher,
    refusal::RefusalTrail,
    settings::{Mode, Ready},
    setup::Setup,
    sign_in_throttle::SignInThrottle,
    status::{StatusIndexes, StatusLists},
    trace_id::TraceIds,
    transact::{Outcome, TransactError, transact},
    view::View,
    write_probe::WriteProbe,
};

/// An issuer with its store, keys, clients and clock.
pub struct Issuer {
    /// The signing algorithms that keys are kept for; never empty, and without HS256.
    pub algorithms: Vec<Algorithm>,
    /// The schedule of key changes.
    pub rotation: Rotation,
    /// The amount of detail in answers.
    pub mode: Mode,
    /// The condition of `/health/ready`.
    pub ready: Ready,
    /// The store.
    pub store: Arc<dyn Backend>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The password pool.
    pub hasher: Hasher,
    /// Sign-in attempts.
    pub sign_in_throttle: SignInThrottle,
    /// Audit events that wait for the store.
    pub audit_buffer: AuditBuffer,
    /// Refused requests that the audit trail has not told yet.
    pub refusals: RefusalTrail,
    /// Counters.
    pub metrics: Metrics,
    /// The permits to work, which are given out by priority under overload.
    pub admission: Admission,
    /// Names for requests.
    pub trace_ids: TraceIds,
    /// Pages.
    pub view: View,
    /// Keys of clients that publish them at an address.
    pub client_keys: ClientKeys,
    /// Logout tokens to clients.
    pub logout_sender: LogoutSender,
    /// The proxies that are trusted to name a caller's address.
    pub proxies: TrustedProxies,
    /// The set-up link of the first administrator.
    pub setup: Setup,
    /// The end of the feed of revocations.
    pub feed: FeedHead,
    /// The subscribers of the feed.
    pub feed_subscribers: FeedSubscribers,
    /// Until when the lifetimes that it issues with are on record.
    pub lifetimes: LifetimeRecord,
    /// The places in the status lists that new grants get.
    pub status_indexes: StatusIndexes,
    /// The status lists as they are served.
    pub status_lists: StatusLists,
    /// The documents that are shown at `/docs`; only a server in development mode gets them.
    pub documents: OnceLock<FindDocument>,
    pub(crate) write_probe: WriteProbe,
    kek: KeyEncryptionKey,
    keys: ArcSwap<KeysInUse>,
    apis: ArcSwap<ApiList>,
    clients: Arc<ClientList>,
    /// The versions that were read before the start read anything else.
    versions: OnceLock<Versions>,
    /// Held while a configuration is taken over: one after the other.
    reloading: tokio::sync::Mutex<()>,
    /// Held from reading clients, APIs or keys to putting them into use: an older reading never replaces a
    /// newer one.
    reading: tokio::sync::Mutex<()>,
}

/// The parts of an issuer beside its settings.
pub struct Parts {
    /// The store.
    pub store: Arc<dyn Backend>,
    /// The key that wraps all others.
    pub kek: KeyEncryptionKey,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The one outgoing client.
    pub fetcher: Fetcher,
    /// The proxies that are trusted to name a caller's address.
    pub proxies: TrustedProxies,
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("issuer", &self.profile().issuer)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parts")
    }
}

impl Issuer {
    /// The issuer's name and lifetimes, which are those of the start, and its APIs as they are now.
    pub fn profile(&self) -> Arc<IssuerProfile> {
        Arc::clone(&self.apis.load().profile)
    }

    /// Returns true if keys are kept for the algorithm of a key; always for a key that signs no tokens.
    pub fn names_algorithm_of(&self, key: &StoredKey) -> bool {
        match key.purpose {
            Purpose::Signing(algorithm) => self.algorithms.contains(&algorithm),
            _ => true,
        }
    }

    /// Returns true if the store can be written now; asks it at most once in half a second.
    pub async fn can_write(&self) -> bool {
        let (store, clock) = (self.store.as_ref(), self.clock.as_ref());
        self.write_probe.can_write(store, clock).await
    }

    /// The current time.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The randomness of one request.
    pub fn draw(&self) -> Entropy {
        self.random.draw()
    }

    /// Returns true if pages may explain what was wrong.
    pub fn explains(&self) -> bool {
        self.mode == Mode::Development
    }

    /// The versions of what nodes keep in memory, before the start read it.
    pub(crate) fn versions(&self) -> Versions {
        self.versions.get().copied().unwrap_or_default()
    }

    /// The epoch of a registration that begins now: later than any that an earlier client of the same id
    /// or an earlier API of the same identifier can have had, so that no code of that client works for
    /// this one, and no change of that API is one of this one.
    pub(crate) fn first_epoch(&self) -> u32 {
        u32::try_from(self.now().as_seconds().as_i64()).unwrap_or(u32::MAX)
    }

    /// Does `work` with a permit of this priority.
    ///
    /// # Errors
    ///
    /// `OverloadedError` if there was none in time; nothing of the work has been done then.
    pub fn with_permit<T: Send>(
        &self,
        priority: Priority,
        work: impl Future<Output = T> + Send,
    ) -> impl Future<Output = Result<T, OverloadedError>> + Send {
        // on the heap: thousands may wait, and an async function holds its argument several times
        let work = Box::pin(work);
        let delay = self.store.delay();
        async move { self.admission.run(priority, delay, work).await }
    }

    /// Looks, decides and commits.
    ///
    /// # Errors
    ///
    /// `TransactError` if the store fails or other requests were faster four times.
    pub async fn transact<T>(
        &self,
        keys: &Keys,
        decide: impl Fn(&Facts) -> Outcome<T>,
    ) -> Result<T, TransactError> {
        transact(self.store.as_ref(), keys, decide).await
    }
}

/// Returns the path of an issuer's name, empty at the root.
pub(crate) fn issuer_path(issuer: &Issuer) -> String {
    let path = url::Url::parse(&issuer.profile().issuer).map(|url| url.path().to_owned());
    path.unwrap_or_default().trim_end_matches('/').to_owned()
}
