//! Points in time, as whole UTC milliseconds.

mod timestamp;

use std::time::Duration;

use airside_jose::{UnixSeconds, Verifier};
use serde::{Deserialize, Serialize};

pub(crate) use timestamp::as_timestamp;
pub use timestamp::{Timestamp, TimestampError};

/// A point in time: UTC milliseconds since 1970-01-01.
///
/// Its JSON is that number, as it is stored and sealed. What people and programs read is a
/// [`Timestamp`]; therefore this type has no schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

impl Time {
    /// The time `millis` milliseconds after 1970-01-01 UTC.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The beginning of this second; saturates at the end of time.
    pub const fn from_seconds(seconds: UnixSeconds) -> Self {
        Self(seconds.as_i64().saturating_mul(1000))
    }

    /// Whole seconds, as JWT claims want them (RFC 7519 §2, `NumericDate`).
    pub const fn as_seconds(self) -> UnixSeconds {
        UnixSeconds::new(self.0.div_euclid(1000))
    }

    /// The time `length` later; saturates at the end of time.
    pub fn plus(self, length: Duration) -> Self {
        Self(self.0.saturating_add(millis(length)))
    }

    /// The time `length` earlier; saturates at the beginning of time.
    pub fn minus(self, length: Duration) -> Self {
        Self(self.0.saturating_sub(millis(length)))
    }

    /// Returns true if at most `length` has passed since `start`.
    pub fn within(self, length: Duration, start: Self) -> bool {
        self.0.saturating_sub(start.0) <= millis(length)
    }
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

/// A token is taken a little longer than it says: the most leeway of any verifier.
pub const LEEWAY: Duration = Duration::from_secs(Verifier::MAX_LEEWAY_SECONDS.unsigned_abs());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_millisecond_of_a_lifetime_is_within_it() {
        let start = Time::from_millis(1_000);
        assert!(Time::from_millis(61_000).within(Duration::from_secs(60), start));
        assert!(!Time::from_millis(61_001).within(Duration::from_secs(60), start));
    }

    #[test]
    fn claims_round_down() {
        assert_eq!(Time::from_millis(1_999).as_seconds().as_i64(), 1);
        assert_eq!(Time::from_millis(-1).as_seconds().as_i64(), -1);
    }
}
