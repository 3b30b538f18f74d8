//! The end of the feed of revocations, as far as this node has seen it: what those who follow wait for.

use airside_store::{Backend, Unavailable};
use tokio::sync::watch;

/// The last position that was seen.
#[derive(Debug)]
pub struct FeedHead {
    position: watch::Sender<i64>,
}

impl FeedHead {
    /// Looks for revocations of any node, if a subscriber waits for them.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed: those who wait look themselves, and hear it.
    pub async fn look(&self, store: &dyn Backend) -> Result<(), Unavailable> {
        if self.position.receiver_count() == 0 {
            return Ok(());
        }
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
        self.position.subscribe()
    }
}

impl Default for FeedHead {
    fn default() -> Self {
        Self {
            position: watch::Sender::new(0),
        }
    }
}
