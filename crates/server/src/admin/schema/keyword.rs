//! The keywords of a schema: references, types and choices.

use airside_oauth::{id::EventId, time::Timestamp};
use serde_json::{Map, Value};

/// Follows `$ref` to one of `definitions`.
pub(super) fn followed<'a>(definitions: &'a Map<String, Value>, schema: &'a Value) -> &'a Value {
    let name = schema.get("$ref").and_then(Value::as_str);
    let name = name.and_then(|name| name.strip_prefix(REFERENCE));
    name.and_then(|name| definitions.get(name))
        .unwrap_or(schema)
}

/// The names of the types that a schema allows.
pub(super) fn types(schema: &Value) -> impl Iterator<Item = &str> {
    let (one, several) = match schema.get("type") {
        Some(Value::Array(several)) => (None, several.as_slice()),
        one => (one, [].as_slice()),
    };
    one.into_iter().chain(several).filter_map(Value::as_str)
}

/// The values that a schema names.
pub(super) fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    let several = schema.get("enum").and_then(Value::as_array);
    several.into_iter().flatten().chain(schema.get("const"))
}

pub(super) fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

pub(super) fn word(name: &str) -> Option<&'static str> {
    match name {
        "boolean" => Some("`true` or `false`"),
        "integer" => Some("a whole number"),
        "number" => Some("a number"),
        "string" => Some("text"),
        "array" => Some("a list"),
        "object" => Some("an object"),
        _ => None,
    }
}

/// Says what a text must be, if it is not of the format that a schema names.
pub(super) fn missed_format(text: &str, schema: &Value) -> Option<&'static str> {
    let (is_good, expected) = match schema.get("format").and_then(Value::as_str)? {
        "uuid" => (text.parse::<EventId>().is_ok(), "a UUID"),
        "date-time" => (
            text.parse::<Timestamp>().is_ok(),
            "a time, such as 2026-11-30T09:00:00Z (RFC 3339)",
        ),
        _ => return None,
    };
    (!is_good).then_some(expected)
}

/// The prefix of references between schemas of the document.
const REFERENCE: &str = "#/components/schemas/";
