//! The JSON schema of `airside.toml`, for editors.

use serde_json::{Map, Value, json};

use super::{
    key::{Key, Kind, SECTIONS, Section},
    table::default,
};

/// The JSON schema (draft 2020-12) of the configuration file.
pub fn schema() -> Value {
    let mut properties = Map::new();
    for section in SECTIONS {
        if section.name.is_empty() {
            properties.extend(keys(section));
        } else if section.repeated {
            let items = table(section);
            let value = json!({ "type": "array", "description": section.about, "items": items });
            properties.insert(section.name.to_owned(), value);
        } else {
            properties.insert(section.name.to_owned(), table(section));
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "airside.toml",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn table(section: &Section) -> Value {
    json!({
        "type": "object",
        "description": section.about,
        "properties": keys(section),
        "additionalProperties": false,
    })
}

fn keys(section: &Section) -> Map<String, Value> {
    section
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), property(key)))
        .collect()
}

fn property(key: &Key) -> Value {
    let mut property = kind(key.kind);
    if let Value::Object(members) = &mut property {
        members.insert("description".to_owned(), json!(key.about));
        if let Some(default) = default(key) {
            members.insert("default".to_owned(), default.to_json());
        }
    }
    property
}

fn kind(kind: Kind) -> Value {
    let reference = |name: &str| {
        json!({
            "type": "object",
            "properties": { name: { "type": "string" } },
            "required": [name],
            "additionalProperties": false,
        })
    };
    match kind {
        Kind::Text | Kind::Address | Kind::Path => json!({ "type": "string" }),
        Kind::Duration(..) => json!({ "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$" }),
        Kind::Integer(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
        Kind::Choices(words) => json!({ "type": "array", "items": { "enum": words } }),
        Kind::Secret => {
            json!({ "oneOf": [{ "type": "string" }, reference("env"), reference("file")] })
        }
        Kind::Table => json!({ "type": "object" }),
    }
}
