//! A store that can be made to fail, for what the protocol asks of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use airside_oauth::{
    client::{Client, resource_metadata::StoredResource},
    id::UserId,
    key::StoredKey,
    state::{
        decide::{Commit, Facts, Keys},
        event::Event,
        feed::FeedEntry,
        grant::Grant,
        lifetime::{LongestLifetimes, RecordedLifetime},
        session::Session,
        status::{ListNumber, StatusIndex},
        user::{TypedName, User, Username},
    },
    time::Time,
};
use airside_store::{
    Backend, BoxFuture, CommitError, Directory, EventQuery, Identity, NameCollision, NamedEvent,
    Store, Unavailable,
};

/// A store with switches.
pub struct Faulty {
    pub store: Arc<dyn Backend>,
    /// While set, it answers nothing.
    pub failing: Arc<AtomicBool>,
    /// While set, it writes nothing.
    pub read_only: Arc<AtomicBool>,
    /// How long writes say that they have waited.
    pub delay_ms: Arc<AtomicU64>,
    /// Whether a deletion of old rows never ends.
    pub sweep_hangs: bool,
}

impl Faulty {
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
}

impl Store for Faulty {
    fn look<'a>(&'a self, keys: &'a Keys) -> BoxFuture<'a, Result<Facts, Unavailable>> {
        match self.check() {
            Ok(()) => self.store.look(keys),
            // no row is asked for: no disk is needed
            Err(_) if format!("{keys:?}") == format!("{:?}", Keys::default()) => {
                self.store.look(keys)
            }
            Err(cause) => Box::pin(std::future::ready(Err(cause))),
        }
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<(), CommitError>> {
        match self.check_write() {
            Ok(()) => self.store.commit(commit),
            Err(cause) => Box::pin(std::future::ready(Err(cause.into()))),
        }
    }

    fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.load(Ordering::SeqCst))
    }
}

impl Directory for Faulty {
    fn identity(&self) -> BoxFuture<'_, Result<Identity, Unavailable>> {
        match self.check() {
            Ok(()) => self.store.identity(),
            Err(cause) => Box::pin(std::future::ready(Err(cause))),
        }
    }

    fn set_key_check(&self, check: [u8; 32]) -> BoxFuture<'_, Result<(), Unavailable>> {
        self.store.set_key_check(check)
    }

    fn clients(&self) -> BoxFuture<'_, Result<Vec<Client>, Unavailable>> {
        self.store.clients()
    }

    fn resources(&self) -> BoxFuture<'_, Result<Vec<StoredResource>, Unavailable>> {
        self.store.resources()
    }

    fn keys(&self) -> BoxFuture<'_, Result<Vec<StoredKey>, Unavailable>> {
        self.store.keys()
    }

    fn administrators(&self, limit: u32) -> BoxFuture<'_, Result<Vec<User>, Unavailable>> {
        self.store.administrators(limit)
    }

    fn has_users(&self) -> BoxFuture<'_, Result<bool, Unavailable>> {
        self.store.has_users()
    }

    fn user<'a>(&'a self, name: &'a TypedName) -> BoxFuture<'a, Result<Option<User>, Unavailable>> {
        self.store.user(name)
    }

    fn note_precis_names(&self, budget: u32) -> BoxFuture<'_, Result<u64, Unavailable>> {
        self.store.note_precis_names(budget)
    }

    fn name_collisions(
        &self,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<NameCollision>, Unavailable>> {
        self.store.name_collisions(limit)
    }

    fn users(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<User>, Unavailable>> {
        self.store.users(after, limit)
    }

    fn sessions(&self, user: UserId) -> BoxFuture<'_, Result<Vec<Session>, Unavailable>> {
        self.store.sessions(user)
    }

    fn grants(&self, user: UserId) -> BoxFuture<'_, Result<Vec<Grant>, Unavailable>> {
        self.store.grants(user)
    }

    fn named_events<'a>(
        &'a self,
        query: &'a EventQuery,
    ) -> BoxFuture<'a, Result<Vec<NamedEvent>, Unavailable>> {
        self.store.named_events(query)
    }

    fn append_events(&self, events: Vec<Event>) -> BoxFuture<'_, Result<(), Unavailable>> {
        self.store.append_events(events)
    }

    fn revocations(
        &self,
        after: i64,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<(i64, FeedEntry)>, Unavailable>> {
        match self.check() {
            Ok(()) => self.store.revocations(after, limit),
            Err(cause) => Box::pin(std::future::ready(Err(cause))),
        }
    }

    fn feed_head(&self) -> BoxFuture<'_, Result<i64, Unavailable>> {
        match self.check() {
            Ok(()) => self.store.feed_head(),
            Err(cause) => Box::pin(std::future::ready(Err(cause))),
        }
    }

    fn lease_status_indexes(&self, count: u32) -> BoxFuture<'_, Result<StatusIndex, Unavailable>> {
        match self.check_write() {
            Ok(()) => self.store.lease_status_indexes(count),
            Err(cause) => Box::pin(std::future::ready(Err(cause))),
        }
    }

    fn try_write(&self) -> BoxFuture<'_, Result<(), Unavailable>> {
        match self.check_write() {
            Ok(()) => self.store.try_write(),
            Err(cause) => Box::pin(std::future::ready(Err(cause))),
        }
    }

    fn revoked_in(
        &self,
        list: ListNumber,
        since: Time,
    ) -> BoxFuture<'_, Result<Option<Vec<StatusIndex>>, Unavailable>> {
        match self.check() {
            Ok(()) => self.store.revoked_in(list, since),
            Err(cause) => Box::pin(std::future::ready(Err(cause))),
        }
    }

    fn record_lifetimes(
        &self,
        records: Vec<RecordedLifetime>,
        now: Time,
    ) -> BoxFuture<'_, Result<(), Unavailable>> {
        match self.check_write() {
            Ok(()) => self.store.record_lifetimes(records, now),
            Err(cause) => Box::pin(std::future::ready(Err(cause))),
        }
    }

    fn lifetimes(&self) -> BoxFuture<'_, Result<Vec<RecordedLifetime>, Unavailable>> {
        match self.check() {
            Ok(()) => self.store.lifetimes(),
            Err(cause) => Box::pin(std::future::ready(Err(cause))),
        }
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
