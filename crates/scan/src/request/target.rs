//! The path, the query and the headers of a request.

use airside_api::document::{ParameterDetail, Schema};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::filling::{Assignment, further};
use crate::{
    document::{Form, Operation, Place, Slot},
    tree::text_of,
    value::{self, Mint},
};

pub(super) fn target(operation: &Operation, ids: &Assignment, mint: &Mint) -> String {
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
    match query(operation, ids, mint) {
        Some(query) => format!("{path}?{query}"),
        None => path,
    }
}

/// Writes the query: identifiers, what is required, and the size of a page.
fn query(operation: &Operation, ids: &Assignment, mint: &Mint) -> Option<String> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let mut is_empty = true;
    for parameter in parameters(operation, "query") {
        let mut values = given(operation, &parameter.name, ids);
        if values.is_empty() {
            values.extend(match parameter.is_required {
                true => Some(free_value(operation, "query", &parameter.name, mint)),
                false => page_size(&parameter.name, &parameter.schema),
            });
        }
        for value in values {
            query.append_pair(&parameter.name, &value);
            is_empty = false;
        }
    }
    (!is_empty).then(|| query.finish())
}

/// Returns the values of a parameter of the query that are identifiers.
fn given(operation: &Operation, name: &str, ids: &Assignment) -> Vec<String> {
    let Some(first) = ids.get(&(Place::Query as usize, name.to_owned())) else {
        return Vec::new();
    };
    let mut slots = operation.slots.iter();
    let slot = slots.find(|slot| slot.place == Place::Query && slot.name == name);
    let others = slot.into_iter().flat_map(|slot| further(slot, ids));
    let all = [first].into_iter().chain(others.map(|(_, id)| id));
    let all: Vec<String> = all.cloned().collect();
    match slot.is_some_and(|slot| slot.form == Form::Commas) {
        true => vec![all.join(",")],
        false => all,
    }
}

fn parameters<'a>(
    operation: &'a Operation,
    place: &'a str,
) -> impl Iterator<Item = &'a ParameterDetail> {
    let all = operation.detail.parameters.iter();
    all.filter(move |one| one.place == place)
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

pub(super) fn headers(
    operation: &Operation,
    ids: &Assignment,
    mint: &Mint,
) -> Vec<(String, String)> {
    let headers = parameters(operation, "header").filter(|one| !is_reserved(&one.name));
    let headers = headers.filter_map(|parameter| {
        let name = &parameter.name;
        let id = ids.get(&(Place::Header as usize, name.clone())).cloned();
        let free = || free_value(operation, "header", name, mint);
        let value = id.or_else(|| parameter.is_required.then(free))?;
        Some((name.clone(), value))
    });
    headers.collect()
}

/// Chooses an identifier that no object has for a slot of a path; `None` if it must have a form in which the scan
/// knows none: what is there already would be overwritten.
#[must_use]
pub fn chosen_id(operation: &Operation, slot: &Slot, mint: &Mint) -> Option<String> {
    let mut described = parameters(operation, "path");
    let schema = &described.find(|one| one.name == slot.name)?.schema;
    let is_number = schema.is("integer") || schema.is("number");
    let has_room = match is_number {
        true => schema.range.1.is_none_or(|most| most >= MAX_NUMBER as f64),
        false => schema.length.1.is_none_or(|most| most >= 36),
    };
    if !schema.values.is_empty() || schema.pattern.is_some() || !has_room {
        return None;
    }
    match schema.format.as_deref() {
        Some("uuid") => Some(mint.uuid()),
        None | Some("int32" | "int64") if schema.is("integer") => {
            Some((MAX_NUMBER / 2 + mint.number() % (MAX_NUMBER / 2)).to_string())
        }
        None if !is_number => Some(mint.canary()),
        _ => None,
    }
}

/// Returns true for a header that the scan sets itself.
fn is_reserved(name: &str) -> bool {
    let reserved = ["authorization", "content-type", "accept", "host"];
    reserved.iter().any(|one| name.eq_ignore_ascii_case(one))
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

/// The greatest number that is chosen for an identifier: it fits 32 bits.
const MAX_NUMBER: u64 = 2_000_000_000;

/// The signs that are escaped in a segment of a path (RFC 3986 §3.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@');

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::document::tests::api_of;

    fn chosen(schema: Value) -> Option<String> {
        let id = json!([{"in": "path", "name": "id", "required": true, "schema": schema}]);
        let api = api_of(json!({"/devices/{id}": {"parameters": id, "put": {}}}));
        let operation = &api.operations[0];
        chosen_id(operation, operation.main_slot().unwrap(), &Mint::new(1))
    }

    #[test]
    fn an_identifier_is_chosen_only_where_no_object_can_have_it() {
        for free in [
            json!({"type": "string"}),
            json!({"type": "string", "format": "uuid"}),
            json!({"type": "string", "maxLength": 64, "example": "a-device"}),
        ] {
            assert!(chosen(free.clone()).unwrap().len() >= 12, "{free}");
        }
        for number in [
            json!({"type": "integer"}),
            json!({"type": "integer", "format": "int64", "minimum": 1}),
        ] {
            let number: u64 = chosen(number).unwrap().parse().unwrap();
            assert!((1_000_000_000..2_147_483_648).contains(&number), "{number}");
        }
        for taken in [
            json!({"type": "integer", "maximum": 1000}),
            json!({"type": "string", "maxLength": 3}),
            json!({"type": "string", "pattern": "^[A-Z]{3}$"}),
            json!({"type": "string", "format": "date"}),
            json!({"type": "number"}),
        ] {
            assert_eq!(chosen(taken.clone()), None, "{taken}");
        }
    }
}
