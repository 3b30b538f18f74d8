//! The identifiers in a request that was sent, read back from their slots.

use std::ops::Range;

use serde_json::Value;

use crate::{
    document::{Form, Kind, Operation, Place, Slot},
    exchange::RequestSpec,
    tree::{Leaf, leaves, text_of},
};

/// An identifier in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The part of the request that holds it.
    pub spot: Spot,
    /// The identifier, decoded.
    pub value: String,
    /// The slot; `None` for a member of a body that no slot describes.
    pub slot: Option<Slot>,
}

/// A part of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A range of the target in bytes, as it was sent.
    Target(Range<usize>),
    /// The header at this position.
    Header(usize),
    /// The value at this JSON pointer in the body.
    Body(String),
}

/// Returns the identifiers in a request of an operation: the values of its slots, and members of its body that
/// refer to something by their names, or are too long to be equal to an identifier by chance.
#[must_use]
pub fn references(request: &RequestSpec, operation: Option<&Operation>) -> Vec<Reference> {
    let mut found = Vec::new();
    if let Some(operation) = operation {
        found.extend(in_path(request, operation));
        found.extend(in_query(request, operation));
        found.extend(in_headers(request, operation));
    }
    found.extend(in_body(request, operation));
    found
}

/// Returns true for an identifier that is unlikely to be equal to another value by chance.
#[must_use]
pub fn is_distinctive(id: &str) -> bool {
    id.len() >= MIN_DISTINCTIVE && !id.bytes().all(|sign| sign.is_ascii_digit())
}

fn slot_of(operation: &Operation, place: Place, name: &str) -> Option<Slot> {
    let mut slots = operation.slots.iter();
    slots
        .find(|slot| slot.place == place && slot.name == name)
        .cloned()
}

fn in_path(request: &RequestSpec, operation: &Operation) -> Vec<Reference> {
    let path = request.target.split('?').next().unwrap_or_default();
    let template = operation.path.split(['?', '#']).next().unwrap_or_default();
    let parameters = parameters(template, path).into_iter();
    let found = parameters.filter_map(|(name, range)| {
        let raw = path.get(range.clone())?;
        let value = percent_encoding::percent_decode_str(raw).decode_utf8();
        Some(Reference {
            spot: Spot::Target(range),
            value: value.ok()?.into_owned(),
            slot: Some(slot_of(operation, Place::Path, name)?),
        })
    });
    found.collect()
}

/// Returns the parameters of a path with the ranges of their values, as far as it follows its template.
fn parameters<'a>(template: &'a str, path: &str) -> Vec<(&'a str, Range<usize>)> {
    let mut found = Vec::new();
    let (mut rest, mut at) = (template, 0);
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((name, after)) = behind.split_once('}') else {
            break;
        };
        if !path.get(at..).is_some_and(|path| path.starts_with(before)) {
            break;
        }
        at += before.len();
        let end = at + length(path.get(at..).unwrap_or_default(), after);
        found.push((name.trim_end_matches('*'), at..end));
        (rest, at) = (after, end);
    }
    found
}

/// Returns the length of the value at the beginning of a path, before what the template has next.
fn length(path: &str, next: &str) -> usize {
    let literal = next.split('{').next().unwrap_or_default();
    let literal = match literal.split_once('/') {
        Some((before, _)) => before,
        None => literal,
    };
    let segment = path.split('/').next().unwrap_or_default();
    let found = (!literal.is_empty()).then(|| segment.find(literal));
    found.flatten().unwrap_or(segment.len())
}

fn in_query(request: &RequestSpec, operation: &Operation) -> Vec<Reference> {
    let Some((path, query)) = request.target.split_once('?') else {
        return Vec::new();
    };
    let mut at = path.len() + 1;
    let mut found = Vec::new();
    for pair in query.split('&') {
        let begin = at + pair.find('=').map_or(pair.len(), |sign| sign + 1);
        let range = begin..at + pair.len();
        at = range.end + 1;
        let name = form_urlencoded::parse(pair.as_bytes()).next();
        let slot = name.and_then(|(name, _)| slot_of(operation, Place::Query, &name));
        let Some(slot) = slot else {
            continue;
        };
        let raw = request.target.get(range.clone()).unwrap_or_default();
        for part in parts(raw, slot.form) {
            found.push(Reference {
                value: decoded(raw.get(part.clone()).unwrap_or_default()),
                spot: Spot::Target(range.start + part.start..range.start + part.end),
                slot: Some(slot.clone()),
            });
        }
    }
    found
}

/// Returns the ranges of the identifiers in a value of a query.
fn parts(raw: &str, form: Form) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut begin = 0;
    let commas = raw.match_indices(',').chain(raw.match_indices("%2C"));
    let mut commas: Vec<_> = commas.filter(|_| form == Form::Commas).collect();
    commas.sort_unstable();
    for (at, comma) in commas {
        parts.push(begin..at);
        begin = at + comma.len();
    }
    parts.push(begin..raw.len());
    parts
}

