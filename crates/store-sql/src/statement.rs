//! A statement and what is bound to it, for any driver.

use std::borrow::Cow;

use airside_oauth::time::Time;
use serde::Serialize;

use crate::error::StoreError;

/// One SQL text with the values of `$1`, `$2` …, which first occur in this order.
///
/// It has no `Debug`: what is bound must not reach a log.
pub(crate) struct Statement<'a> {
    /// The text, which every supported database understands.
    pub(crate) sql: Cow<'static, str>,
    /// The values.
    pub(crate) values: Vec<Value<'a>>,
}

impl<'a> Statement<'a> {
    pub(crate) fn new(sql: impl Into<Cow<'static, str>>, values: Vec<Value<'a>>) -> Self {
        let sql = sql.into();
        Self { sql, values }
    }

    /// Returns the same statement, which borrows from nothing.
    pub(crate) fn into_owned(self) -> Statement<'static> {
        let values = self.values.into_iter().map(Value::into_owned);
        Statement::new(self.sql, values.collect())
    }
}

/// No UUIDv7 is as high: its version is not `f`. What is older than this is everything.
pub(crate) const LAST_ID: [u8; 16] = [0xff; 16];

/// A value that is bound to a parameter or read from a column.
#[derive(Clone)]
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
}

impl<'a> Value<'a> {
    /// `value` as JSON text.
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, StoreError> {
        Ok(serde_json::to_string(value)
            .map_err(StoreError::Encode)?
            .into())
    }

    /// The same value, which borrows from nothing.
    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(value) => Value::Integer(value),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(bytes))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl From<$type> for Value<'_> {
            fn from(value: $type) -> Self {
                Self::Integer(i64::from(value))
            }
        }
    )*};
}

integers!(i64, u32, u8, bool);

impl From<Time> for Value<'_> {
    fn from(time: Time) -> Self {
        Self::Integer(time.as_millis())
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
