//! Values that can be identifiers.

use serde_json::Value;

/// Returns a JSON value that can be an identifier: a text, or an integer.
#[must_use]
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}
