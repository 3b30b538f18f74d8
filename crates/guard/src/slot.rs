//! A bounded number of slots, with a bounded queue.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::error::RequestError;

/// A number of permits, for which a bounded number of requests queue.
pub(crate) struct Slots {
    size: usize,
    permits: Arc<Semaphore>,
    queue: Semaphore,
}

/// One permit of [`Slots`].
pub(crate) type ConnectionSlot = OwnedSemaphorePermit;

impl Slots {
    pub(crate) fn of(permits: usize) -> Self {
        Self::with_queue(permits, permits)
    }

    /// Returns permits for which at most `max_waiting` requests queue.
    pub(crate) fn with_queue(permits: usize, max_waiting: usize) -> Self {
        Self {
            size: permits,
            permits: Arc::new(Semaphore::new(permits)),
            queue: Semaphore::new(max_waiting),
        }
    }

    /// Returns the number of permits in use.
    pub(crate) fn taken(&self) -> usize {
        self.size.saturating_sub(self.permits.available_permits())
    }

    pub(crate) fn is_full(&self) -> bool {
        self.permits.available_permits() == 0
    }

    /// Waits for a permit, at most a second.
    ///
    /// # Errors
    ///
    /// [`RequestError::Overloaded`] if there is none, or too many wait already.
    pub(crate) async fn acquire(&self) -> Result<ConnectionSlot, RequestError> {
        if let Ok(slot) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(slot);
        }
        let _waiting = self
            .queue
            .try_acquire()
            .map_err(|_| RequestError::Overloaded)?;
        let slot = timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned()).await;
        slot.ok()
            .and_then(Result::ok)
            .ok_or(RequestError::Overloaded)
    }
}

const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_room_has_a_bound_and_so_have_those_who_wait_for_it() {
        // D14
        let slot = Slots::of(2);
        let mut held = vec![slot.acquire().await.unwrap(), slot.acquire().await.unwrap()];
        assert!(slot.is_full());
        assert_eq!(slot.acquire().await.err(), Some(RequestError::Overloaded));
        let (first, second, third, ()) =
            tokio::join!(slot.acquire(), slot.acquire(), slot.acquire(), async {
                drop(held.pop());
            });
        assert!(first.is_ok(), "the longest waiting has the place");
        assert_eq!(second.err(), Some(RequestError::Overloaded));
        assert_eq!(third.err(), Some(RequestError::Overloaded));
    }
}
