//! The time of the testbed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Milliseconds since the start. Clones share the time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    Machine(Instant),
    Stepped { now: Arc<AtomicU64>, step: u64 },
}

impl Clock {
    /// The machine's time.
    pub fn machine() -> Self {
        Self(Source::Machine(Instant::now()))
    }

    /// A time that each request moves by `step`, and nothing else but [`Clock::advance`].
    pub fn stepped(step: Duration) -> Self {
        Self(Source::Stepped {
            now: Arc::default(),
            step: millis(step),
        })
    }

    /// Moves a stepped time; the machine's time goes its own way.
    pub fn advance(&self, by: Duration) {
        if let Source::Stepped { now, .. } = &self.0 {
            now.fetch_add(millis(by), Ordering::Relaxed);
        }
    }

    /// Returns the milliseconds since the start.
    pub fn now(&self) -> i64 {
        let now = match &self.0 {
            Source::Machine(start) => millis(start.elapsed()),
            Source::Stepped { now, .. } => now.load(Ordering::Relaxed),
        };
        i64::try_from(now).unwrap_or(i64::MAX)
    }

    pub(crate) fn step(&self) {
        if let Source::Stepped { now, step } = &self.0 {
            now.fetch_add(*step, Ordering::Relaxed);
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
