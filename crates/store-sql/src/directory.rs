//! Reads and writes of administration and housekeeping, the same for each database.

use airside_oauth::{
    client::{resource_metadata::StoredResource, stored::StoredClient},
    id::{ClientId, GrantId, SessionId, UserId},
    key::StoredKey,
    state::{
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
    BoxFuture, BoxStream, Directory, EventQuery, Identity, NameCollision, NamedEvent, Peers,
    Unavailable,
};

use crate::{
    client, event,
    executor::{Answer, Executor, SqlStore},
    feed, grant, key, lifetime, logout, meta, resource,
    row::Row,
    seed, session,
    statement::Statement,
    status, sweep, user, username,
};

impl<E: Executor> Directory for SqlStore<E>
where
    Self: Peers,
{
    fn identity(&self) -> Answer<'_, Identity> {
        let identity = self.executor.one(meta::TABLE, meta::identity(), meta::read);
        Box::pin(async move { identity.await?.ok_or_else(meta::is_missing) })
    }

    fn set_key_check(&self, check: [u8; 32]) -> Answer<'_, ()> {
        let check = meta::set_key_check(&check).into_owned();
        self.executor.write(vec![check])
    }

    fn stored_clients<'a>(
        &'a self,
        after: Option<&'a ClientId>,
        limit: u32,
    ) -> Answer<'a, Vec<StoredClient>> {
        let page = client::page(after, limit);
        self.executor.all(client::TABLE, page, client::read_stored)
    }

    fn every_client(&self) -> BoxStream<'_, Result<Vec<StoredClient>, Unavailable>> {
        let all = client::all();
        (self.executor).stream(client::TABLE, all, client::read_stored)
    }

    fn stored_client<'a>(&'a self, id: &'a ClientId) -> Answer<'a, Option<StoredClient>> {
        let by_id = client::by_id(id);
        self.executor.one(client::TABLE, by_id, client::read_stored)
    }

    fn resources(&self) -> Answer<'_, Vec<StoredResource>> {
        let all = resource::all();
        self.executor.all(resource::TABLE, all, resource::read)
    }

    fn keys(&self) -> Answer<'_, Vec<StoredKey>> {
        self.executor.all(key::TABLE, key::all(), key::read)
    }

    fn has_users(&self) -> Answer<'_, bool> {
        let count = |row: &Row<'_>| row.integer::<i64>("count");
        let count = self.executor.one(user::TABLE, user::any(), count);
        Box::pin(async move { Ok(count.await? != Some(0)) })
    }

    fn user<'a>(&'a self, name: &'a TypedName) -> Answer<'a, Option<User>> {
        let by_name = user::by_name(name);
        self.executor.one(user::TABLE, by_name, user::read)
    }

    fn note_precis_names(&self, budget: u32) -> Answer<'_, u64> {
        let unnoted = username::unnoted(budget, E::DIALECT);
        let unnoted = (self.executor).all(user::TABLE, unnoted, username::read_unnoted);
        Box::pin(async move {
            let names = unnoted.await?;
            let notes = names.iter().map(|name| username::note(name).into_owned());
            if !names.is_empty() {
                self.executor.write(notes.collect()).await?;
            }
            Ok(names.len() as u64)
        })
    }

    fn name_collisions<'a>(
        &'a self,
        after: Option<&'a NameCollision>,
        limit: u32,
    ) -> Answer<'a, Vec<NameCollision>> {
        let found = username::collisions(after, limit);
        (self.executor).all(user::TABLE, found, username::read_collision)
    }

    fn administrators(&self, limit: u32) -> Answer<'_, Vec<User>> {
        let some = user::administrators(limit);
        self.executor.all(user::TABLE, some, user::read)
    }

    fn users(&self, after: Option<UserId>, limit: u32) -> Answer<'_, Vec<User>> {
        let after = after.map_or([0; 16], |id| *id.as_bytes());
        let page = user::page(&after, limit).into_owned();
        self.executor.all(user::TABLE, page, user::read)
    }

    fn sessions(
        &self,
        user: UserId,
        before: Option<SessionId>,
        limit: u32,
    ) -> Answer<'_, Vec<Session>> {
        let live = session::live_of(&user, before.as_ref(), limit).into_owned();
        self.executor.all(session::TABLE, live, session::read)
    }

    fn grants(&self, user: UserId, before: Option<GrantId>, limit: u32) -> Answer<'_, Vec<Grant>> {
        let live = grant::live_of(&user, before.as_ref(), limit).into_owned();
        self.executor.all(grant::TABLE, live, grant::read)
    }

    fn named_events<'a>(&'a self, query: &'a EventQuery) -> Answer<'a, Vec<NamedEvent>> {
        let found = event::search(query);
        self.executor.all(event::TABLE, found, event::read)
    }

    fn append_events(&self, events: Vec<Event>) -> Answer<'_, ()> {
        let appended = event::insert_many(&events);
        let appended = appended.into_iter().map(Statement::into_owned);
        self.executor.write(appended.collect())
    }

    fn revocations(&self, after: i64, limit: u32) -> Answer<'_, Vec<(i64, FeedEntry)>> {
        let behind = feed::behind(after, limit);
        (self.executor).all(feed::TABLE, behind, feed::read_with_position)
    }

    fn feed_head(&self) -> Answer<'_, i64> {
        let head = feed::head(E::DIALECT);
        let head = self.executor.one(feed::TABLE, head, feed::read_head);
        Box::pin(async move { Ok(head.await?.unwrap_or(0)) })
    }

    fn lease_status_indexes(&self, count: u32) -> Answer<'_, StatusIndex> {
        self.executor.lease_status_indexes(count)
    }

    fn try_write(&self) -> Answer<'_, ()> {
        self.executor.try_write()
    }

    fn revoked_in(&self, list: ListNumber, since: Time) -> Answer<'_, Option<Vec<StatusIndex>>> {
        let revoked = status::revoked_in(list, since);
        let rows = self.executor.all(grant::TABLE, revoked, status::read);
        Box::pin(async move { Ok(status::collect(list, &rows.await?)) })
    }

    fn record_lifetimes(&self, records: Vec<RecordedLifetime>, now: Time) -> Answer<'_, ()> {
        let put = self
            .executor
            .write(records.iter().map(lifetime::put).collect());
        Box::pin(async move {
            put.await?;
            self.executor.write(vec![lifetime::forget(now)]).await
        })
    }

    fn lifetimes(&self) -> Answer<'_, Vec<RecordedLifetime>> {
        let all = lifetime::all();
        self.executor.all(lifetime::TABLE, all, lifetime::read)
    }

    fn seeds(&self) -> Answer<'_, Vec<Username>> {
        self.executor.all(seed::TABLE, seed::all(), seed::read)
    }

    fn sweep(&self, longest: LongestLifetimes, budget: u32) -> Answer<'_, u64> {
        self.executor.sweep(sweep::tasks(&longest), budget)
    }

    fn clients_due_for_logout(&self, now: Time) -> Answer<'_, Vec<ClientId>> {
        let due = logout::clients_due(now);
        self.executor.all(logout::TABLE, due, logout::read_client)
    }

    fn logout_queued(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.executor.logouts().notified())
    }

    fn due_logouts<'a>(
        &'a self,
        client: &'a ClientId,
        now: Time,
        limit: u32,
    ) -> Answer<'a, Vec<PendingLogout>> {
        let due = logout::due(client, now, limit);
        self.executor.all(logout::TABLE, due, logout::read)
    }
}
