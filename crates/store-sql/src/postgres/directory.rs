//! Reads and writes of administration and housekeeping.

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
    BoxFuture, ChangedClients, Directory, EventQuery, FeedSubscriber, Identity, NameCollision,
    NamedEvent, Unavailable, Versions,
};

use super::Postgres;
use crate::{
    client, client_change,
    dialect::Dialect,
    error::StoreError,
    event, feed, feed_subscriber, grant, key, lifetime, logout, meta, resource,
    row::Row,
    seed, session, status,
    sweep::{self, Task},
    user, username, version,
};

impl Postgres {
    /// Deletes at most `budget` rows of one table, of those that this sweep looks at.
    async fn sweep_table(&self, task: &Task, budget: u32) -> Result<u64, StoreError> {
        let end = match task.end(&self.cursors) {
            Some(end) => self.one(task.table, end, sweep::read_name).await?,
            None => None,
        };
        let window = task.window(&self.cursors, end);
        let mut left = budget;
        while left > 0 {
            let limit = left.min(sweep::ROWS_PER_COMMIT);
            let delete = task.delete_found(window.as_ref(), limit);
            let deleted = self.pool.change(&delete).await?;
            left = left.saturating_sub(u32::try_from(deleted).unwrap_or(u32::MAX));
            if deleted < u64::from(limit) {
                break;
            }
        }
        if let Some(window) = window
            && left > 0
        {
            self.cursors.pass(task.table, window);
        }
        Ok(u64::from(budget - left))
    }
}

