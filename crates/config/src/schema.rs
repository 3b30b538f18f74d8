//! The JSON schema of a configuration file, for editors.

use serde_json::{Map, Value, json};

use crate::{
    kind::{KeyInfo, Kind, SectionInfo},
    registry::Registry,
};

/// The JSON schema (draft 2020-12) of the configuration file.
#[must_use]
pub fn schema(registry: &Registry) -> Value {
    let mut properties = Map::new();
    for section in registry.sections {
        if section.name.is_empty() {
            properties.extend(keys(section));
        } else {
            properties.insert(section.name.to_owned(), section_value(section));
        }
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": registry.file,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    require(&mut schema, registry.top());
    schema
}

fn section_value(section: &SectionInfo) -> Value {
    match section.repeated {
        true => json!({
            "type": "array", "description": section.about, "items": table(section),
        }),
        false => table(section),
    }
}

/// Names the keys that must be given.
fn require(schema: &mut Value, section: &SectionInfo) {
    let required = section.keys.iter().filter(|key| key.is_required);
    let required: Vec<_> = required.map(|key| key.name).collect();
    if let (Some(members), false) = (schema.as_object_mut(), required.is_empty()) {
        members.insert("required".to_owned(), json!(required));
    }
}

fn table(section: &SectionInfo) -> Value {
    let mut table = json!({
        "type": "object",
        "description": section.about,
        "properties": keys(section),
        "additionalProperties": false,
    });
    require(&mut table, section);
    table
}

fn keys(section: &SectionInfo) -> Map<String, Value> {
    section
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), property(key)))
        .collect()
}

fn property(key: &KeyInfo) -> Value {
    let mut property = kind(key.kind);
    if let Value::Object(members) = &mut property {
        members.insert("description".to_owned(), json!(key.about));
        if let Some(default) = key.default {
            members.insert("default".to_owned(), default.node().to_json());
        }
    }
    property
}

/// The schema of a table with one member, which names where a secret is.
fn reference(name: &str) -> Value {
    json!({
        "type": "object",
        "properties": { name: { "type": "string" } },
        "required": [name],
        "additionalProperties": false,
    })
}

fn kind(kind: Kind) -> Value {
    match kind {
        Kind::Text | Kind::Parsed(_) | Kind::Address | Kind::Path => json!({ "type": "string" }),
        Kind::Duration(..) => json!({ "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$" }),
        Kind::Integer(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::TextOrTexts => json!({ "oneOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" } },
        ] }),
        Kind::TextsOrTables(section) => json!({
            "type": "array",
            "items": { "oneOf": [{ "type": "string" }, table(section)] },
        }),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
        Kind::Choices(words) => json!({ "type": "array", "items": { "enum": words } }),
        Kind::Secret => {
            json!({ "oneOf": [{ "type": "string" }, reference("env"), reference("file")] })
        }
        Kind::SecretReference => json!({ "oneOf": [reference("env"), reference("file")] }),
        Kind::Section(section) => table(section),
        Kind::Table => json!({ "type": "object" }),
        Kind::TableOfTexts => {
            json!({ "type": "object", "additionalProperties": { "type": "string" } })
        }
    }
}
