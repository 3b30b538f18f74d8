//! A store that can be made to fail, for what the protocol asks of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use airside_oauth::{
    client::{resource_metadata::StoredResource, stored::StoredClient},
    id::{ClientId, GrantId, SessionId, UserId},
    key::StoredKey,
    state::{
        decide::{Commit, Facts, Keys},
        event::Event,
        feed::FeedEntry,
        grant::Grant,
        lifetime::{LongestLifetimes, RecordedLifetime},
        logout::PendingLogout,
        session::Session,
        status::{ListNumber, StatusIndex},
        user::{TypedName, User, Username},
    },
    time::Time,
};
use airside_store::{
    Backend, BoxFuture, BoxStream, CommitError, Directory, EventQuery, Identity, NameCollision,
    NamedEvent, Peers, Store, Unavailable,
};
use tokio::sync::Notify;

/// A store with switches.
pub struct Faulty {
    pub store: Arc<dyn Backend>,
    /// While set, it answers nothing.
    pub failing: Arc<AtomicBool>,
    /// While set, it writes nothing.
    pub read_only: Arc<AtomicBool>,
    /// The time for which writes say that they have waited.
    pub delay_ms: Arc<AtomicU64>,
    /// True if a deletion of old rows never ends.
    pub sweep_hangs: bool,
    /// True if no logout token seems to be due.
    pub holds_logouts: bool,
    /// The gate at which the commits wait that end the tokens of a person or a client.
    pub gate: Arc<Gate>,
    /// The number of times that requests have asked it or written.
    pub asked: Arc<AtomicU64>,
}

/// A gate that is open unless it is closed, for one commit at a time.
#[derive(Default)]
pub struct Gate {
    is_closed: AtomicBool,
    arrived: Notify,
    opened: Notify,
}

impl Gate {
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
    }

    /// Returns when a commit waits at the closed gate.
    pub async fn arrival(&self) {
        self.arrived.notified().await;
    }

    pub fn open(&self) {
        self.is_closed.store(false, Ordering::SeqCst);
        self.opened.notify_one();
    }

    async fn pass(&self) {
        if self.is_closed.load(Ordering::SeqCst) {
            self.arrived.notify_one();
            self.opened.notified().await;
        }
    }
}

impl Faulty {
    /// The store, asked once more.
    fn counted(&self) -> &dyn Backend {
        self.asked.fetch_add(1, Ordering::SeqCst);
        &*self.store
    }

    fn check(&self) -> Result<(), Unavailable> {
        match self.failing.load(Ordering::SeqCst) {
            true => Err(Unavailable::new("the disk is gone")),
            false => Ok(()),
        }
    }

    fn check_write(&self) -> Result<(), Unavailable> {
        match self.read_only.load(Ordering::SeqCst) {
            true => Err(Unavailable::new("the disk at /srv/secret is full")),
            false => self.check(),
        }
    }

    /// Asks the store, unless it answers nothing.
    fn unless_failing<'a, T: Send + 'a>(
        &'a self,
        ask: impl FnOnce(&'a dyn Backend) -> Answer<'a, T>,
    ) -> Answer<'a, T> {
        self.check().map_or_else(refused, |()| ask(&*self.store))
    }

    /// Has the store write, unless it writes nothing.
    fn unless_unwritable<'a, T: Send + 'a>(
        &'a self,
        write: impl FnOnce(&'a dyn Backend) -> Answer<'a, T>,
    ) -> Answer<'a, T> {
        self.check_write()
            .map_or_else(refused, |()| write(&*self.store))
    }
}

type Answer<'a, T> = BoxFuture<'a, Result<T, Unavailable>>;

fn refused<'a, T: Send + 'a>(cause: Unavailable) -> Answer<'a, T> {
    Box::pin(std::future::ready(Err(cause)))
}

impl Store for Faulty {
    fn look<'a>(&'a self, keys: &'a Keys) -> BoxFuture<'a, Result<Facts, Unavailable>> {
        match self.check() {
            Ok(()) => self.counted().look(keys),
            // no row is asked for: no disk is needed
            Err(_) if format!("{keys:?}") == format!("{:?}", Keys::default()) => {
                self.store.look(keys)
            }
            Err(cause) => refused(cause),
        }
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<(), CommitError>> {
        match self.check_write() {
            Ok(()) if commit.end_of_tokens().is_some() => Box::pin(async move {
                self.gate.pass().await;
                self.counted().commit(commit).await
            }),
            Ok(()) => self.counted().commit(commit),
            Err(cause) => Box::pin(std::future::ready(Err(cause.into()))),
        }
    }

    fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.load(Ordering::SeqCst))
    }
}

impl Peers for Faulty {}

