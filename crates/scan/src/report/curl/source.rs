//! The part of an answer that an identifier comes from.
//!
//! A short identifier such as `1` is in many places of an answer. It is taken from a member whose name and kind
//! are those of the slot that a later request has it in.

use serde_json::Value;

use super::call::Call;
use crate::{
    document::{Kind, Slot},
    request::{Reference, is_distinctive},
    tree::{FoundObject, addressed_objects, leaves, objects, text_of},
    value::canaries_in,
    word::{folded, is_id_name},
    world::is_bare_id,
};

/// The part of an answer that a later line takes a value from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A member, by a filter of `jq`.
    Member(String),
    /// A member of the row that has a text which the scan made up.
    Row {
        /// The text.
        mark: String,
        /// The filter of `jq` in the row.
        filter: String,
    },
    /// The last segment of `Location`.
    Location,
}

impl Source {
    /// Returns the source for the last segment of the address that a member holds.
    fn end(self) -> Self {
        let end = |filter: String| format!("{filter} | rtrimstr(\"/\") | split(\"/\") | last");
        match self {
            Self::Member(filter) => Self::Member(end(filter)),
            Self::Row { mark, filter } => Self::Row {
                mark,
                filter: end(filter),
            },
            Self::Location => Self::Location,
        }
    }
}

/// An identifier in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) source: Source,
    /// The kind of the object that has it.
    pub(super) kind: String,
    /// The name of its member.
    pub(super) field: String,
}

/// Finds an identifier in the answer to a call.
pub(super) fn origin(call: &Call<'_>, reference: &Reference) -> Option<Origin> {
    let json = call.exchange.answer.json.as_ref();
    json.and_then(|json| member(call, json, reference))
        .or_else(|| json.and_then(|json| address(call, json, reference)))
        .or_else(|| location(call, reference))
}

/// Returns true if the answer to a call has an identifier, and not in one row of a list.
#[must_use]
pub fn tells(call: &Call<'_>, reference: &Reference) -> bool {
    let is_here = call.exchange.answer.text.contains(&reference.value);
    let origin = is_here.then(|| origin(call, reference)).flatten();
    let source = origin.map(|one| one.source);
    matches!(source, Some(Source::Member(filter)) if !filter.contains("[0]"))
}

/// Returns the kind of objects that a call is about.
fn kind<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    match call.operation {
        None => Some("user"),
        Some(one) if matches!(one.kind, Kind::Register | Kind::SignIn) => Some("user"),
        Some(one) => one.entity.as_deref(),
    }
}

fn member(call: &Call<'_>, json: &Value, reference: &Reference) -> Option<Origin> {
    let found = objects(json, kind(call));
    let has = |one: &FoundObject, name: &str| one.fields.get(name) == Some(&reference.value);
    let by_slot = reference.slot.as_ref().and_then(|slot| {
        let names = slot.field_names().into_iter();
        let mut pairs = names.flat_map(|name| found.iter().map(move |one| (name.clone(), one)));
        pairs.find(|(name, one)| has(one, name) && is_of(slot, name, one))
    });
    let by_value = || {
        let mut pairs = found
            .iter()
            .flat_map(|one| one.fields.keys().map(move |name| (name.clone(), one)));
        let is_distinctive = is_distinctive(&reference.value);
        pairs.find(|(name, one)| is_distinctive && is_id_name(name) && has(one, name))
    };
    let (name, object) = by_slot.or_else(by_value)?;
    let members = json.pointer(&object.pointer)?.as_object()?;
    let is_own = |(own, value): &(&String, &Value)| {
        folded(own) == name && text_of(value).as_ref() == Some(&reference.value)
    };
    let (field, _) = members.iter().find(is_own)?;
    let pointer = format!("{}/{}", object.pointer, escaped(field));
    Some(Origin {
        source: source(json, &object.pointer, &pointer)?,
        kind: kind_of(object, reference),
        field: field.clone(),
    })
}

