//! The values of columns.

mod timestamp;

use std::{cmp::Ordering, collections::BTreeSet};

pub use timestamp::{Timestamp, TimestampError};

/// A value of a record's column, or a constant that it is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Value {
    /// No value: SQL's `NULL`.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(Float),
    /// A point in time.
    Timestamp(Timestamp),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A JSON document (RFC 8259). No condition compares one.
    Json(String),
    /// A set of texts; a constant only.
    Texts(BTreeSet<String>),
}

/// A number with a fraction (IEEE 754, 64 bits) that is a number: two that are equal are the same.
#[derive(Clone, Copy, Debug)]
pub struct Float(f64);

impl Float {
    /// Takes a number; `None` for NaN, which equals nothing, not even itself.
    #[must_use]
    pub fn new(number: f64) -> Option<Self> {
        // the zero below zero is the other one
        (!number.is_nan()).then_some(Self(number + 0.0))
    }

    /// Returns the number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Float {}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Float {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Value {
    /// Compares two numbers or two points in time; `None` for anything else.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(left), Self::Integer(right)) => Some(left.cmp(right)),
            (Self::Float(left), Self::Float(right)) => Some(left.cmp(right)),
            (Self::Float(left), Self::Integer(right)) => Some(left.cmp(&exact(*right)?)),
            (Self::Integer(left), Self::Float(right)) => Some(exact(*left)?.cmp(right)),
            (Self::Timestamp(left), Self::Timestamp(right)) => Some(left.cmp(right)),
            _ => None,
        }
    }
}

/// Returns the float of a whole number that has one of its own; none for those beyond 2^53.
fn exact(number: i64) -> Option<Float> {
    const MAX_EXACT: u64 = 1 << 53;
    #[expect(clippy::cast_precision_loss, reason = "it is exact up to 2^53")]
    let float = number as f64;
    (number.unsigned_abs() <= MAX_EXACT).then_some(Float(float))
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl From<$type> for Value {
            fn from(number: $type) -> Self {
                Self::Integer(number.into())
            }
        }
    )*};
}

integers! { i8 i16 i32 i64 u8 u16 u32 }

impl From<f64> for Value {
    /// NaN equals nothing, and becomes [`Value::Null`].
    fn from(number: f64) -> Self {
        Float::new(number).map_or(Self::Null, Self::Float)
    }
}

impl From<f32> for Value {
    fn from(number: f32) -> Self {
        f64::from(number).into()
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Timestamp(time)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_and_whole_numbers_are_one_line_of_numbers() {
        let order = |left: Value, right: Value| left.order(&right);
        assert_eq!(order(1.5.into(), 2.into()), Some(Ordering::Less));
        assert_eq!(order(2.into(), 2.0.into()), Some(Ordering::Equal));
        assert_eq!(order((-0.0).into(), 0.0.into()), Some(Ordering::Equal));
        assert_eq!(
            order(f64::INFINITY.into(), 3.into()),
            Some(Ordering::Greater)
        );
        assert_eq!(Value::from(f64::NAN), Value::Null);
        // beyond 2^53, two whole numbers have one float
        assert_eq!(order(i64::MAX.into(), 9.3e18.into()), None);
        assert_eq!(order("1".into(), 1.into()), None);
    }
}
