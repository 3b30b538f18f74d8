//! The relations of a kind of record, and the parents that a path names.

use std::collections::BTreeSet;

use airside_policy::{ParentLink, Predicate, RecordShape, Relation};

use super::{Key as _, Record};
use crate::path::{PathColumn, PathParameters};

/// Describes a kind of record for policies.
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

/// Lists the path parameters of the parents of a record, and of theirs: a path names each kind once.
pub(crate) fn parameters(record: RecordShape) -> Vec<&'static str> {
    let mut seen = BTreeSet::from([record.kind]);
    let mut found = Vec::new();
    let mut left: Vec<_> = record.parents().collect();
    while let Some(link) = left.pop() {
        if seen.insert(link.shape.kind) {
            found.push(link.shape.parameter);
            left.extend(link.shape.parents());
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
            left.extend(shape.parents().map(|link| link.shape));
        }
    }
    None
}

/// Lists the parents that a path can name: each by a parameter that is not the record's own and not another
/// parent's.
pub(crate) fn pins(record: RecordShape) -> Vec<ParentLink> {
    let parents: Vec<_> = record.parents().collect();
    let is_own = |link: &&ParentLink| {
        let parameter = link.shape.parameter;
        let same = parents
            .iter()
            .filter(|other| other.shape.parameter == parameter);
        parameter != record.parameter && same.count() == 1
    };
    parents.iter().filter(is_own).copied().collect()
}

/// Returns the records that belong to the parents which a path names.
pub(crate) fn within(record: RecordShape, path: &PathParameters) -> Predicate {
    Predicate::And(named_parents(record, path, &mut vec![record.kind]))
}

fn named_parents(
    record: RecordShape,
    path: &PathParameters,
    below: &mut Vec<&'static str>,
) -> Vec<Predicate> {
    let mut named = Vec::new();
    for link in record.parents() {
        let ParentLink {
            column,
            shape: parent,
        } = link;
        // parents may lead back to a kind that is on the way already
        if below.contains(&parent.kind) {
            continue;
        }
        if let Some(text) = path.get(parent.parameter) {
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

/// Lists the columns of a record that a path sets by naming its parents.
pub(crate) fn pinned(record: RecordShape, path: &PathParameters) -> Vec<PathColumn> {
    let parents = record
        .parents()
        .filter(|link| link.shape.kind != record.kind);
    parents
        .filter_map(|link| PathColumn::of(link, path))
        .collect()
}
