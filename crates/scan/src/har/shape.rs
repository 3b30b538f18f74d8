//! Schemas of the bodies and answers of a captured session.

use serde_json::{Map, Value, json};

use crate::word::{folded, is_password};

/// The examples in a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Examples {
    /// The first value of each member, but of credentials.
    Shown,
    /// None.
    Hidden,
}

/// Returns the schema that values have in common; a member that all of them have is required.
pub(super) fn schema(values: &[&Value], examples: Examples) -> Value {
    match values.iter().find(|one| !one.is_null()) {
        Some(Value::Object(_)) => object(values, examples),
        Some(Value::Array(_)) => {
            let items = values.iter().filter_map(|one| one.as_array());
            let items: Vec<&Value> = items.flatten().take(MAX_ITEMS).collect();
            json!({ "type": "array", "items": schema(&items, examples) })
        }
        Some(scalar) => {
            let mut schema = json!({ "type": kind(scalar) });
            if let (Examples::Shown, Some(members)) = (examples, schema.as_object_mut()) {
                members.insert("example".to_owned(), (*scalar).clone());
            }
            schema
        }
        None => json!({}),
    }
}

fn object(values: &[&Value], examples: Examples) -> Value {
    let objects: Vec<&Map<String, Value>> =
        values.iter().filter_map(|one| one.as_object()).collect();
    let mut properties = Map::new();
    let mut required = Vec::new();
    for name in objects.iter().flat_map(|one| one.keys()) {
        if properties.contains_key(name) {
            continue;
        }
        let members: Vec<&Value> = objects.iter().filter_map(|one| one.get(name)).collect();
        let examples = match is_credential(name) {
            true => Examples::Hidden,
            false => examples,
        };
        properties.insert(name.clone(), schema(&members, examples));
        if members.len() == objects.len() {
            required.push(name.clone());
        }
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

fn kind(scalar: &Value) -> &'static str {
    match scalar {
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        _ => "string",
    }
}

/// Returns true if what a member, a parameter or a header holds is a credential, by its name.
pub(super) fn is_credential(name: &str) -> bool {
    let whole = folded(name);
    is_password(name) || CREDENTIALS.iter().any(|one| whole.contains(one))
}

const CREDENTIALS: [&str; 10] = [
    "token",
    "secret",
    "apikey",
    "auth",
    "cookie",
    "session",
    "jwt",
    "credential",
    "signature",
    "otp",
];

const MAX_ITEMS: usize = 50;
