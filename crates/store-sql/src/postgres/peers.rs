//! Lets the nodes of one store tell each other what has changed.

use airside_oauth::time::Time;
use airside_store::{BoxFuture, ChangedClients, FeedSubscriber, Peers, Versions};

use super::Postgres;
use crate::{
    client_change,
    executor::{Answer, Executor},
    feed_subscriber, version,
};

impl Peers for Postgres {
    fn changed_clients(&self, since: u64) -> Answer<'_, ChangedClients> {
        Box::pin(async move {
            let pool = &self.executor.pool;
            let found = client_change::since(since);
            let found = pool.all(client_change::TABLE, &found, client_change::read);
            let changed = client_change::collect(found.await?, since);
            if changed != ChangedClients::These(Vec::new()) {
                pool.change(&client_change::forget(since)).await?;
            }
            Ok(changed)
        })
    }

    fn versions(&self) -> Answer<'_, Versions> {
        let rows = (self.executor).all(version::TABLE, version::all(), version::read);
        Box::pin(async move { Ok(version::collect(&rows.await?)) })
    }

    fn note_feed_subscribers(
        &self,
        subscribers: Vec<FeedSubscriber>,
        silent_since: Time,
    ) -> Answer<'_, ()> {
        Box::pin(async move {
            let pool = &self.executor.pool;
            let noted: Vec<_> = subscribers.iter().map(feed_subscriber::put).collect();
            pool.write(&noted).await?;
            pool.change(&feed_subscriber::forget(silent_since)).await?;
            Ok(())
        })
    }

    fn feed_subscribers(&self, since: Time) -> Answer<'_, Vec<FeedSubscriber>> {
        let seen = feed_subscriber::seen(since);
        (self.executor).all(feed_subscriber::TABLE, seen, feed_subscriber::read)
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        match &self.executor.listener {
            Some(listener) => Box::pin(listener.changed()),
            None => Box::pin(std::future::pending()),
        }
    }
}
