//! A point in time.

use std::{
    fmt,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, to the microsecond, as PostgreSQL keeps it. Written as in RFC 3339, in UTC.
///
/// ```
/// use airside_policy::Timestamp;
///
/// let time: Timestamp = "2026-11-29T17:34:39.5+01:00".parse()?;
/// assert_eq!(time.to_string(), "2026-11-29T16:34:39.5Z");
/// assert_eq!(time, "2026-11-29 16:34:39.5".parse()?); // as SQLite writes it
/// assert_eq!(time.unix_micros(), 1_795_970_079_500_000);
/// # Ok::<(), airside_policy::TimestampError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// A text or a number is not a point in time between the years -9999 and 9999.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a point in time, such as `2026-11-29T16:34:39Z`: {0}")]
pub struct TimestampError(String);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// Takes microseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] outside the years -9999 to 9999.
    pub fn from_unix_micros(micros: i64) -> Result<Self, TimestampError> {
        let time = jiff::Timestamp::from_microsecond(micros);
        time.map(Self).map_err(refused)
    }

    /// Returns microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Returns the text that a column of SQLite holds: in UTC as `datetime()` writes it, with a fraction of a
    /// second if there is one. Two of these texts are ordered as the times are.
    ///
    /// ```
    /// use airside_policy::Timestamp;
    ///
    /// let time: Timestamp = "2026-11-29T17:34:39.5+01:00".parse()?;
    /// assert_eq!(time.sqlite_text(), "2026-11-29 16:34:39.5");
    /// # Ok::<(), airside_policy::TimestampError>(())
    /// ```
    #[must_use]
    pub fn sqlite_text(self) -> String {
        let text = self.to_string().replace('T', " ");
        text.trim_end_matches('Z').to_owned()
    }
}

fn refused(error: jiff::Error) -> TimestampError {
    TimestampError(error.to_string())
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads an RFC 3339 text, or the same without an offset, which is UTC then.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let with_offset = text.parse::<jiff::Timestamp>();
        let time = with_offset.or_else(|_| {
            let civil: jiff::civil::DateTime = text.parse()?;
            jiff::tz::TimeZone::UTC.to_timestamp(civil)
        });
        Self::from_unix_micros(time.map_err(refused)?.as_microsecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampError;

    fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
        let time = jiff::Timestamp::try_from(time).map_err(refused)?;
        Self::from_unix_micros(time.as_microsecond())
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        let micros = time.unix_micros();
        let distance = Duration::from_micros(micros.unsigned_abs());
        let there = match micros < 0 {
            true => UNIX_EPOCH.checked_sub(distance),
            false => UNIX_EPOCH.checked_add(distance),
        };
        there.unwrap_or(UNIX_EPOCH)
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
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "rusqlite")]
mod in_sqlite {
    use rusqlite::{
        ToSql,
        types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
    };

    use super::Timestamp;

    impl ToSql for Timestamp {
        /// [`Timestamp::sqlite_text`].
        fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
            Ok(self.sqlite_text().into())
        }
    }

    impl FromSql for Timestamp {
        fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
            value.as_str()?.parse().map_err(FromSqlError::other)
        }
    }
}

#[cfg(feature = "tokio-postgres")]
mod in_postgres {
    use std::{error::Error, time::SystemTime};

    use tokio_postgres::types::{FromSql, Type};

    use super::Timestamp;

    impl<'a> FromSql<'a> for Timestamp {
        fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
            Ok(Self::try_from(SystemTime::from_sql(ty, raw)?)?)
        }

        fn accepts(ty: &Type) -> bool {
            <SystemTime as FromSql>::accepts(ty)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_same_in_each_spelling() {
        let time: Timestamp = "1969-12-31T23:59:59.000001Z".parse().unwrap();
        assert_eq!(time.unix_micros(), -999_999);
        assert_eq!(Timestamp::try_from(SystemTime::from(time)), Ok(time));
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "12:00:00"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
        assert!(Timestamp::from_unix_micros(i64::MAX).is_err());
    }
}
