//! Since when a request waits for the peer, and not for us.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// One request's; used again for a later one of the connection.
#[derive(Debug)]
pub(super) struct Waits {
    /// For a request for the next piece of the answer, or for its absence.
    pub(super) for_answer: Wait,
    /// For more of the request's body.
    pub(super) for_body: Wait,
    /// The body is not read further: it came in too many pieces.
    is_refused: AtomicBool,
}

/// Since when something waits, if it does. Without a lock: every piece of every body passes here.
#[derive(Debug)]
pub(super) struct Wait {
    epoch: Instant,
    /// Milliseconds since then, from one on; none while it does not wait.
    since: AtomicU64,
}

impl Waits {
    pub(super) fn new(epoch: Instant) -> Arc<Self> {
        Arc::new(Self {
            for_answer: Wait::new(epoch),
            for_body: Wait::new(epoch),
            is_refused: AtomicBool::new(false),
        })
    }

    pub(super) fn refuse(&self) {
        self.is_refused.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_refused(&self) -> bool {
        self.is_refused.load(Ordering::Relaxed)
    }

    pub(super) fn since(&self) -> Option<Instant> {
        self.for_answer.since().or_else(|| self.for_body.since())
    }
}

impl Wait {
    const fn new(epoch: Instant) -> Self {
        Self {
            epoch,
            since: AtomicU64::new(0),
        }
    }

    /// Begins to wait, or starts over.
    pub(super) fn begin(&self) {
        let millis = u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.since.store(millis + 1, Ordering::Relaxed);
    }

    pub(super) fn end(&self) {
        self.since.store(0, Ordering::Relaxed);
    }

    pub(super) fn since(&self) -> Option<Instant> {
        let millis = self.since.load(Ordering::Relaxed).checked_sub(1)?;
        self.epoch.checked_add(Duration::from_millis(millis))
    }
}
