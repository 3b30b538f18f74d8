//! The parts of an operation's description in the OpenAPI document.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::answer::Answer;

/// Returns the parameters that are the properties of a schema.
pub(super) fn parameters(schema: &Value, place: &str) -> Vec<Value> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let parameters = properties.into_iter().flatten().map(|(name, schema)| {
        let mut schema = schema.clone();
        not_null(&mut schema);
        let description = schema
            .as_object_mut()
            .and_then(|own| own.remove("description"));
        json!({
            "name": name,
            "in": place,
            "required": place == "path",
            "description": description,
            "schema": schema,
        })
    });
    parameters.collect()
}

/// Returns the body of an operation, of which `schema` is the whole one; it may be left out, or `null`, if
/// no member of it is required.
pub(super) fn request_body(reference: &Value, schema: &Value) -> Value {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = required.is_some_and(|names| !names.is_empty());
    let mut schema = reference.clone();
    if !is_required {
        or_null(&mut schema);
    }
    json!({ "required": is_required, "content": { "application/json": { "schema": schema } } })
}

/// Returns the answer of an operation that does what it is asked.
pub(super) fn answer<A: Answer>(generator: &mut SchemaGenerator) -> Value {
    let schema = A::schema(generator).to_value();
    let mut answer = json!({
        "description": A::DESCRIPTION,
        "content": { "application/json": { "schema": schema } },
    });
    if let (Some((name, says)), Value::Object(members)) = (A::HEADER, &mut answer) {
        let header = json!({ "description": says, "schema": { "type": "string" } });
        members.insert("headers".to_owned(), json!({ name: header }));
    }
    answer
}

/// Tells whether an object of a schema can have members.
pub(super) fn has_properties(schema: &Value) -> bool {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.is_some_and(|properties| !properties.is_empty())
}

/// Allows no members but those that a schema names.
pub(super) fn closed(mut schema: Value) -> Value {
    if let Value::Object(members) = &mut schema {
        members.insert("additionalProperties".to_owned(), false.into());
    }
    schema
}

/// Allows `null` as well.
pub(super) fn or_null(schema: &mut Value) {
    not_null(schema);
    let Value::Object(members) = schema else {
        return;
    };
    if let (Some(Value::String(name)), None) = (members.get("type"), members.get("enum")) {
        let types = json!([name, "null"]);
        members.insert("type".to_owned(), types);
        return;
    }
    let notes: Vec<_> = ["description", "default"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), members.remove(name)?)))
        .collect();
    let alternatives = json!([members.clone(), { "type": "null" }]);
    *members = notes.into_iter().collect();
    members.insert("anyOf".to_owned(), alternatives);
}

/// Forbids `null`.
pub(super) fn not_null(schema: &mut Value) {
    let Value::Object(members) = schema else {
        return;
    };
    if let Some(Value::Array(types)) = members.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            members.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(alternatives)) = members.get_mut("anyOf") {
        alternatives.retain(|schema| schema.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(only)] = alternatives.as_slice() {
            let only = only.clone();
            members.remove("anyOf");
            members.extend(only);
        }
    }
    members.retain(|name, value| name != "default" || !value.is_null());
}