impl Directory for Faulty {
    fn identity(&self) -> BoxFuture<'_, Result<Identity, Unavailable>> {
        self.unless_failing(|store| store.identity())
    }

    fn set_key_check(&self, check: [u8; 32]) -> BoxFuture<'_, Result<(), Unavailable>> {
        self.store.set_key_check(check)
    }

    fn stored_clients<'a>(
        &'a self,
        after: Option<&'a ClientId>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<StoredClient>, Unavailable>> {
        self.counted().stored_clients(after, limit)
    }

    fn every_client(&self) -> BoxStream<'_, Result<Vec<StoredClient>, Unavailable>> {
        self.counted().every_client()
    }

    fn stored_client<'a>(
        &'a self,
        id: &'a ClientId,
    ) -> BoxFuture<'a, Result<Option<StoredClient>, Unavailable>> {
        self.counted().stored_client(id)
    }

    fn resources(&self) -> BoxFuture<'_, Result<Vec<StoredResource>, Unavailable>> {
        self.store.resources()
    }

    fn keys(&self) -> BoxFuture<'_, Result<Vec<StoredKey>, Unavailable>> {
        self.store.keys()
    }

    fn administrators(&self, limit: u32) -> BoxFuture<'_, Result<Vec<User>, Unavailable>> {
        self.counted().administrators(limit)
    }

    fn has_users(&self) -> BoxFuture<'_, Result<bool, Unavailable>> {
        self.store.has_users()
    }

    fn user<'a>(&'a self, name: &'a TypedName) -> BoxFuture<'a, Result<Option<User>, Unavailable>> {
        self.counted().user(name)
    }

    fn note_precis_names(&self, budget: u32) -> BoxFuture<'_, Result<u64, Unavailable>> {
        self.store.note_precis_names(budget)
    }

    fn name_collisions<'a>(
        &'a self,
        after: Option<&'a NameCollision>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<NameCollision>, Unavailable>> {
        self.counted().name_collisions(after, limit)
    }

    fn users(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<User>, Unavailable>> {
        self.counted().users(after, limit)
    }

    fn sessions(
        &self,
        user: UserId,
        before: Option<SessionId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<Session>, Unavailable>> {
        self.counted().sessions(user, before, limit)
    }

    fn grants(
        &self,
        user: UserId,
        before: Option<GrantId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<Grant>, Unavailable>> {
        self.counted().grants(user, before, limit)
    }

    fn named_events<'a>(
        &'a self,
        query: &'a EventQuery,
    ) -> BoxFuture<'a, Result<Vec<NamedEvent>, Unavailable>> {
        self.counted().named_events(query)
    }

    fn append_events(&self, events: Vec<Event>) -> BoxFuture<'_, Result<(), Unavailable>> {
        self.store.append_events(events)
    }

    fn revocations(
        &self,
        after: i64,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<(i64, FeedEntry)>, Unavailable>> {
        self.unless_failing(|store| store.revocations(after, limit))
    }

    fn feed_head(&self) -> BoxFuture<'_, Result<i64, Unavailable>> {
        self.unless_failing(|store| store.feed_head())
    }

    fn lease_status_indexes(&self, count: u32) -> BoxFuture<'_, Result<StatusIndex, Unavailable>> {
        self.unless_unwritable(|store| store.lease_status_indexes(count))
    }

    fn try_write(&self) -> BoxFuture<'_, Result<(), Unavailable>> {
        self.unless_unwritable(|store| store.try_write())
    }

    fn revoked_in(
        &self,
        list: ListNumber,
        since: Time,
    ) -> BoxFuture<'_, Result<Option<Vec<StatusIndex>>, Unavailable>> {
        self.unless_failing(|store| store.revoked_in(list, since))
    }

    fn clients_due_for_logout(
        &self,
        now: Time,
    ) -> BoxFuture<'_, Result<Vec<ClientId>, Unavailable>> {
        match self.check() {
            Ok(()) if self.holds_logouts => Box::pin(std::future::ready(Ok(Vec::new()))),
            Ok(()) => self.store.clients_due_for_logout(now),
            Err(cause) => refused(cause),
        }
    }

    fn due_logouts<'a>(
        &'a self,
        client: &'a ClientId,
        now: Time,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<PendingLogout>, Unavailable>> {
        self.store.due_logouts(client, now, limit)
    }

    fn logout_queued(&self) -> BoxFuture<'_, ()> {
        self.store.logout_queued()
    }

    fn record_lifetimes(
        &self,
        records: Vec<RecordedLifetime>,
        now: Time,
    ) -> BoxFuture<'_, Result<(), Unavailable>> {
        self.unless_unwritable(|store| store.record_lifetimes(records, now))
    }

    fn lifetimes(&self) -> BoxFuture<'_, Result<Vec<RecordedLifetime>, Unavailable>> {
        self.unless_failing(|store| store.lifetimes())
    }

    fn seeds(&self) -> BoxFuture<'_, Result<Vec<Username>, Unavailable>> {
        self.store.seeds()
    }

    fn sweep(
        &self,
        longest: LongestLifetimes,
        budget: u32,
    ) -> BoxFuture<'_, Result<u64, Unavailable>> {
        match self.sweep_hangs {
            true => Box::pin(std::future::pending()),
            false => self.store.sweep(longest, budget),
        }
    }
}
