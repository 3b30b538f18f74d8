//! Requests of operations, filled with identifiers and values.

use std::collections::BTreeMap;

use airside_api::document::Schema;
use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::{
    document::{Kind, Operation, Place, Slot},
    exchange::{RequestBody, RequestSpec},
    tree::text_of,
    value::{self, Canary, KnownParts, Mint, Tactic},
};

/// The identifiers of a request by their slots.
pub type Assignment = BTreeMap<(usize, String), String>;

/// The key of a slot in an [`Assignment`].
#[must_use]
pub fn key(slot: &Slot) -> (usize, String) {
    (slot.place as usize, slot.name.clone())
}

/// The settings of a request beside its identifiers.
#[derive(Clone, Copy, Debug)]
pub struct Filling<'a> {
    /// How its body is filled.
    pub tactic: &'a Tactic,
    /// The shape of a body that the document does not describe.
    pub learned: Option<&'a Schema>,
    /// Members that are added to its body or replace those in it.
    pub extra: Option<&'a Map<String, Value>>,
    /// The source of canaries.
    pub mint: &'a Mint,
}

/// A request, and the canaries in it.
#[derive(Clone, Debug)]
pub struct BuiltRequest {
    /// The request.
    pub spec: RequestSpec,
    /// Its canaries.
    pub canaries: Vec<Canary>,
}

/// Builds a request of an operation. Slots without an identifier are left out where they may be.
///
/// # Errors
///
/// The name of a slot that must have an identifier and has none.
pub fn build(
    operation: &Operation,
    ids: &Assignment,
    filling: Filling<'_>,
) -> Result<BuiltRequest, String> {
    let missing = operation.slots.iter().find(|slot| {
        slot.is_required && slot.place != Place::Body && !ids.contains_key(&key(slot))
    });
    if let Some(slot) = missing {
        return Err(slot.name.clone());
    }
    let mut spec = RequestSpec {
        operation: operation.index,
        method: operation.method.clone(),
        target: target(operation, ids, filling.mint),
        headers: headers(operation, ids, filling.mint),
        body: RequestBody::None,
    };
    let mut canaries = Vec::new();
    if let Some(filled) = body(operation, ids, filling) {
        canaries = filled.canaries;
        let media = operation
            .detail
            .body
            .as_ref()
            .map(|one| one.media_type.as_str());
        spec.body = match media
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
        {
            "application/x-www-form-urlencoded" => RequestBody::Form(filled.value),
            "multipart/form-data" => RequestBody::Multipart(filled.value),
            _ => RequestBody::Json(filled.value),
        };
    }
    Ok(BuiltRequest { spec, canaries })
}

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

fn body(
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

fn target(operation: &Operation, ids: &Assignment, mint: &Mint) -> String {
    let mut path = String::new();
    let mut rest = operation.path.split(['?', '#']).next().unwrap_or_default();
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
        path.push_str(before);
        let id = ids.get(&(Place::Path as usize, name.to_owned())).cloned();
        let value = id.unwrap_or_else(|| free_value(operation, "path", name, mint));
        path.extend(utf8_percent_encode(&value, SEGMENT));
        rest = after;
    }
    path.push_str(rest);
    let mut query = form_urlencoded::Serializer::new(String::new());
    let mut has_query = false;
    for parameter in operation
        .detail
        .parameters
        .iter()
        .filter(|one| one.place == "query")
    {
        let id = ids.get(&(Place::Query as usize, parameter.name.clone()));
        let value = match id {
            Some(id) => id.clone(),
            None if parameter.is_required => free_value(operation, "query", &parameter.name, mint),
            None => match page_size(&parameter.name, &parameter.schema) {
                Some(size) => size,
                None => continue,
            },
        };
        query.append_pair(&parameter.name, &value);
        has_query = true;
    }
    match has_query {
        true => format!("{path}?{}", query.finish()),
        false => path,
    }
}

/// Returns the greatest size of a page, so that a list is seen whole.
fn page_size(name: &str, schema: &Schema) -> Option<String> {
    let names = [
        "limit",
        "perpage",
        "pagesize",
        "size",
        "maxresults",
        "pagelimit",
    ];
    let is_size = names.contains(&crate::word::folded(name).as_str()) && !schema.is("string");
    let most = schema.range.1.unwrap_or(100.0).clamp(1.0, 1000.0);
    is_size.then(|| format!("{most:.0}"))
}

fn headers(operation: &Operation, ids: &Assignment, mint: &Mint) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for parameter in operation
        .detail
        .parameters
        .iter()
        .filter(|one| one.place == "header")
    {
        let name = parameter.name.to_ascii_lowercase();
        if matches!(
            name.as_str(),
            "authorization" | "content-type" | "accept" | "host"
        ) {
            continue;
        }
        let id = ids.get(&(Place::Header as usize, parameter.name.clone()));
        match id {
            Some(id) => headers.push((parameter.name.clone(), id.clone())),
            None if parameter.is_required => {
                let value = free_value(operation, "header", &parameter.name, mint);
                headers.push((parameter.name.clone(), value));
            }
            None => {}
        }
    }
    headers
}

/// Makes a value of a parameter that identifies no object.
fn free_value(operation: &Operation, place: &str, name: &str, mint: &Mint) -> String {
    let mut described = operation.detail.parameters.iter();
    let found = described.find(|one| one.place == place && one.name == name);
    let value = found.map(|one| value::parameter(&one.schema, name, one.example.as_ref(), mint));
    value
        .and_then(|value| text_of(&value))
        .unwrap_or_else(|| "1".to_owned())
}

/// The signs that are escaped in a segment of a path (RFC 3986 §3.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@');

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::tests::api_of;

    #[test]
    fn a_request_has_its_identifiers_in_their_places() {
        let api = api_of(json!({"/orders/{id}/lines/{n}": {"post": {
            "parameters": [
                {"in": "path", "name": "n", "required": true, "schema": {"enum": ["x"]}},
                {"in": "query", "name": "user_id", "schema": {"type": "string"}},
                {"in": "header", "name": "X-Tenant-Id", "schema": {"type": "string"}}],
            "requestBody": {"content": {"application/json": {"schema": {"properties": {
                "account_id": {}, "note": {"type": "string"}}}}}}}}}));
        let operation = &api.operations[0];
        let ids = Assignment::from([
            ((Place::Path as usize, "id".to_owned()), "a/b".to_owned()),
            (
                (Place::Query as usize, "user_id".to_owned()),
                "7 8".to_owned(),
            ),
            (
                (Place::Header as usize, "X-Tenant-Id".to_owned()),
                "t".to_owned(),
            ),
            (
                (Place::Body as usize, "/account_id".to_owned()),
                "12".to_owned(),
            ),
        ]);
        let mint = Mint::new(1);
        let tactic = Tactic::default();
        let filling = Filling {
            tactic: &tactic,
            learned: None,
            extra: None,
            mint: &mint,
        };

        let built = build(operation, &ids, filling).unwrap();

        assert_eq!(built.spec.target, "/orders/a%2Fb/lines/x?user_id=7+8");
        assert_eq!(
            built.spec.headers,
            [("X-Tenant-Id".to_owned(), "t".to_owned())]
        );
        let body = built.spec.body.value().unwrap();
        assert_eq!(body["account_id"], 12);
        assert_eq!(built.canaries.len(), 1);
        assert_eq!(
            build(operation, &Assignment::new(), filling).unwrap_err(),
            "id"
        );
    }
}
