//! The messages between the processes that share a store.

use airside_oauth::{id::ClientId, time::Time};
use futures_util::future::BoxFuture;

use crate::Unavailable;

/// The operations by which processes on one store hear of each other; a store that one process has for
/// itself needs none of them.
pub trait Peers: Send + Sync {
    /// The clients that were made, changed or deleted after [`Versions::clients`] was `since`, in any order.
    /// Names none for a store that one process has for itself.
    fn changed_clients(&self, since: u64) -> BoxFuture<'_, Result<ChangedClients, Unavailable>> {
        let _ = since;
        Box::pin(async { Ok(ChangedClients::These(Vec::new())) })
    }

    /// The versions of what other processes on the same store may change; always the same for a
    /// store that one process has for itself.
    fn versions(&self) -> BoxFuture<'_, Result<Versions, Unavailable>> {
        Box::pin(async { Ok(Versions::default()) })
    }

    /// Records the feed subscribers of this process for the other processes on the same store, in the
    /// order of their names, and deletes those that no process has seen since `silent_since`. Does
    /// nothing for a store of a single process.
    fn note_feed_subscribers(
        &self,
        subscribers: Vec<FeedSubscriber>,
        silent_since: Time,
    ) -> BoxFuture<'_, Result<(), Unavailable>> {
        drop((subscribers, silent_since));
        Box::pin(async { Ok(()) })
    }

    /// Returns the feed subscribers that any process has seen at `since` or later; none for a store of
    /// a single process.
    fn feed_subscribers(
        &self,
        since: Time,
    ) -> BoxFuture<'_, Result<Vec<FeedSubscriber>, Unavailable>> {
        let _ = since;
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Returns when another process may have changed something; only a hint, which can be lost.
    /// Never for a store that one process has for itself.
    fn changed(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

/// The clients that changed since a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangedClients {
    /// These, each once.
    These(Vec<ClientId>),
    /// Too many to name, or too long ago: any may have changed.
    Any,
}

/// Counters of the changes of everything that nodes keep in memory: another number, another state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// The registrations.
    pub clients: u64,
    /// The APIs.
    pub resources: u64,
    /// The keys.
    pub keys: u64,
}

/// A process that reads the feed of revocations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSubscriber {
    /// The client that it is.
    pub client: ClientId,
    /// Which process of that client; it names itself.
    pub instance: String,
    /// The names of the keys that it verifies with.
    pub kids: Vec<String>,
    /// When it asked last.
    pub seen_at: Time,
}
