//! The body of a request.

use airside_api::document::Schema;
use http::Method;
use serde_json::Value;

use super::filling::{Assignment, Filling, further, key};
use crate::{
    document::{Kind, Operation, Place},
    tree::is_wrapper,
    value::{self, Hints, KnownParts, Tactic},
    word::{folded, singular},
};

/// Returns the schema of an operation's body: the described one, that of its example, or a learned one.
#[must_use]
pub fn body_schema(operation: &Operation, learned: Option<&Schema>) -> Option<Schema> {
    let Some(body) = &operation.detail.body else {
        // an action usually has none
        let wants = takes_body(operation) && matches!(operation.kind, Kind::Create | Kind::Update);
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

/// Returns true if a request may have a body, by its method.
#[must_use]
pub fn takes_body(operation: &Operation) -> bool {
    matches!(operation.method, Method::POST | Method::PUT | Method::PATCH)
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
    let is_object = filling.tactic.sends_object || !filling.tactic.added.is_empty();
    let object = || {
        is_object.then(|| Schema {
            types: vec!["object".to_owned()],
            ..Schema::default()
        })
    };
    let schema = body_schema(operation, filling.learned).or_else(object);
    if schema.is_none() && filling.extra.is_none() {
        return None;
    }
    let mut filled = value::FilledValue::default();
    if let Some(schema) = &schema {
        let known = known_parts(operation, ids, filling.tactic);
        let hints = Hints {
            tactic: filling.tactic,
            known: &known,
            seen: filling.seen,
        };
        filled = value::fill(schema, hints, filling.mint);
        numbers(&mut filled.value, &known, schema);
    }
    if let Some(extra) = filling.extra {
        let pointer = described_at(&filled.value, operation.entity.as_deref());
        match filled.value.pointer_mut(&pointer) {
            Some(Value::Object(members)) => members.extend(extra.clone()),
            _ => filled.value = Value::Object(extra.clone()),
        }
    }
    Some(filled)
}

/// Returns where a body has the members of what it describes, as a JSON pointer: inside of what merely wraps it
/// (`{"order": {…}}`), and among the attributes of a resource (JSON:API 1.1, "Resource Objects").
fn described_at(body: &Value, entity: Option<&str>) -> String {
    let (mut pointer, mut at) = (String::new(), body);
    while let Some(members) = at.as_object() {
        let inner = members.iter().find(|(name, inner)| {
            let is_attributes = *name == "attributes" && members.contains_key("type");
            let is_only = members.len() == 1
                && (is_wrapper(name) || entity == Some(singular(&folded(name)).as_str()));
            inner.is_object() && (is_attributes || is_only)
        });
        let Some((name, inner)) = inner else { break };
        pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        at = inner;
    }
    pointer
}

/// Returns the identifiers of a body: those of its slots, and of members that refusals asked for.
fn known_parts(operation: &Operation, ids: &Assignment, tactic: &Tactic) -> KnownParts {
    let slots = operation.slots.iter();
    let slots = slots.filter(|slot| slot.place == Place::Body);
    let slots = slots.flat_map(|slot| {
        let first = (slot.name.clone(), ids.get(&key(slot)));
        let others = further(slot, ids).map(|(name, id)| (name, Some(id)));
        [first].into_iter().chain(others)
    });
    let slots = slots.map(|(name, id)| (name, id.cloned().map(Value::String)));
    // a member that was asked for need not be an identifier
    let taught = tactic.added.keys().flat_map(|name| {
        let places = [format!("/{name}"), format!("/{name}/0")];
        places.map(|place| (Place::Body as usize, place))
    });
    let taught = taught.filter_map(|key| {
        let id = ids.get(&key).cloned()?;
        Some((key.1, Some(Value::String(id))))
    });
    slots.chain(taught).collect()
}

/// Turns identifiers of digits into numbers where no type is declared.
fn numbers(value: &mut Value, known: &KnownParts, schema: &Schema) {
    for (pointer, id) in known {
        let untyped = schema_at(schema, pointer).is_some_and(|one| one.types.is_empty());
        let number = id
            .as_ref()
            .and_then(Value::as_str)
            .and_then(|text| text.parse::<i64>().ok());
        if let (true, Some(number), Some(place)) = (untyped, number, value.pointer_mut(pointer)) {
            *place = Value::from(number);
        }
    }
}

/// Returns the schema of the part of a body at a JSON pointer.
fn schema_at<'a>(schema: &'a Schema, pointer: &str) -> Option<&'a Schema> {
    let mut names = pointer.split('/').skip(1);
    names.try_fold(schema, |around, name| {
        let name = name.replace("~1", "/").replace("~0", "~");
        around.property(&name).or(around.items.as_deref())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_added_to_what_a_body_describes() {
        for (body, expected) in [
            (json!({"amount": 1}), ""),
            (json!({"order": {"amount": 1}}), "/order"),
            (json!({"data": {"order": {"amount": 1}}}), "/data/order"),
            (
                json!({"data": {"type": "orders", "attributes": {"amount": 1}, "relationships": {}}}),
                "/data/attributes",
            ),
            // an object among other members is a part of it
            (json!({"amount": 1, "order": {}}), ""),
            (json!({"address": {"street": "a"}}), ""),
            (json!({"attributes": {"size": 1}, "name": "a"}), ""),
            (json!([1]), ""),
        ] {
            assert_eq!(described_at(&body, Some("order")), expected, "{body}");
        }
    }
}
