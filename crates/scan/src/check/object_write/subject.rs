//! The subject of a write: deletion or change, and the identifiers that are attacked.

use crate::{
    document::{Form, Kind, Operation, Place, Slot},
    report::model::Class,
    verdict::Target,
    word::is_password,
};

pub(super) fn deletes(operation: &Operation) -> bool {
    operation.kind == Kind::Delete
        || operation.path.split('/').any(|one| {
            let verb = crate::word::verb(one);
            matches!(verb.as_str(), "delete" | "remove" | "destroy")
        })
}

pub(super) fn class_of(operation: &Operation) -> Class {
    match (&operation.administrative, deletes(operation)) {
        (Some(_), _) => Class::Function,
        (None, true) => Class::ObjectDelete,
        (None, false) => Class::ObjectWrite,
    }
}

/// Returns the slots whose objects are attacked: the last one of the path, else each of the others.
pub(super) fn targets(operation: &Operation) -> Vec<&Slot> {
    let path = operation.target_slot();
    let others = operation
        .slots
        .iter()
        .filter(|one| one.place != Place::Path);
    let mut all: Vec<&Slot> = path.into_iter().chain(others).collect();
    // a header says whose objects are meant, and is attacked with them
    if !all.iter().all(|slot| slot.is_ambient()) {
        all.retain(|slot| !slot.is_ambient());
    }
    all.truncate(3);
    all
}

/// Returns how many ways there are to put the identifiers of others into a request: all of them, each alone, and
/// in a list behind the attacker's own.
pub(super) fn attacks(operation: &Operation) -> usize {
    let lists = operation.slots.iter().filter(|one| one.form != Form::One);
    operation.slots.len().clamp(1, 3) + lists.count()
}

pub(super) fn sets_credentials(operation: &Operation) -> bool {
    let body = operation.detail.body.as_ref();
    body.is_some_and(|body| {
        let names = body.schema.properties.iter();
        names.into_iter().any(|(name, _)| is_password(name))
    })
}

pub(super) fn target(operation: &Operation) -> Target {
    let last = crate::word::kind_of_segment(operation.last_segment());
    let is_social = last.is_some_and(|one| SOCIAL.contains(&one.as_str()));
    match operation.kind {
        Kind::Update | Kind::Delete if !is_social => Target::Itself,
        _ if deletes(operation) => Target::Itself,
        _ => Target::Around,
    }
}

/// Returns true if an operation asks the owner of an object for something, by the last word of its path.
pub(super) fn is_request(operation: &Operation) -> bool {
    let words = crate::word::words(operation.last_segment());
    let last = words.last().map(|word| crate::word::singular(word));
    operation.kind == Kind::Create && last.is_some_and(|last| REQUESTS.contains(&last.as_str()))
}

/// Words for what callers ask the owner of an object for.
const REQUESTS: [&str; 10] = [
    "request",
    "application",
    "inquiry",
    "enquiry",
    "report",
    "complaint",
    "appeal",
    "offer",
    "bid",
    "proposal",
];

/// Words for what people may do with objects of others.
const SOCIAL: [&str; 12] = [
    "star",
    "like",
    "follow",
    "vote",
    "reaction",
    "subscribe",
    "favorite",
    "favourite",
    "rating",
    "join",
    "membership",
    "subscription",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::tests::api_of;

    #[test]
    fn an_operation_asks_for_something_by_its_name() {
        let api = api_of(json!({
            "/docs/{id}/access-requests": {"post": {}},
            "/docs/{id}/comments": {"post": {}},
        }));
        let asks: Vec<_> = api.operations.iter().map(is_request).collect();
        assert_eq!(asks, [true, false]);
    }
}
