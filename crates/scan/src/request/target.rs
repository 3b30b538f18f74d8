//! The path, the query and the headers of a request.

use airside_api::document::Schema;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::filling::Assignment;
use crate::{
    document::{Operation, Place},
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

pub(super) fn headers(
    operation: &Operation,
    ids: &Assignment,
    mint: &Mint,
) -> Vec<(String, String)> {
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
