//! Audit events of requests that commit nothing: buffered, bounded, counted when dropped.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use airside_oauth::state::event::Event;
use airside_store::{Backend, Unavailable};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// The buffer.
#[derive(Debug, Default)]
pub struct AuditBuffer {
    waiting: Mutex<Vec<Event>>,
    /// Held by the task that writes: no other removes events meanwhile.
    writing: tokio::sync::Mutex<()>,
    dropped: AtomicU64,
    /// Told of the first event that waits.
    some: Notify,
    /// Told when as many wait as are written at once.
    many: Notify,
}

impl AuditBuffer {
    /// Adds an event; drops it if the store has not taken the last ones.
    pub fn note(&self, event: Event) {
        let mut waiting = self.waiting.lock();
        if waiting.len() >= MAX_WAITING {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.push(event);
        match waiting.len() {
            1 => self.some.notify_one(),
            WRITTEN_AT_ONCE => self.many.notify_one(),
            _ => {}
        }
    }

    /// Returns when an event has waited for `delay`, or as many wait as are written at once.
    pub async fn due(&self, delay: Duration) {
        self.some.notified().await;
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = self.many.notified() => {}
        }
    }

    /// Returns how many events were dropped since the start.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Writes what is waiting, some events in each transaction: the memory that this takes depends on
    /// their number only while they wait. What was noted before the call is in the store when it
    /// returns, also if another call is writing it; a call that is dropped loses no event.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed; the events go on waiting.
    pub async fn flush(&self, store: &dyn Backend) -> Result<(), Unavailable> {
        self.write_by(|events| store.append_events(events)).await
    }

    async fn write_by<W>(&self, write: impl Fn(Vec<Event>) -> W) -> Result<(), Unavailable>
    where
        W: Future<Output = Result<(), Unavailable>>,
    {
        let _alone = self.writing.lock().await;
        loop {
            let events = self.oldest();
            let count = events.len();
            if count == 0 {
                return Ok(());
            }
            if let Err(cause) = write(events).await {
                self.some.notify_one();
                return Err(cause);
            }
            self.forget(count);
        }
    }

    /// Returns the events that one transaction writes.
    fn oldest(&self) -> Vec<Event> {
        let waiting = self.waiting.lock();
        waiting.iter().take(WRITTEN_AT_ONCE).cloned().collect()
    }

    /// Forgets the oldest events, and the memory that they took.
    fn forget(&self, count: usize) {
        let mut waiting = self.waiting.lock();
        let count = count.min(waiting.len());
        *waiting = waiting.split_off(count);
    }
}

/// Some seconds of the fastest stateless issuance, in a few megabytes.
const MAX_WAITING: usize = 16_384;

/// Events in a transaction: some hundred kilobytes.
const WRITTEN_AT_ONCE: usize = 512;

#[cfg(test)]
mod tests;
