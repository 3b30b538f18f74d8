//! Times as people and programs read them.

use std::{fmt, str::FromStr};

use schemars::json_schema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::Time;
use crate::schema::described;

/// A point in time as text: RFC 3339 in UTC with milliseconds, such as `2026-11-29T17:34:39.500Z`.
///
/// Reading it takes any offset, and a fraction of any length, which is cut to milliseconds. A time
/// that RFC 3339 cannot express is written as the last or the first one that it can.
///
/// # Example
///
/// ```
/// use airside_oauth::time::{Time, Timestamp};
///
/// let read: Timestamp = "2026-11-29T18:34:39.5+01:00".parse()?;
/// assert_eq!(read.time(), Time::from_millis(1_795_973_679_500));
/// assert_eq!(read.to_string(), "2026-11-29T17:34:39.500Z");
/// # Ok::<(), airside_oauth::time::TimestampError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(Time);

described!(
    Timestamp,
    json_schema!({ "type": "string", "format": "date-time" })
);

impl Timestamp {
    /// The point in time.
    pub const fn time(self) -> Time {
        self.0
    }
}

impl From<Time> for Timestamp {
    fn from(time: Time) -> Self {
        Self(time)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = match self.0.as_millis() < 0 {
            true => jiff::Timestamp::MIN,
            false => jiff::Timestamp::MAX,
        };
        let time = jiff::Timestamp::from_millisecond(self.0.as_millis()).unwrap_or(bound);
        write!(f, "{time:.3}")
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let time: jiff::Timestamp = text.parse().map_err(|_| TimestampError)?;
        Ok(Self(Time::from_millis(time.as_millisecond())))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// A text that is not a time of RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time is written as RFC 3339 says, such as `2026-11-29T17:34:39Z`")]
pub struct TimestampError;

/// Writes a field that holds a [`Time`] or an optional one as a [`Timestamp`].
pub(crate) fn as_timestamp<T, S>(time: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Copy + Into<Option<Time>>,
    S: Serializer,
{
    (*time).into().map(Timestamp).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_millisecond_is_kept_and_a_time_beyond_the_calendar_is_its_end() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_795_973_679_007, "2026-11-29T17:34:39.007Z"),
        ] {
            let time = Time::from_millis(millis);
            assert_eq!(Timestamp(time).to_string(), text);
            assert_eq!(text.parse(), Ok(Timestamp(time)));
        }
        let last = Timestamp(Time::from_millis(i64::MAX)).to_string();
        assert!(last.starts_with("9999-12-30T"), "{last}");
        assert!(last.parse::<Timestamp>().is_ok());
        assert!(
            Timestamp(Time::from_millis(i64::MIN))
                .to_string()
                .starts_with('-')
        );
    }

    #[test]
    fn text_that_is_not_a_time_is_refused() {
        for text in [
            "",
            "0",
            "1795973679500",
            "2026-11-29",
            "yesterday",
            "2026-13-01T00:00:00Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError), "{text}");
        }
    }
}
