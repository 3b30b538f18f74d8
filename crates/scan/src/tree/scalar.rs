//! The values of an object by their names.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::word::folded;

/// Returns the values of an object by their names as words joined, and the identifiers of people inside of it.
pub(super) fn fields(members: &Map<String, Value>) -> BTreeMap<String, String> {
    let mut fields: BTreeMap<_, _> = scalars(members).collect();
    // JSON:API has the values of an object one level below its identifier
    let attributes = members.get("attributes").and_then(Value::as_object);
    for (name, text) in attributes.into_iter().flat_map(scalars) {
        fields.entry(name).or_insert(text);
    }
    add_people(members, &mut fields);
    fields
}

/// Returns a text, a number or a truth value as text.
#[must_use]
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Returns the values of members by their names; `@id` and its like say what JSON-LD needs.
fn scalars(members: &Map<String, Value>) -> impl Iterator<Item = (String, String)> {
    let own = members.iter().filter(|(name, _)| !name.starts_with('@'));
    own.filter_map(|(name, value)| {
        let text = text_of(value).filter(|text| text.len() < 300)?;
        Some((folded(name), text))
    })
}

/// Adds the identifier of a person inside of an object to the object: `{"user": {"id": 7}}` is of user 7.
fn add_people(members: &Map<String, Value>, fields: &mut BTreeMap<String, String>) {
    for (name, member) in members {
        let name = folded(name);
        if !matches!(
            name.as_str(),
            "user" | "owner" | "author" | "customer" | "creator"
        ) {
            continue;
        }
        let value = |names: &[&str]| names.iter().find_map(|one| text_of(member.get(*one)?));
        if let Some(id) = value(&["id", "_id", "uuid"]) {
            fields.entry(format!("{name}id")).or_insert(id);
        }
        if let Some(text) = value(&["username", "email", "name"]) {
            fields.entry(name).or_insert(text);
        }
    }
}
