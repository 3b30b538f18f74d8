//! Comparisons of a value with another, and of a text with a pattern.

use std::cmp::Ordering;

use crate::Value;

/// A comparison of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Equal,
    /// A smaller number, or an earlier time.
    Less,
    /// A smaller number or an earlier time, or the same.
    LessOrEqual,
}

impl Comparison {
    pub(super) fn holds(self, left: &Value, right: &Value) -> bool {
        match (self, left, right) {
            (_, Value::Null, _) | (_, _, Value::Null) => false,
            (_, Value::Json(_), _) | (_, _, Value::Json(_)) => false,
            (Self::Equal, left, right) => left.order(right).map_or(left == right, Ordering::is_eq),
            (Self::Less, left, right) => left.order(right).is_some_and(Ordering::is_lt),
            (Self::LessOrEqual, left, right) => left.order(right).is_some_and(Ordering::is_le),
        }
    }
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wildcard {
    /// This text.
    Text(String),
    /// Any text, also an empty one.
    Any,
}

/// Tells whether a text matches a pattern, without going back further than to the last wildcard.
pub(super) fn matches(text: &str, pattern: &[Wildcard]) -> bool {
    let mut rest = text;
    let mut floating = false;
    for (position, part) in pattern.iter().enumerate() {
        let Wildcard::Text(literal) = part else {
            floating = true;
            continue;
        };
        if position + 1 == pattern.len() && floating {
            return rest.ends_with(literal.as_str());
        }
        let found = if floating {
            rest.split_once(literal.as_str()).map(|(_, after)| after)
        } else {
            rest.strip_prefix(literal.as_str())
        };
        let Some(after) = found else { return false };
        rest = after;
        floating = false;
    }
    floating || rest.is_empty()
}
