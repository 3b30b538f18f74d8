//! The clock and the randomness of a test.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use airside_oauth::{
    key::{entropy::Random, secret::Digest},
    time::Time,
};
use airside_server::clock::Clock;

/// The clock of a test.
#[derive(Debug)]
pub struct MockClock(AtomicI64);

impl MockClock {
    /// A clock that stands at `millis`.
    pub(super) fn at(millis: i64) -> Self {
        Self(AtomicI64::new(millis))
    }

    pub(super) fn set(&self, time: Time) {
        self.0.store(time.as_millis(), Ordering::SeqCst);
    }

    /// Moves the clock, back if `millis` is negative.
    pub(super) fn add(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for MockClock {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Randomness that is the same in every run.
pub(super) struct Seeded(AtomicU64);

impl Seeded {
    pub(super) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let n = self.0.fetch_add(1, Ordering::SeqCst);
            let digest = Digest::of(&n.to_be_bytes());
            chunk.copy_from_slice(&digest.as_bytes()[..chunk.len()]);
        }
    }
}
