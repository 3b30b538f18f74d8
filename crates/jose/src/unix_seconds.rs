//! Points in time as JWT claims express them.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// A point in time: whole UTC seconds since 1970-01-01, the `NumericDate` of RFC 7519 §2.
///
/// Its JSON is that number. Arithmetic saturates at [`Self::MIN`] and [`Self::MAX`], so that a claim with
/// an absurd value cannot wrap around into an acceptable one.
///
/// # Example
///
/// ```
/// use airside_jose::UnixSeconds;
///
/// let issued_at = UnixSeconds::new(1_800_000_000);
/// let expires_at = issued_at.saturating_add(900);
/// assert!(expires_at > issued_at);
/// assert_eq!(expires_at.seconds_since(issued_at), 900);
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixSeconds(i64);

impl UnixSeconds {
    /// The earliest time.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest time.
    pub const MAX: Self = Self(i64::MAX);

    /// Makes the time that is `seconds` after 1970-01-01; before it, if negative.
    #[must_use]
    pub const fn new(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Returns the number of seconds since 1970-01-01.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// Returns the time that is `seconds` later.
    #[must_use]
    pub const fn saturating_add(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Returns the time that is `seconds` earlier.
    #[must_use]
    pub const fn saturating_sub(self, seconds: i64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// Returns the time that is `length` earlier; a fraction of a second is ignored.
    #[must_use]
    pub fn minus(self, length: Duration) -> Self {
        self.saturating_sub(i64::try_from(length.as_secs()).unwrap_or(i64::MAX))
    }

    /// Returns the seconds that passed since `earlier`; negative if it is later than this time.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for UnixSeconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates_instead_of_wrapping() {
        assert_eq!(UnixSeconds::MAX.saturating_add(1), UnixSeconds::MAX);
        assert_eq!(UnixSeconds::MIN.saturating_sub(1), UnixSeconds::MIN);
        assert_eq!(UnixSeconds::MIN.minus(Duration::MAX), UnixSeconds::MIN);
        let widest = UnixSeconds::MAX.seconds_since(UnixSeconds::MIN);
        assert_eq!(widest, i64::MAX);
        // the control
        let time = UnixSeconds::new(100);
        assert_eq!(time.minus(Duration::from_millis(1_999)).as_i64(), 99);
        assert_eq!(UnixSeconds::new(40).seconds_since(time), -60);
    }

    #[test]
    fn its_json_is_a_number() {
        let text = serde_json::to_string(&UnixSeconds::new(-1)).unwrap();
        assert_eq!(text, "-1");
        let time: UnixSeconds = serde_json::from_str("1800000000").unwrap();
        assert_eq!(time.to_string(), "1800000000");
        assert!(serde_json::from_str::<UnixSeconds>("1.5").is_err());
    }
}
