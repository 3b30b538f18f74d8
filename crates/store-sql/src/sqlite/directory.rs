//! Reads and writes of administration and housekeeping.

use std::sync::Arc;

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
    BoxFuture, Directory, EventQuery, Identity, NameCollision, NamedEvent, Unavailable,
};

use super::{Sqlite, connection::Connection, look, work::Work};
use crate::{
    client, dialect::Dialect, event, feed, grant, key, lifetime, logout, meta, resource, seed,
    session, status, sweep, user, username,
};

impl Directory for Sqlite {
    fn identity(&self) -> BoxFuture<'_, Result<Identity, Unavailable>> {
        self.scan(|readers| {
            let identity = readers
                .with(|connection| connection.one(meta::TABLE, meta::identity(), meta::read))?;
            identity.ok_or_else(|| meta::missing().into())
        })
    }

    fn set_key_check(&self, check: [u8; 32]) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move {
            self.writer
                .run_always(Work::KeyCheck(check))
                .await
                .map(drop)
        })
    }

    fn stored_clients<'a>(
        &'a self,
        after: Option<&'a ClientId>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<StoredClient>, Unavailable>> {
        let after = after.cloned();
        self.scan(move |readers| {
            let page = client::page(after.as_ref(), limit);
            readers.with(|c| c.all(client::TABLE, page, client::read_stored))
        })
    }

    fn stored_client<'a>(
        &'a self,
        id: &'a ClientId,
    ) -> BoxFuture<'a, Result<Option<StoredClient>, Unavailable>> {
        Box::pin(async move {
            let one = |c: &Connection| c.one(client::TABLE, client::by_id(id), client::read_stored);
            Ok(self.readers.with(one)?)
        })
    }

    fn resources(&self) -> BoxFuture<'_, Result<Vec<StoredResource>, Unavailable>> {
        self.scan(|readers| {
            readers.with(|c| c.all(resource::TABLE, resource::all(), resource::read))
        })
    }

    fn keys(&self) -> BoxFuture<'_, Result<Vec<StoredKey>, Unavailable>> {
        self.scan(|readers| readers.with(|c| c.all(key::TABLE, key::all(), key::read)))
    }

    fn has_users(&self) -> BoxFuture<'_, Result<bool, Unavailable>> {
        self.scan(|readers| {
            let count = readers
                .with(|c| c.one(user::TABLE, user::any(), |row| row.integer::<i64>("count")))?;
            Ok(count != Some(0))
        })
    }

    fn user<'a>(&'a self, name: &'a TypedName) -> BoxFuture<'a, Result<Option<User>, Unavailable>> {
        Box::pin(async move {
            let by_name = user::by_name(name);
            Ok(self
                .readers
                .with(|c| c.one(user::TABLE, by_name, user::read))?)
        })
    }

    fn note_precis_names(&self, budget: u32) -> BoxFuture<'_, Result<u64, Unavailable>> {
        Box::pin(async move {
            let unnoted = self.scan(move |readers| {
                let unnoted = username::unnoted(budget, Dialect::Sqlite);
                readers.with(|c| c.all(user::TABLE, unnoted, username::read_unnoted))
            });
            match unnoted.await? {
                names if names.is_empty() => Ok(0),
                names => self.writer.run_always(Work::Names(names)).await,
            }
        })
    }

    fn name_collisions<'a>(
        &'a self,
        after: Option<&'a NameCollision>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<NameCollision>, Unavailable>> {
        let after = after.cloned();
        self.scan(move |readers| {
            let collisions = username::collisions(after.as_ref(), limit);
            readers.with(|c| c.all(user::TABLE, collisions, username::read_collision))
        })
    }

    fn administrators(&self, limit: u32) -> BoxFuture<'_, Result<Vec<User>, Unavailable>> {
        self.scan(move |readers| {
            readers.with(|c| c.all(user::TABLE, user::administrators(limit), user::read))
        })
    }

    fn users(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<User>, Unavailable>> {
        self.scan(move |readers| {
            let after = after.map_or([0; 16], |id| *id.as_bytes());
            readers.with(|c| c.all(user::TABLE, user::page(&after, limit), user::read))
        })
    }

    fn sessions(
        &self,
        user: UserId,
        before: Option<SessionId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<Session>, Unavailable>> {
        self.scan(move |readers| {
            let live = session::live_of(&user, before.as_ref(), limit);
            readers.with(|c| c.all(session::TABLE, live, session::read))
        })
    }

    fn grants(
        &self,
        user: UserId,
        before: Option<GrantId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<Grant>, Unavailable>> {
        self.scan(move |readers| {
            let live = grant::live_of(&user, before.as_ref(), limit);
            readers.with(|c| c.all(grant::TABLE, live, grant::read))
        })
    }

    fn named_events<'a>(
        &'a self,
        query: &'a EventQuery,
    ) -> BoxFuture<'a, Result<Vec<NamedEvent>, Unavailable>> {
        let query = query.clone();
        self.scan(move |readers| {
            readers.with(|c| c.all(event::TABLE, event::search(&query), event::read))
        })
    }

    fn append_events(&self, events: Vec<Event>) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move { self.writer.run_always(Work::Events(events)).await.map(drop) })
    }

    fn revocations(
        &self,
        after: i64,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<(i64, FeedEntry)>, Unavailable>> {
        self.scan(move |readers| {
            let behind = feed::behind(after, limit);
            readers.with(|c| c.all(feed::TABLE, behind, feed::read_with_position))
        })
    }

    fn feed_head(&self) -> BoxFuture<'_, Result<i64, Unavailable>> {
        self.scan(|readers| {
            let head = feed::head(Dialect::Sqlite);
            let head = readers.with(|c| c.one(feed::TABLE, head, feed::read_head))?;
            Ok(head.unwrap_or(0))
        })
    }

    fn lease_status_indexes(&self, count: u32) -> BoxFuture<'_, Result<StatusIndex, Unavailable>> {
        Box::pin(async move {
            let first = self.writer.run_always(Work::Lease(count)).await?;
            Ok(StatusIndex::new(first))
        })
    }

    fn try_write(&self) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move { self.writer.run_always(Work::TryWrite).await.map(drop) })
    }

    fn revoked_in(
        &self,
        list: ListNumber,
        since: Time,
    ) -> BoxFuture<'_, Result<Option<Vec<StatusIndex>>, Unavailable>> {
        self.scan(move |readers| {
            let revoked = status::revoked_in(list, since);
            let rows = readers.with(|c| c.all(grant::TABLE, revoked, status::read))?;
            Ok(status::collect(list, &rows))
        })
    }

    fn record_lifetimes(
        &self,
        records: Vec<RecordedLifetime>,
        now: Time,
    ) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move {
            let work = Work::Lifetimes(records, now);
            self.writer.run_always(work).await.map(drop)
        })
    }

    fn lifetimes(&self) -> BoxFuture<'_, Result<Vec<RecordedLifetime>, Unavailable>> {
        Box::pin(async move {
            let all = |c: &Connection| c.all(lifetime::TABLE, lifetime::all(), lifetime::read);
            Ok(self.readers.with(all)?)
        })
    }

    fn seeds(&self) -> BoxFuture<'_, Result<Vec<Username>, Unavailable>> {
        self.scan(|readers| readers.with(|c| c.all(seed::TABLE, seed::all(), seed::read)))
    }

    fn sweep(
        &self,
        longest: LongestLifetimes,
        budget: u32,
    ) -> BoxFuture<'_, Result<u64, Unavailable>> {
        let tasks = sweep::tasks(&longest);
        let cursors = Arc::clone(&self.cursors);
        Box::pin(async move {
            let expired = self
                .scan(move |readers| readers.with(|c| look::expired(c, &tasks, &cursors, budget)));
            let mut expired = expired.await?;
            let mut deleted = 0;
            while !expired.is_empty() {
                let some = expired.len().min(sweep::ROWS_PER_COMMIT as usize);
                let work = Work::Sweep(expired.drain(..some).collect());
                deleted += self.writer.run_always(work).await?;
            }
            Ok(deleted)
        })
    }

    fn clients_due_for_logout(
        &self,
        now: Time,
    ) -> BoxFuture<'_, Result<Vec<ClientId>, Unavailable>> {
        self.scan(move |readers| {
            let due = logout::clients_due(now);
            readers.with(|c| c.all(logout::TABLE, due, logout::read_client))
        })
    }

    fn logout_queued(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.logouts.notified())
    }

    fn due_logouts<'a>(
        &'a self,
        client: &'a ClientId,
        now: Time,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<PendingLogout>, Unavailable>> {
        let client = client.clone();
        self.scan(move |readers| {
            let due = logout::due(&client, now, limit);
            readers.with(|c| c.all(logout::TABLE, due, logout::read))
        })
    }
}
