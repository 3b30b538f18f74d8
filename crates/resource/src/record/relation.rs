//! What policies know of a kind of record, and which of its parents a path names.

use std::collections::BTreeSet;

use airside_policy::{Predicate, RecordShape, Relation, Value};

use super::{Key as _, Record};

/// A kind of record as policies know it.
#[must_use]
pub fn shape<T: Record>() -> RecordShape {
    RecordShape {
        kind: T::TYPE,
        table: T::TABLE,
        key: T::KEY,
        key_within: T::KEY_WITHIN,
        parameter: T::PARAMETER,
        parse: |text| Some(T::Key::parse(text)?.value()),
        hidden: T::hidden_when,
        relations: T::relations,
    }
}

/// The path parameters of the parents of a record, and of theirs: a path names each kind once.
pub(crate) fn parameters(record: RecordShape) -> Vec<&'static str> {
    let mut seen = BTreeSet::from([record.kind]);
    let mut found = Vec::new();
    let mut left: Vec<_> = record.parents().collect();
    while let Some((_, parent)) = left.pop() {
        if seen.insert(parent.kind) {
            found.push(parent.parameter);
            left.extend(parent.parents());
        }
    }
    found
}

/// Finds a kind of record that another table refers to by a key which is unique only within something: a parent
/// of this one, or one with members.
pub(crate) fn ambiguous_reference(record: RecordShape) -> Option<&'static str> {
    let mut seen = BTreeSet::new();
    let mut left = vec![record];
    while let Some(shape) = left.pop() {
        let is_shared = !shape.key_within.is_empty();
        let mut relations = (shape.relations)().into_iter();
        let has_members = relations.any(|one| matches!(one, Relation::Members { .. }));
        if is_shared && (has_members || shape.kind != record.kind) {
            return Some(shape.kind);
        }
        if seen.insert(shape.kind) {
            left.extend(shape.parents().map(|(_, parent)| parent));
        }
    }
    None
}

/// The parents that a path can name, with the columns that hold their keys: each by a parameter that is no
/// other's and not the record's own.
pub(crate) fn pins(record: RecordShape) -> Vec<(&'static str, RecordShape)> {
    let parents: Vec<_> = record.parents().collect();
    let is_own = |parent: &RecordShape| {
        let same = parents
            .iter()
            .filter(|(_, other)| other.parameter == parent.parameter);
        parent.parameter != record.parameter && same.count() == 1
    };
    let pins = parents.iter().filter(|(_, parent)| is_own(parent));
    pins.copied().collect()
}

/// The records that belong to the parents which a path names.
pub(crate) fn within(record: RecordShape, path: &[(String, String)]) -> Predicate {
    Predicate::And(named_parents(record, path, &mut vec![record.kind]))
}

fn named_parents(
    record: RecordShape,
    path: &[(String, String)],
    below: &mut Vec<&'static str>,
) -> Vec<Predicate> {
    let mut named = Vec::new();
    for (column, parent) in record.parents() {
        // parents may lead back to a kind that is on the way already
        if below.contains(&parent.kind) {
            continue;
        }
        if let Some((_, text)) = path.iter().find(|(name, _)| name == parent.parameter) {
            named.push(parent.named(column, text));
        }
        below.push(parent.kind);
        let above = named_parents(parent, path, below);
        below.pop();
        if !above.is_empty() {
            named.push(parent.related(column, Predicate::And(above)));
        }
    }
    named
}

/// The columns of a record that a path sets, as it names the parents: `None` for a value if there can be no
/// such parent.
pub(crate) fn pinned(
    record: RecordShape,
    path: &[(String, String)],
) -> Vec<(&'static str, Option<Value>)> {
    let parents = record
        .parents()
        .filter(|(_, parent)| parent.kind != record.kind);
    let named = parents.filter_map(|(column, parent)| {
        let (_, text) = path.iter().find(|(name, _)| name == parent.parameter)?;
        Some((column, (parent.parse)(text)))
    });
    named.collect()
}
