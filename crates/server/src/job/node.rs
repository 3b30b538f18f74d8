//! Jobs that keep this node up to date: with revocations of every node, and with other nodes' changes.

use std::{sync::Arc, time::Duration};

use airside_store::Versions;

use super::runner::{Job, Next};
use crate::issuer::{Issuer, StartError};

/// Looks for new revocations while a subscriber waits for one.
pub(super) struct FeedWatch(Arc<Issuer>);

impl FeedWatch {
    pub(super) fn new(issuer: &Arc<Issuer>) -> Self {
        Self(Arc::clone(issuer))
    }
}

impl Job for FeedWatch {
    const NAME: &'static str = "feed";
    /// The delay with which a subscriber hears of a revocation.
    const PERIOD: Duration = Duration::from_millis(250);
    const FAILURE: &'static str = "revocations could not be read";

    async fn run(&mut self) -> Result<Next, StartError> {
        let feed = &self.0.feed;
        if !feed.is_followed() {
            return Ok(Next::AtHint);
        }
        feed.look(self.0.store.as_ref()).await?;
        Ok(Next::AfterPeriod)
    }

    async fn hint(&self) {
        self.0.feed.followed().await;
    }
}

/// Takes over clients, APIs and keys that another node changed.
pub(super) struct NodeChanges {
    issuer: Arc<Issuer>,
    known: Versions,
}

impl NodeChanges {
    pub(super) fn new(issuer: &Arc<Issuer>) -> Self {
        Self {
            issuer: Arc::clone(issuer),
            known: issuer.versions(),
        }
    }
}

impl Job for NodeChanges {
    const NAME: &'static str = "node changes";
    /// The delay of a change by another node when its hint was lost.
    const PERIOD: Duration = Duration::from_secs(3);
    const FAILURE: &'static str = "changes of other nodes could not be read";

    async fn run(&mut self) -> Result<Next, StartError> {
        let issuer = &self.issuer;
        let now = issuer.store.versions().await?;
        let before = self.known;
        if before.clients != now.clients {
            issuer.reload_changed_clients(before.clients).await?;
        }
        if before.resources != now.resources {
            issuer.reload_apis().await?;
        }
        if before.keys != now.keys {
            issuer.refresh_keys().await?;
        }
        self.known = now;
        Ok(Next::AfterPeriod)
    }

    async fn hint(&self) {
        self.issuer.store.changed().await;
    }
}

/// Tells the other nodes which keys the subscribers of the feed hold.
pub(super) struct SubscriberExchange(Arc<Issuer>);

impl SubscriberExchange {
    pub(super) fn new(issuer: &Arc<Issuer>) -> Self {
        Self(Arc::clone(issuer))
    }
}

impl Job for SubscriberExchange {
    const NAME: &'static str = "feed subscribers";
    /// The delay with which other nodes hear that a subscriber has another key.
    const PERIOD: Duration = Duration::from_secs(5);
    const FAILURE: &'static str = "the feed's subscribers could not be shared with other nodes";

    async fn run(&mut self) -> Result<Next, StartError> {
        let (issuer, now) = (&self.0, self.0.now());
        issuer
            .feed_subscribers
            .tell(issuer.store.as_ref(), now)
            .await?;
        Ok(Next::AfterPeriod)
    }
}

/// Finds usernames that a node of an earlier version stored without the form of RFC 8265.
pub(super) struct PrecisNames(Arc<Issuer>);

impl PrecisNames {
    pub(super) fn new(issuer: &Arc<Issuer>) -> Self {
        Self(Arc::clone(issuer))
    }
}

impl Job for PrecisNames {
    const NAME: &'static str = "usernames";
    const PERIOD: Duration = Duration::from_secs(30);
    const FAILURE: &'static str = "usernames of other nodes could not be read";

    async fn run(&mut self) -> Result<Next, StartError> {
        self.0.note_precis_names().await?;
        Ok(Next::AfterPeriod)
    }
}
