//! The version of a record as a strong entity tag (RFC 9110 §8.8.3).

use airside_policy::Value;
use http::HeaderValue;

/// Returns the version in a column; `None` if the value is not a whole number.
pub(crate) fn version(column: &Value) -> Option<i64> {
    match column {
        Value::Integer(version) => Some(*version),
        _ => None,
    }
}

/// Returns the tag of a version.
pub(crate) fn etag(version: i64) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("\"{version}\"")).ok()
}
