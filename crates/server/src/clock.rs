//! Time and randomness: the only places where they come from outside.

use std::{fmt, time::SystemTime};

use airside_oauth::{key::entropy::Random, time::Time};
use aws_lc_rs::rand;

/// A source of the current time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The current time.
    fn now(&self) -> Time;
}

/// The system's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system"
    )]
    fn now(&self) -> Time {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Time::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The system's random source.
#[derive(Clone, Copy, Debug)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::panic,
        reason = "without randomness nothing may be issued, not even an error"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        if rand::fill(bytes).is_err() {
            panic!("the system gives no random bytes");
        }
    }
}
