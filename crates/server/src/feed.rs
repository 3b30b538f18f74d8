//! The end of the feed of revocations, as far as this node has seen it: what those who follow wait for.

use airside_store::{Backend, Unavailable};
use tokio::sync::{Notify, watch};

/// The last position that was seen.
#[derive(Debug)]
pub struct FeedHead {
    position: watch::Sender<i64>,
    /// Told of each one that begins to follow.
    followed: Notify,
}

impl FeedHead {
    /// Returns true if a subscriber waits for revocations.
    pub fn is_followed(&self) -> bool {
        self.position.receiver_count() > 0
    }

    /// Returns when a subscriber has begun to wait since the last call.
    pub async fn followed(&self) {
        self.followed.notified().await;
    }

    /// Looks for revocations of any node.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed: those who wait look themselves, and hear it.
    pub async fn look(&self, store: &dyn Backend) -> Result<(), Unavailable> {
        let head = store.feed_head().await;
        let head = head.inspect_err(|_| self.wake())?;
        self.position.send_if_modified(|known| {
            let moved = *known != head;
            *known = head;
            moved
        });
        Ok(())
    }

    /// Lets those who wait look whether there is something to say.
    pub fn wake(&self) {
        self.position.send_modify(|_| {});
    }

    /// Hears of every later position.
    pub fn follow(&self) -> watch::Receiver<i64> {
        let position = self.position.subscribe();
        self.followed.notify_one();
        position
    }
}

impl Default for FeedHead {
    fn default() -> Self {
        Self {
            position: watch::Sender::new(0),
            followed: Notify::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn a_follower_is_heard_of_and_counted_while_it_follows() {
        let head = FeedHead::default();
        assert!(!head.is_followed());
        assert_eq!(head.followed().now_or_never(), None);
        let follower = head.follow();
        assert!(head.is_followed());
        assert_eq!(head.followed().now_or_never(), Some(()));
        drop(follower);
        assert!(!head.is_followed());
    }
}
