//! The body of a request.

use airside_api::document::Schema;
use http::Method;
use serde_json::Value;

use super::filling::{Assignment, Filling, key};
use crate::{
    document::{Kind, Operation, Place},
    value::{self, KnownParts},
};

/// Returns the schema of an operation's body: the described one, that of its example, or a learned one.
#[must_use]
pub fn body_schema(operation: &Operation, learned: Option<&Schema>) -> Option<Schema> {
    let takes_body = matches!(operation.method, Method::POST | Method::PUT | Method::PATCH);
    let Some(body) = &operation.detail.body else {
        // an action usually has none
        let wants = takes_body && matches!(operation.kind, Kind::Create | Kind::Update);
        return learned.filter(|_| wants).cloned();
    };
    let is_empty = body.schema.properties.is_empty() && body.schema.items.is_none();
    let example = body.example.as_ref().or(body.schema.example.as_ref());
    match (is_empty, example) {
        (true, Some(example)) => Some(value::inferred(example)),
        (true, None) => learned.cloned().or_else(|| Some(body.schema.clone())),
        (false, _) => {
            let mut schema = body.schema.clone();
            give_examples(&mut schema, example);
            Some(schema)
        }
    }
}

/// Gives members the examples that the whole body has for them.
fn give_examples(schema: &mut Schema, example: Option<&Value>) {
    for (name, member) in &mut schema.properties {
        let own = example.and_then(|example| example.get(name.as_str()));
        match member.properties.is_empty() {
            true if member.example.is_none() => member.example = own.cloned(),
            true => {}
            false => give_examples(member, own),
        }
    }
}

pub(super) fn body(
    operation: &Operation,
    ids: &Assignment,
    filling: Filling<'_>,
) -> Option<value::FilledValue> {
    let schema = body_schema(operation, filling.learned);
    let mut filled = match &schema {
        None => value::FilledValue::default(),
        Some(schema) => {
            let slots = operation
                .slots
                .iter()
                .filter(|slot| slot.place == Place::Body);
            let known: KnownParts = slots
                .map(|slot| {
                    let id = ids.get(&key(slot)).cloned().map(Value::String);
                    (slot.name.clone(), id)
                })
                .collect();
            let mut filled = value::fill(schema, filling.tactic, &known, filling.mint);
            numbers(&mut filled.value, &known, schema);
            filled
        }
    };
    if let Some(extra) = filling.extra {
        match &mut filled.value {
            Value::Object(members) => members.extend(extra.clone()),
            other => *other = Value::Object(extra.clone()),
        }
    }
    (schema.is_some() || filling.extra.is_some()).then_some(filled)
}

/// Turns identifiers of digits into numbers where no type is declared.
fn numbers(value: &mut Value, known: &KnownParts, schema: &Schema) {
    for (pointer, id) in known {
        let name = pointer.trim_start_matches('/');
        let untyped = schema
            .property(name)
            .is_some_and(|one| one.types.is_empty());
        let number = id
            .as_ref()
            .and_then(Value::as_str)
            .and_then(|text| text.parse::<i64>().ok());
        if let (true, Some(number), Some(place)) = (untyped, number, value.pointer_mut(pointer)) {
            *place = Value::from(number);
        }
    }
}
