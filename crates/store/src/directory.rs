//! The operations that administration, jobs and feed subscribers need of a store.

use airside_oauth::{
    client::{resource_metadata::StoredResource, stored::StoredClient},
    id::{ClientId, EventId, GrantId, SessionId, UserId},
    key::StoredKey,
    state::{
        event::{Event, EventKind},
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
use futures_util::{future::BoxFuture, stream::BoxStream};

use crate::{Peers, Unavailable};

/// The operations that administration and housekeeping need of a store.
pub trait Directory: Peers {
    /// The facts about the store itself.
    fn identity(&self) -> BoxFuture<'_, Result<Identity, Unavailable>>;

    /// Records the check value of the key-encryption key, if none is recorded yet.
    fn set_key_check(&self, check: [u8; 32]) -> BoxFuture<'_, Result<(), Unavailable>>;

    /// At most `limit` registrations after `after`, in the order in which the store keeps ids, as they are
    /// stored.
    fn stored_clients<'a>(
        &'a self,
        after: Option<&'a ClientId>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<StoredClient>, Unavailable>>;

    /// Every registration, in any order, as it is stored at one moment: some at a time, read as they are
    /// taken. The last item is an error if the store could not be read to the end.
    fn every_client(&self) -> BoxStream<'_, Result<Vec<StoredClient>, Unavailable>>;

    /// The registration of this id, as it is stored.
    fn stored_client<'a>(
        &'a self,
        id: &'a ClientId,
    ) -> BoxFuture<'a, Result<Option<StoredClient>, Unavailable>>;

    /// Every API of the store, by identifier.
    fn resources(&self) -> BoxFuture<'_, Result<Vec<StoredResource>, Unavailable>>;

    /// Every key, by purpose and version.
    fn keys(&self) -> BoxFuture<'_, Result<Vec<StoredKey>, Unavailable>>;

    /// Returns true if there is any user.
    fn has_users(&self) -> BoxFuture<'_, Result<bool, Unavailable>>;

    /// The user whom this name finds.
    ///
    /// An account that an earlier version made is found first, by the exact form of that version; then the
    /// account whose name is the form of RFC 8265; then the one account whose name RFC 8265 gives that
    /// form, if no other has it.
    fn user<'a>(&'a self, name: &'a TypedName) -> BoxFuture<'a, Result<Option<User>, Unavailable>>;

    /// Notes which form RFC 8265 gives to at most `budget` of the names that an earlier version stored,
    /// and says how many it has looked at: fewer than `budget` when none are left. No name changes.
    fn note_precis_names(&self, budget: u32) -> BoxFuture<'_, Result<u64, Unavailable>>;

    /// At most `limit` names behind `after` that RFC 8265 takes for another account's name as well, each
    /// with that form, in the order of the forms and of the names.
    fn name_collisions<'a>(
        &'a self,
        after: Option<&'a NameCollision>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<NameCollision>, Unavailable>>;

    /// At most `limit` accounts that administer this issuer and may be used, in the order of their ids.
    fn administrators(&self, limit: u32) -> BoxFuture<'_, Result<Vec<User>, Unavailable>>;

    /// At most `limit` users after `after`, in the order of their ids.
    fn users(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<User>, Unavailable>>;

    /// At most `limit` sessions of a user that have not ended, of those older than `before`, newest first.
    fn sessions(
        &self,
        user: UserId,
        before: Option<SessionId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<Session>, Unavailable>>;

    /// At most `limit` grants of a user that are not revoked, of those older than `before`, newest first.
    fn grants(
        &self,
        user: UserId,
        before: Option<GrantId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<Grant>, Unavailable>>;

    /// Events that match `query`, newest first, with the names of the people that they are about. Sees
    /// everything committed before the call.
    fn named_events<'a>(
        &'a self,
        query: &'a EventQuery,
    ) -> BoxFuture<'a, Result<Vec<NamedEvent>, Unavailable>>;

    /// The same events alone.
    fn events<'a>(
        &'a self,
        query: &'a EventQuery,
    ) -> BoxFuture<'a, Result<Vec<Event>, Unavailable>> {
        let named = self.named_events(query);
        Box::pin(async move {
            let named = named.await?.into_iter();
            Ok(named.map(|named| named.event).collect())
        })
    }

    /// Appends events of requests that commit nothing else, in one transaction.
    fn append_events(&self, events: Vec<Event>) -> BoxFuture<'_, Result<(), Unavailable>>;

    /// At most `limit` revocations behind the position `after`, each with its own, in the order of
    /// their commits. Sees everything committed before the call.
    fn revocations(
        &self,
        after: i64,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<(i64, FeedEntry)>, Unavailable>>;

    /// The last position in the feed that was ever given; 0 before the first.
    fn feed_head(&self) -> BoxFuture<'_, Result<i64, Unavailable>>;

    /// Leases the next `count` indexes of the status lists to this process, and returns the first. No
    /// process ever gets one of them again, used or not.
    fn lease_status_indexes(&self, count: u32) -> BoxFuture<'_, Result<StatusIndex, Unavailable>>;

    /// Writes to the disk as a commit does, and changes nothing: fails while a commit would.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if nothing can be written: the disk is full or read-only, or the database is.
    fn try_write(&self) -> BoxFuture<'_, Result<(), Unavailable>> {
        // no place is taken, but the row is written
        let written = self.lease_status_indexes(0);
        Box::pin(async move { written.await.map(drop) })
    }

    /// The places of the grants in a status list that were revoked at `since` or later, in any order;
    /// none if no place in the list has been leased yet.
    fn revoked_in(
        &self,
        list: ListNumber,
        since: Time,
    ) -> BoxFuture<'_, Result<Option<Vec<StatusIndex>>, Unavailable>>;

    /// The clients that a logout token is due for at `now`, in any order.
    fn clients_due_for_logout(
        &self,
        now: Time,
    ) -> BoxFuture<'_, Result<Vec<ClientId>, Unavailable>>;

    /// At most `limit` logout tokens that are due for `client` at `now`, those that have waited longest
    /// first. Several processes may read the same: the one that moves its state on delivers it.
    fn due_logouts<'a>(
        &'a self,
        client: &'a ClientId,
        now: Time,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<PendingLogout>, Unavailable>>;

    /// Returns when a commit of this process may have queued a logout token; only a hint, which can be
    /// lost: tokens that other processes queued, and those that are tried again, are found by asking.
    fn logout_queued(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }

    /// Records lifetimes that this process issues with until the times that they say; a record that is
    /// there is extended, never shortened. Those of which no token can live at `now` are forgotten.
    fn record_lifetimes(
        &self,
        records: Vec<RecordedLifetime>,
        now: Time,
    ) -> BoxFuture<'_, Result<(), Unavailable>>;

    /// Every lifetime that is recorded. Sees everything recorded before the call.
    fn lifetimes(&self) -> BoxFuture<'_, Result<Vec<RecordedLifetime>, Unavailable>>;

    /// The names of the configuration's accounts that were made once, or needed not be.
    fn seeds(&self) -> BoxFuture<'_, Result<Vec<Username>, Unavailable>>;

    /// Deletes at most `budget` rows that nothing can need any more at [`LongestLifetimes::now`]; says how many.
    ///
    /// Used digests a minute after their time, for nodes whose clocks are behind; revocations once the last token that they concern has expired;
    /// sessions after [`LongestLifetimes::session`], when no grant rests on them any more; grants once their
    /// code, their refresh tokens and their last access token have expired, and no verifier's clock
    /// takes it any more; dropped or superseded keys after [`LongestLifetimes::key`]; events after
    /// [`LongestLifetimes::event`].
    fn sweep(
        &self,
        longest: LongestLifetimes,
        budget: u32,
    ) -> BoxFuture<'_, Result<u64, Unavailable>>;
}

/// An account whose name RFC 8265 takes for the name of another account as well. Such accounts are found
/// by their exact names alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameCollision {
    /// The form that they have in common; it may be the name of one of them.
    pub form: String,
    /// The name of the account.
    pub username: String,
}

/// The state of a store, as it reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Raised by a restore from a backup.
    pub epoch: u32,
    /// The check value of the key-encryption key, once there is one.
    pub key_check: Option<[u8; 32]>,
}

/// An event, and who it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedEvent {
    /// The event.
    pub event: Event,
    /// The name of its user: now, or when the account was deleted.
    pub username: Option<String>,
}

/// Which events to list.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    /// Only of this kind.
    pub kind: Option<EventKind>,
    /// Only about this client.
    pub client: Option<ClientId>,
    /// Only about this user.
    pub user: Option<UserId>,
    /// Only events about the current holder of this name, and the former holders whose account was deleted.
    pub username: Option<Username>,
    /// Only those at or after this time.
    pub since: Option<Time>,
    /// Only those older than this one.
    pub before: Option<EventId>,
    /// At most so many.
    pub limit: u32,
}
