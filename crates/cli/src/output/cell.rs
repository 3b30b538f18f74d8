//! A value of the admin API as people read it.

use airside_guard::check::printable;
use serde_json::Value;

pub(super) fn cell(name: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => match text.parse() {
            Ok(time) if is_time(name) => moment(time),
            _ => printable(text),
        },
        // RFC7519-2: a NumericDate has seconds
        Value::Number(number) if is_numeric_date(name) => {
            let seconds = number.as_i64();
            let time = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
            time.map_or_else(|| number.to_string(), moment)
        }
        Value::Array(items) => items
            .iter()
            .map(|item| cell("", item))
            .collect::<Vec<_>>()
            .join(" "),
        other => other.to_string(),
    }
}

fn moment(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// Returns true if a member of the admin API is a time (RFC 3339) by its name.
fn is_time(name: &str) -> bool {
    matches!(name, "at" | "active_from" | "last_seen")
        || name.ends_with("_at")
        || name.ends_with("_until")
}

fn is_numeric_date(name: &str) -> bool {
    let claim = name.strip_prefix("claims.");
    matches!(
        claim,
        Some("exp" | "iat" | "nbf" | "auth_time" | "updated_at")
    )
}
