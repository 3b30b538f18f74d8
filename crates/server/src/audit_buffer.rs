//! Audit events of requests that commit nothing: buffered, bounded, counted when dropped.

use std::sync::atomic::{AtomicU64, Ordering};

use airside_oauth::state::event::Event;
use airside_store::{Backend, Unavailable};
use parking_lot::Mutex;

/// The buffer.
#[derive(Debug, Default)]
pub struct AuditBuffer {
    waiting: Mutex<Vec<Event>>,
    dropped: AtomicU64,
}

impl AuditBuffer {
    /// Adds an event; drops it if the store has not taken the last ones.
    pub fn note(&self, event: Event) {
        let mut waiting = self.waiting.lock();
        if waiting.len() < MAX_WAITING {
            waiting.push(event);
        } else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns how many events were dropped since the start.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Writes what is waiting.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed; the events go on waiting as far as there is room.
    pub async fn flush(&self, store: &dyn Backend) -> Result<(), Unavailable> {
        let events = {
            let mut waiting = self.waiting.lock();
            std::mem::take(&mut *waiting)
        };
        if events.is_empty() {
            return Ok(());
        }
        let written = store.append_events(events.clone()).await;
        if written.is_err() {
            events.into_iter().for_each(|event| self.note(event));
        }
        written
    }
}

/// Some seconds of the fastest stateless issuance, in a few megabytes.
const MAX_WAITING: usize = 16_384;
