//! The slots of an operation.

use airside_api::document::{Detail, ParameterDetail};

use super::{
    body::body_slots,
    model::{Form, Place, Slot, last_name},
    reference::{is_plural_id, is_reference, slot},
};
use crate::{
    document::Kind,
    word::{is_verb, kind_of_segment, words},
};

/// Finds the slots of an operation.
pub(in crate::document) fn slots(
    path: &str,
    detail: &Detail,
    entity: Option<&str>,
    kind: Kind,
) -> Vec<Slot> {
    let mut slots = path_slots(path, detail);
    if matches!(kind, Kind::SignIn | Kind::SignOut | Kind::Reset) {
        return slots;
    }
    slots.extend(parameter_slots(detail, entity));
    if let Some(body) = &detail.body {
        body_slots(&body.schema, entity, &mut slots);
    }
    slots.retain(|slot| match kind {
        Kind::Register => slot.place != Place::Body,
        // an identifier of the new object itself is chosen by the caller
        Kind::Create => {
            let is_own = slot.entities.first().map(String::as_str) == entity;
            let name = last_name(&slot.name);
            slot.place != Place::Body || !is_own || words(name).len() > 1 && slot.field == "id"
        }
        _ => true,
    });
    slots
}

/// Finds the slots of the query and of the headers.
fn parameter_slots(detail: &Detail, entity: Option<&str>) -> Vec<Slot> {
    let slots = detail.parameters.iter().filter_map(|parameter| {
        let place = match parameter.place.as_str() {
            "query" => Place::Query,
            "header" => Place::Header,
            _ => return None,
        };
        let is_reference =
            is_reference(&parameter.name, place) && parameter.schema.values.is_empty();
        // a header is about the caller, whatever the path names
        let near = entity.filter(|_| place != Place::Header);
        is_reference.then(|| Slot {
            form: form(place, parameter),
            ..slot(place, &parameter.name, near, parameter.is_required)
        })
    });
    slots.collect()
}

/// Returns the form in which a parameter takes identifiers.
fn form(place: Place, parameter: &ParameterDetail) -> Form {
    let is_list = parameter.schema.is("array");
    let is_plural = words(&parameter.name)
        .last()
        .is_some_and(|last| is_plural_id(last));
    match place {
        Place::Query if is_list && !parameter.is_joined => Form::Repeated,
        Place::Query if is_list || is_plural => Form::Commas,
        _ => Form::One,
    }
}

fn path_slots(path: &str, detail: &Detail) -> Vec<Slot> {
    let segments: Vec<&str> = path.split('/').filter(|one| !one.is_empty()).collect();
    let mut slots = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let Some(name) = parameter_of(segment) else {
            continue;
        };
        let described = detail.parameters.iter();
        let mut described = described.filter(|one| one.place == "path" && one.name == name);
        let schema = described.next().map(|one| &one.schema);
        if schema.is_some_and(|schema| !schema.values.is_empty()) {
            continue;
        }
        let before = segments.get(..at).unwrap_or_default().iter().rev();
        let mut before = before.filter(|one| !one.starts_with('{') && !is_verb(one));
        let kind = before.find_map(|one| kind_of_segment(one));
        slots.push(slot(Place::Path, name, kind.as_deref(), true));
    }
    slots
}

/// Returns the name of the parameter in a segment of a path.
pub(in crate::document) fn parameter_of(segment: &str) -> Option<&str> {
    let (_, behind) = segment.split_once('{')?;
    let (name, _) = behind.split_once('}')?;
    Some(name.trim_end_matches('*'))
}