/// Finds an identifier that is the end of an address which an object says of itself.
fn address(call: &Call<'_>, json: &Value, reference: &Reference) -> Option<Origin> {
    let slot = reference.slot.as_ref()?;
    let objects = addressed_objects(json, kind(call)).into_iter();
    let mut own = objects.filter(|one| {
        one.entity
            .as_ref()
            .is_some_and(|kind| slot.entities.contains(kind))
    });
    own.find_map(|object| {
        let mut addresses = object.addresses.iter();
        let address = addresses.find(|one| last_segment(one) == Some(&reference.value))?;
        let members = json.pointer(&object.pointer)?;
        let (inner, _) = leaves(members)
            .into_iter()
            .find(|(_, leaf)| leaf.value == address)?;
        let pointer = format!("{}{inner}", object.pointer);
        Some(Origin {
            source: source(json, &object.pointer, &pointer)?.end(),
            kind: object.entity.unwrap_or_default(),
            field: "id".to_owned(),
        })
    })
}

/// Returns the last segment of an address; `None` if it has a query.
fn last_segment(address: &str) -> Option<&str> {
    let is_plain = !address.contains(['?', '#']);
    let (_, last) = address.trim_end_matches('/').rsplit_once('/')?;
    is_plain.then_some(last)
}

/// Returns true if a member of an object can be what a slot takes: a bare `id` is that of the object itself.
fn is_of(slot: &Slot, name: &str, object: &FoundObject) -> bool {
    let kind = object.entity.as_ref();
    !is_bare_id(name) || kind.is_none_or(|kind| slot.entities.contains(kind))
}

fn kind_of(object: &FoundObject, reference: &Reference) -> String {
    let slot = reference.slot.as_ref();
    let of_slot = slot.and_then(|slot| slot.entities.first().cloned());
    object.entity.clone().or(of_slot).unwrap_or_default()
}

/// Returns the filter for a member; `None` for a row among others that nothing tells from them.
fn source(json: &Value, object: &str, pointer: &str) -> Option<Source> {
    if !is_among_others(json, object) {
        return Some(Source::Member(filter(json, pointer)));
    }
    let row = json.pointer(object)?;
    let texts = row.as_object()?.values().filter_map(Value::as_str);
    let mark = texts.flat_map(canaries_in).next()?.to_owned();
    let own = pointer.strip_prefix(object)?;
    let filter = filter(row, own);
    Some(Source::Row { mark, filter })
}

/// Returns true if a list on the way to an object has others too.
fn is_among_others(json: &Value, pointer: &str) -> bool {
    let ends = pointer.match_indices('/').map(|(at, _)| at);
    let mut lists = ends.filter_map(|end| json.pointer(pointer.get(..end)?)?.as_array());
    lists.any(|list| list.len() > 1)
}

/// Returns the filter of `jq` for a JSON pointer.
pub(super) fn filter(json: &Value, pointer: &str) -> String {
    let mut filter = String::new();
    let mut at = Some(json);
    for name in pointer.split('/').skip(1) {
        let name = name.replace("~1", "/").replace("~0", "~");
        let is_list = at.is_some_and(Value::is_array);
        filter.push_str(&match (is_list, is_plain(&name)) {
            (true, _) => format!("[{name}]"),
            (false, true) => format!(".{name}"),
            (false, false) => format!("[{}]", Value::from(name.as_str())),
        });
        at = at.and_then(|at| match at {
            Value::Array(items) => items.get(name.parse::<usize>().ok()?),
            at => at.get(&name),
        });
    }
    match filter.starts_with('.') {
        true => filter,
        false => format!(".{filter}"),
    }
}

/// Returns true for a name that `jq` takes without quotes.
fn is_plain(name: &str) -> bool {
    let is_letter = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    !name.starts_with(|sign: char| sign.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(is_letter)
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Finds an identifier that is the end of the address of a new object.
fn location(call: &Call<'_>, reference: &Reference) -> Option<Origin> {
    let last = last_segment(call.exchange.answer.location.as_deref()?)?;
    let kind = kind(call)?;
    let slot = reference.slot.as_ref()?;
    let is_of = slot.entities.iter().any(|one| one == kind);
    (last == reference.value && is_of).then(|| Origin {
        source: Source::Location,
        kind: kind.to_owned(),
        field: "id".to_owned(),
    })
}

#[cfg(test)]
mod tests;
