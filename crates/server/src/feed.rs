//! The end of the feed of revocations, as far as this node has seen it: what those who follow wait for.

use airside_store::{Backend, Unavailable};
use tokio::sync::watch;

/// The last position that was seen.
#[derive(Debug)]
pub struct FeedHead {
    position: watch::Sender<i64>,
}

impl FeedHead {
    /// Looks for revocations of any node, if somebody waits for them.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed: those who wait look themselves, and hear it.
    pub async fn look(&self, store: &dyn Backend) -> Result<(), Unavailable> {
        if self.position.receiver_count() == 0 {
            return Ok(());
        }
        loop {
            let known = *self.position.borrow();
            let more = store.revocations(known, PAGE).await;
            let more = more.inspect_err(|_| self.position.send_modify(|_| {}))?;
            let Some((last, _)) = more.last() else {
                return Ok(());
            };
            self.position.send_replace(*last);
        }
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

const PAGE: u32 = 1_000;
