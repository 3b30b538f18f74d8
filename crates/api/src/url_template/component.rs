//! The part of an address in which a value stands.

use std::fmt::Write as _;

use crate::{Target, target::push_encoded};

/// Returns the component of a placeholder that follows this text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Component {
    /// A segment of the path, or a part of one.
    PathSegment,
    /// The value of a parameter in the query.
    QueryValue,
}

impl Component {
    /// Returns the component of a placeholder that follows this text.
    pub(super) fn behind(text: &str) -> Result<Self, &'static str> {
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        let Some((_, rest)) = rest.split_once(['/', '?', '#', '\\']) else {
            return Err("is in the host, which must be written out");
        };
        if text.contains('#') {
            return Err("is in the fragment, which is not sent");
        }
        if text.bytes().rev().take(2).any(|byte| byte == b'%') {
            return Err("is a part of a percent-encoded octet");
        }
        let query = match rest.split_once('?') {
            Some((_, query)) => query,
            None if text.contains('?') => rest,
            None => return Ok(Self::PathSegment),
        };
        match query.rsplit(['&', ';']).next() {
            Some(parameter) if parameter.contains('=') => Ok(Self::QueryValue),
            _ => Err("is the name of a parameter: write `?name={…}`"),
        }
    }

    /// Encodes a value so that it stays one of this component; `None` if two servers could read
    /// another one in it.
    pub(super) fn encoded(self, value: &str) -> Option<String> {
        if value.is_empty() || value.contains(char::is_control) {
            return None;
        }
        match self {
            Self::PathSegment => {
                let mut path = String::from("/");
                push_encoded(&mut path, value);
                // what is refused in the guard's own path leads astray in another's
                Target::parse(&path).ok()?;
                path.strip_prefix('/').map(str::to_owned)
            }
            Self::QueryValue => Some(encoded_value(value)),
        }
    }
}

/// Encodes everything but the unreserved characters (RFC 3986 §2.3): `&`, `;`, `=`, `+` and `#` mean
/// something in a query.
fn encoded_value(value: &str) -> String {
    let mut encoded = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // writing to a String cannot fail
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
