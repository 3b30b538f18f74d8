//! What a write is about: deletion or change, and the identifiers that are attacked.

use crate::{
    document::{Kind, Operation, Place, Slot},
    report::model::Class,
    verdict::Target,
    word::is_password,
};

pub(super) fn deletes(operation: &Operation) -> bool {
    operation.kind == Kind::Delete
        || operation.path.split('/').any(|one| {
            let words = crate::word::words(one);
            matches!(
                words.first().map(String::as_str),
                Some("delete" | "remove" | "destroy")
            )
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
    path.into_iter().chain(others).take(3).collect()
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