/// Decodes a value of a query.
fn decoded(raw: &str) -> String {
    let pair = format!("={raw}");
    let mut pairs = form_urlencoded::parse(pair.as_bytes());
    pairs
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}

fn in_headers(request: &RequestSpec, operation: &Operation) -> Vec<Reference> {
    let headers = (0..).zip(&request.headers);
    let found = headers.filter_map(|(at, (name, value))| {
        Some(Reference {
            spot: Spot::Header(at),
            value: value.clone(),
            slot: Some(slot_of(operation, Place::Header, name)?),
        })
    });
    found.collect()
}

fn in_body(request: &RequestSpec, operation: Option<&Operation>) -> Vec<Reference> {
    let leaves = request.body.value().map(leaves).unwrap_or_default();
    let found = leaves.into_iter().filter_map(|(pointer, leaf)| {
        let value = id_of(&leaf)?;
        let slot = slot_of_member(operation, &pointer, leaf.name);
        (slot.is_some() || is_distinctive(&value)).then_some(Reference {
            spot: Spot::Body(pointer),
            value,
            slot,
        })
    });
    found.collect()
}

fn id_of(leaf: &Leaf<'_>) -> Option<String> {
    let is_id = matches!(leaf.value, Value::String(_) | Value::Number(_));
    text_of(leaf.value).filter(|_| is_id)
}

/// Returns the slot of a member of a body, also of one that only an answer asked for.
fn slot_of_member(operation: Option<&Operation>, pointer: &str, name: &str) -> Option<Slot> {
    let operation = operation?;
    // every item of a list has the slot of the first
    let first = first_items(pointer);
    let is_top = pointer.matches('/').count() == 1;
    slot_of(operation, Place::Body, pointer)
        .or_else(|| slot_of(operation, Place::Body, &first))
        .or_else(|| member_slot(operation, name).filter(|_| is_top))
}

/// Returns the JSON pointer to the same member of the first item of each list.
fn first_items(pointer: &str) -> String {
    let parts = pointer.split('/').map(|part| match part.parse::<usize>() {
        Ok(_) => "0",
        Err(_) => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Returns the slot of a member by its name, unless it names what the request itself makes.
fn member_slot(operation: &Operation, name: &str) -> Option<Slot> {
    let entity = operation.entity.as_deref();
    let slot = Slot::of_member(name, entity)?;
    let is_own = slot.entities.first().map(String::as_str) == entity;
    match operation.kind {
        Kind::Register => None,
        Kind::Create if is_own => None,
        _ => Some(slot),
    }
}

/// The length of an identifier that is unlikely to be equal to another value by chance.
const MIN_DISTINCTIVE: usize = 8;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{document::tests::api_of, exchange::RequestBody};

    fn found(target: &str, body: Value) -> Vec<(String, String)> {
        let tenant = json!({"in": "header", "name": "X-Tenant-Id", "schema": {}});
        let user = json!({"in": "query", "name": "user_id", "schema": {}});
        let schema = json!({"properties": {"account_id": {}, "quantity": {"type": "integer"}}});
        let body_detail = json!({"content": {"application/json": {"schema": schema}}});
        let api = api_of(json!({"/orders/{id}/lines/{n}.json": {"post": {
            "parameters": [user, tenant], "requestBody": body_detail}}}));
        let request = RequestSpec {
            operation: 0,
            method: http::Method::POST,
            target: target.to_owned(),
            headers: vec![("X-Tenant-Id".to_owned(), "t".to_owned())],
            body: RequestBody::Json(body),
        };
        let found = references(&request, api.operations.first());
        let found = found.into_iter().map(|one| {
            let spot = match one.spot {
                Spot::Target(range) => target[range].to_owned(),
                Spot::Header(at) => at.to_string(),
                Spot::Body(pointer) => pointer,
            };
            (spot, one.value)
        });
        found.collect()
    }

    #[test]
    fn identifiers_are_read_from_their_slots_only() {
        let target = "/orders/1/lines/a%2Fb.json?page=1&user_id=1";
        let body = json!({"quantity": 1, "account_id": 1, "owner": "0b6f-11aa-27"});
        let expected = [
            ("1", "1"),
            ("a%2Fb", "a/b"),
            ("1", "1"),
            ("0", "t"),
            ("/account_id", "1"),
            ("/owner", "0b6f-11aa-27"),
        ];
        let expected = expected.map(|(spot, value)| (spot.to_owned(), value.to_owned()));
        assert_eq!(found(target, body), expected);
    }

    #[test]
    fn a_target_that_is_not_of_its_template_has_none() {
        let found = found("/other/1", json!({"quantity": 1}));
        assert_eq!(found, [("0".to_owned(), "t".to_owned())]);
    }
}
