//! StatusIndexes in the status lists: leased in blocks, so that a grant costs no write beyond its own.

use std::{collections::VecDeque, ops::Range};

use airside_oauth::state::status::StatusIndex;
use airside_store::{Backend, Unavailable};
use parking_lot::Mutex;
use tokio::sync::{MutexGuard, Notify};

/// The places that this process may give out. What is left when it ends is never given out.
#[derive(Debug, Default)]
pub struct StatusIndexes {
    leased: Mutex<VecDeque<Range<u64>>>,
    /// Held while a block is leased.
    leasing: tokio::sync::Mutex<()>,
    /// Tells all who wait at once: one after the other, a thousand would wait for a second.
    leased_more: Notify,
}

/// One that leases; tells the others when it is done, has failed, or is given up.
struct Leasing<'a> {
    alone: Option<MutexGuard<'a, ()>>,
    leased_more: &'a Notify,
}

impl Drop for Leasing<'_> {
    fn drop(&mut self) {
        // before they are told, so that one of them can try
        self.alone = None;
        self.leased_more.notify_waiters();
    }
}

impl StatusIndexes {
    /// Returns an index that no other grant gets.
    ///
    /// Waits for the store only if [`Self::refill`] has not kept up.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if none is left and the store failed.
    pub async fn take(&self, store: &dyn Backend) -> Result<StatusIndex, Unavailable> {
        loop {
            let leased_more = self.leased_more.notified();
            if let Some(place) = self.next() {
                return Ok(place);
            }
            match self.leasing.try_lock() {
                Ok(alone) => {
                    let _leasing = self.leasing(alone);
                    if self.left() == 0 {
                        self.lease(store).await?;
                    }
                }
                Err(_) => leased_more.await,
            }
        }
    }

    /// Leases ahead, if less than half a block is left.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed.
    pub async fn refill(&self, store: &dyn Backend) -> Result<(), Unavailable> {
        let _leasing = self.leasing(self.leasing.lock().await);
        match self.left() < u64::from(BLOCK) / 2 {
            true => self.lease(store).await,
            false => Ok(()),
        }
    }

    fn leasing<'a>(&'a self, alone: MutexGuard<'a, ()>) -> Leasing<'a> {
        Leasing {
            alone: Some(alone),
            leased_more: &self.leased_more,
        }
    }

    async fn lease(&self, store: &dyn Backend) -> Result<(), Unavailable> {
        let first = store.lease_status_indexes(BLOCK).await?.number();
        let block = first..first.saturating_add(u64::from(BLOCK));
        self.leased().push_back(block);
        Ok(())
    }

    fn next(&self) -> Option<StatusIndex> {
        let mut leased = self.leased();
        let next = loop {
            match leased.front_mut()?.next() {
                Some(number) => break number,
                None => drop(leased.pop_front()),
            }
        };
        Some(StatusIndex::new(next))
    }

    fn left(&self) -> u64 {
        let leased = self.leased();
        leased.iter().map(|block| block.end - block.start).sum()
    }

    fn leased(&self) -> parking_lot::MutexGuard<'_, VecDeque<Range<u64>>> {
        self.leased.lock()
    }
}

/// One write for so many grants; a list holds 128 blocks.
const BLOCK: u32 = 1_024;