impl Directory for Postgres {
    fn identity(&self) -> BoxFuture<'_, Result<Identity, Unavailable>> {
        Box::pin(async move {
            let identity = self.one(meta::TABLE, meta::identity(), meta::read).await?;
            identity.ok_or_else(|| StoreError::from(meta::missing()).into())
        })
    }

    fn set_key_check(&self, check: [u8; 32]) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move { Ok(self.pool.write(&[meta::set_key_check(&check)]).await?) })
    }

    fn stored_clients<'a>(
        &'a self,
        after: Option<&'a ClientId>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<StoredClient>, Unavailable>> {
        Box::pin(async move {
            let page = client::page(after, limit);
            Ok(self.all(client::TABLE, page, client::read_stored).await?)
        })
    }

    fn stored_client<'a>(
        &'a self,
        id: &'a ClientId,
    ) -> BoxFuture<'a, Result<Option<StoredClient>, Unavailable>> {
        Box::pin(async move {
            let by_id = client::by_id(id);
            Ok(self.one(client::TABLE, by_id, client::read_stored).await?)
        })
    }

    fn changed_clients(&self, since: u64) -> BoxFuture<'_, Result<ChangedClients, Unavailable>> {
        Box::pin(async move {
            let found = client_change::since(since);
            let found = self
                .all(client_change::TABLE, found, client_change::read)
                .await?;
            let changed = client_change::collect(found, since);
            if changed != ChangedClients::These(Vec::new()) {
                self.pool.change(&client_change::forget(since)).await?;
            }
            Ok(changed)
        })
    }

    fn resources(&self) -> BoxFuture<'_, Result<Vec<StoredResource>, Unavailable>> {
        Box::pin(async move {
            let all = self.all(resource::TABLE, resource::all(), resource::read);
            Ok(all.await?)
        })
    }

    fn keys(&self) -> BoxFuture<'_, Result<Vec<StoredKey>, Unavailable>> {
        Box::pin(async move { Ok(self.all(key::TABLE, key::all(), key::read).await?) })
    }

    fn has_users(&self) -> BoxFuture<'_, Result<bool, Unavailable>> {
        Box::pin(async move {
            let count = |row: &Row<'_>| row.integer::<i64>("count");
            let counts = self.one(user::TABLE, user::any(), count).await?;
            Ok(counts != Some(0))
        })
    }

    fn user<'a>(&'a self, name: &'a TypedName) -> BoxFuture<'a, Result<Option<User>, Unavailable>> {
        Box::pin(async move {
            Ok(self
                .one(user::TABLE, user::by_name(name), user::read)
                .await?)
        })
    }

    fn note_precis_names(&self, budget: u32) -> BoxFuture<'_, Result<u64, Unavailable>> {
        Box::pin(async move {
            let unnoted = username::unnoted(budget, Dialect::Postgres);
            let names = self
                .all(user::TABLE, unnoted, username::read_unnoted)
                .await?;
            let statements: Vec<_> = names.iter().map(username::note).collect();
            if !statements.is_empty() {
                self.pool.write(&statements).await?;
            }
            Ok(statements.len() as u64)
        })
    }

    fn name_collisions<'a>(
        &'a self,
        after: Option<&'a NameCollision>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<NameCollision>, Unavailable>> {
        Box::pin(async move {
            let collisions = username::collisions(after, limit);
            let all = self.all(user::TABLE, collisions, username::read_collision);
            Ok(all.await?)
        })
    }

    fn administrators(&self, limit: u32) -> BoxFuture<'_, Result<Vec<User>, Unavailable>> {
        Box::pin(async move {
            let some = user::administrators(limit);
            Ok(self.all(user::TABLE, some, user::read).await?)
        })
    }

    fn users(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<User>, Unavailable>> {
        Box::pin(async move {
            let after = after.map_or([0; 16], |id| *id.as_bytes());
            let page = user::page(&after, limit);
            Ok(self.all(user::TABLE, page, user::read).await?)
        })
    }

    fn sessions(
        &self,
        user: UserId,
        before: Option<SessionId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<Session>, Unavailable>> {
        Box::pin(async move {
            let live = session::live_of(&user, before.as_ref(), limit);
            Ok(self.all(session::TABLE, live, session::read).await?)
        })
    }

    fn grants(
        &self,
        user: UserId,
        before: Option<GrantId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<Grant>, Unavailable>> {
        Box::pin(async move {
            let live = grant::live_of(&user, before.as_ref(), limit);
            Ok(self.all(grant::TABLE, live, grant::read).await?)
        })
    }

    fn named_events<'a>(
        &'a self,
        query: &'a EventQuery,
    ) -> BoxFuture<'a, Result<Vec<NamedEvent>, Unavailable>> {
        Box::pin(async move {
            let search = event::search(query);
            Ok(self.all(event::TABLE, search, event::read).await?)
        })
    }

    fn append_events(&self, events: Vec<Event>) -> BoxFuture<'_, Result<(), Unavailable>> {
        let pool = self.pool.clone();
        let task = tokio::spawn(async move { pool.write(&event::insert_many(&events)).await });
        Box::pin(async move { Ok(task.await.unwrap_or(Err(StoreError::Stopped))?) })
    }

    fn revocations(
        &self,
        after: i64,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<(i64, FeedEntry)>, Unavailable>> {
        Box::pin(async move {
            let behind = feed::behind(after, limit);
            let all = self.all(feed::TABLE, behind, feed::read_with_position);
            Ok(all.await?)
        })
    }

    fn feed_head(&self) -> BoxFuture<'_, Result<i64, Unavailable>> {
        Box::pin(async move {
            let head = feed::head(Dialect::Postgres);
            let head = self.one(feed::TABLE, head, feed::read_head).await?;
            Ok(head.unwrap_or(0))
        })
    }

    fn lease_status_indexes(&self, count: u32) -> BoxFuture<'_, Result<StatusIndex, Unavailable>> {
        Box::pin(async move {
            // tried again if the connection was lost: what was leased then is never given out
            let lease = self.one(meta::TABLE, status::lease(count), status::read_leased);
            let first = lease.await?;
            first.ok_or_else(|| StoreError::from(meta::missing()).into())
        })
    }

    fn revoked_in(
        &self,
        list: ListNumber,
        since: Time,
    ) -> BoxFuture<'_, Result<Option<Vec<StatusIndex>>, Unavailable>> {
        Box::pin(async move {
            let revoked = status::revoked_in(list, since);
            let rows = self.all(grant::TABLE, revoked, status::read).await?;
            Ok(status::collect(list, &rows))
        })
    }

    fn record_lifetimes(
        &self,
        records: Vec<RecordedLifetime>,
        now: Time,
    ) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move {
            let statements: Vec<_> = records.iter().map(lifetime::put).collect();
            self.pool.write(&statements).await?;
            self.pool.change(&lifetime::forget(now)).await?;
            Ok(())
        })
    }

    fn lifetimes(&self) -> BoxFuture<'_, Result<Vec<RecordedLifetime>, Unavailable>> {
        Box::pin(async move {
            let all = self.all(lifetime::TABLE, lifetime::all(), lifetime::read);
            Ok(all.await?)
        })
    }

    fn seeds(&self) -> BoxFuture<'_, Result<Vec<Username>, Unavailable>> {
        Box::pin(async move { Ok(self.all(seed::TABLE, seed::all(), seed::read).await?) })
    }

    fn sweep(
        &self,
        longest: LongestLifetimes,
        budget: u32,
    ) -> BoxFuture<'_, Result<u64, Unavailable>> {
        let tasks = sweep::tasks(&longest);
        Box::pin(async move {
            let mut deleted = 0;
            for task in &tasks {
                let left = u64::from(budget).saturating_sub(deleted);
                let left = u32::try_from(left).unwrap_or(u32::MAX);
                deleted += self.sweep_table(task, left).await?;
            }
            Ok(deleted)
        })
    }

    fn versions(&self) -> BoxFuture<'_, Result<Versions, Unavailable>> {
        Box::pin(async move {
            let rows = self
                .all(version::TABLE, version::all(), version::read)
                .await?;
            Ok(version::collect(&rows))
        })
    }

    fn note_feed_subscribers(
        &self,
        subscribers: Vec<FeedSubscriber>,
        silent_since: Time,
    ) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move {
            let statements: Vec<_> = subscribers.iter().map(feed_subscriber::put).collect();
            self.pool.write(&statements).await?;
            self.pool
                .change(&feed_subscriber::forget(silent_since))
                .await?;
            Ok(())
        })
    }

    fn feed_subscribers(
        &self,
        since: Time,
    ) -> BoxFuture<'_, Result<Vec<FeedSubscriber>, Unavailable>> {
        Box::pin(async move {
            let seen = feed_subscriber::seen(since);
            Ok(self
                .all(feed_subscriber::TABLE, seen, feed_subscriber::read)
                .await?)
        })
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        match &self.listener {
            Some(listener) => Box::pin(listener.changed()),
            None => Box::pin(std::future::pending()),
        }
    }

    fn clients_due_for_logout(
        &self,
        now: Time,
    ) -> BoxFuture<'_, Result<Vec<ClientId>, Unavailable>> {
        Box::pin(async move {
            let due = logout::clients_due(now);
            Ok(self.all(logout::TABLE, due, logout::read_client).await?)
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
        Box::pin(async move {
            let due = logout::due(client, now, limit);
            Ok(self.all(logout::TABLE, due, logout::read).await?)
        })
    }
}
