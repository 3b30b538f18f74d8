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
    /// their number only while they wait.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed; the events go on waiting as far as there is room.
    pub async fn flush(&self, store: &dyn Backend) -> Result<(), Unavailable> {
        loop {
            let events = self.take();
            if events.is_empty() {
                return Ok(());
            }
            let written = store.append_events(events.clone()).await;
            if written.is_err() {
                events.into_iter().for_each(|event| self.note(event));
                return written;
            }
        }
    }

    /// Takes the events that one transaction writes.
    fn take(&self) -> Vec<Event> {
        let mut waiting = self.waiting.lock();
        let some = waiting.len().min(WRITTEN_AT_ONCE);
        let rest = waiting.split_off(some);
        std::mem::replace(&mut *waiting, rest)
    }
}

/// Some seconds of the fastest stateless issuance, in a few megabytes.
const MAX_WAITING: usize = 16_384;

/// Events in a transaction: some hundred kilobytes.
const WRITTEN_AT_ONCE: usize = 512;

#[cfg(test)]
mod tests;
