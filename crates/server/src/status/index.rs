//! StatusIndexes in the status lists: leased in blocks, so that a grant costs no write beyond its own.

use std::{
    collections::VecDeque,
    ops::Range,
    sync::atomic::{AtomicBool, Ordering},
};

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
    /// Told when less than half a block is left.
    running_low: Notify,
}

/// An index that is reserved for one request. Dropping it gives it back, unless a grant may have it.
#[derive(Debug)]
pub struct ReservedIndex<'a> {
    index: StatusIndex,
    is_kept: AtomicBool,
    indexes: &'a StatusIndexes,
}

impl ReservedIndex<'_> {
    /// Returns the index.
    pub const fn index(&self) -> StatusIndex {
        self.index
    }

    /// Keeps the index from being given to another request: a grant may have it from now on.
    pub fn keep(&self) {
        self.is_kept.store(true, Ordering::Relaxed);
    }
}

impl Drop for ReservedIndex<'_> {
    fn drop(&mut self) {
        if !*self.is_kept.get_mut() {
            self.indexes.put_back(self.index);
        }
    }
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
    /// Reserves an index that no other grant gets once it is kept.
    ///
    /// Waits for the store only if [`Self::refill`] has not kept up.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if none is left and the store failed.
    pub async fn reserve(&self, store: &dyn Backend) -> Result<ReservedIndex<'_>, Unavailable> {
        loop {
            let leased_more = self.leased_more.notified();
            if let Some(reserved) = self.next() {
                return Ok(reserved);
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

    /// Returns when less than half a block has been left since the last call.
    pub async fn running_low(&self) {
        self.running_low.notified().await;
    }

    /// Leases ahead, if less than half a block is left.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed.
    pub async fn refill(&self, store: &dyn Backend) -> Result<(), Unavailable> {
        let _leasing = self.leasing(self.leasing.lock().await);
        match self.left() < LOW {
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

    fn next(&self) -> Option<ReservedIndex<'_>> {
        let mut leased = self.leased();
        let next = loop {
            match leased.front_mut()?.next() {
                Some(number) => break number,
                None => drop(leased.pop_front()),
            }
        };
        if number_of(&leased) < LOW {
            self.running_low.notify_one();
        }
        Some(ReservedIndex {
            index: StatusIndex::new(next),
            is_kept: AtomicBool::new(false),
            indexes: self,
        })
    }

    fn put_back(&self, index: StatusIndex) {
        let number = index.number();
        self.leased().push_front(number..number.saturating_add(1));
    }

    fn left(&self) -> u64 {
        number_of(&self.leased())
    }

    fn leased(&self) -> parking_lot::MutexGuard<'_, VecDeque<Range<u64>>> {
        self.leased.lock()
    }
}

fn number_of(blocks: &VecDeque<Range<u64>>) -> u64 {
    blocks.iter().map(|block| block.end - block.start).sum()
}

/// Fewer are left than half a block: the next one is leased.
const LOW: u64 = BLOCK as u64 / 2;

/// One write for so many grants; a list holds 128 blocks.
const BLOCK: u32 = 1_024;

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn when_less_than_half_a_block_is_left_there_is_a_hint() {
        let indexes = StatusIndexes::default();
        indexes.leased().push_back(0..u64::from(BLOCK));
        for taken in 1..=LOW {
            indexes.next().unwrap().keep();
            assert_eq!(indexes.running_low().now_or_never(), None, "{taken}");
        }
        indexes.next().unwrap().keep();
        assert_eq!(indexes.running_low().now_or_never(), Some(()));
    }

    #[test]
    fn an_index_that_no_grant_can_have_is_given_to_the_next_request() {
        let indexes = StatusIndexes::default();
        indexes.leased().push_back(7..9);
        for kept in [7, 8] {
            let refused = indexes.next().unwrap();
            assert_eq!(refused.index().number(), kept);
            drop(refused);
            let granted = indexes.next().unwrap();
            assert_eq!(granted.index().number(), kept);
            granted.keep();
        }
        assert!(indexes.next().is_none());
    }
}
