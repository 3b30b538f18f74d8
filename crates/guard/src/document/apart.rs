//! Duplicate operations of a document, and operations that frameworks confuse with each other.

use std::collections::{HashMap, HashSet};

use airside_api::{Template, content::Bodies, operations::alike};

use super::operation::DocumentedOperation;
use crate::operation::{FORWARDED, Operation, Permission, UnreadOperation};

/// The distinct operations of a document, those that no request can be matched to, and remarks.
#[derive(Default)]
pub(crate) struct DistinctOperations {
    pub(crate) operations: Vec<Operation>,
    pub(crate) unread: Vec<UnreadOperation>,
    pub(crate) remarks: Vec<String>,
}

/// Makes operations undeclared that cannot be told apart and have different rules.
pub(crate) fn apart(documented: Vec<DocumentedOperation>) -> DistinctOperations {
    let mut result = DistinctOperations::default();
    let (queries, plain): (Vec<_>, Vec<_>) = documented.into_iter().partition(|one| one.has_query);
    let mut operations: Vec<_> = plain
        .into_iter()
        .filter_map(|one| result.known(one))
        .collect();
    let queries: Vec<_> = queries
        .into_iter()
        .filter_map(|one| result.known(one))
        .collect();
    result.merge_queries(&mut operations, queries);
    for group in alike(&operations) {
        undeclare(&mut operations, &group);
    }
    for group in of_one_outline(&operations) {
        undeclare_beside_undeclared(&mut operations, &group);
    }
    let mut seen = HashMap::new();
    for one in operations {
        match seen.insert(key(&one), one.place.clone()) {
            None => result.operations.push(one),
            Some(other) => result.repeated(&one, &other),
        }
    }
    result
}

/// Adds undeclared operations for `unread` ones, so that a part of a document that is not understood is
/// never allowed by another operation. The first `written` operations are those of `guard.toml`; they
/// take precedence, also over operations of the document that frameworks confuse with them.
pub(crate) fn shadowed(
    mut all: Vec<Operation>,
    written: usize,
    unread: &mut Vec<UnreadOperation>,
) -> Vec<Operation> {
    let declared = all.len();
    let mut by_path: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, one) in all.iter().enumerate() {
        by_path.entry(one.path.rough()).or_default().push(at);
    }
    for one in unread.iter().filter(|one| !one.has_twin) {
        let path = Template::lenient(&one.path);
        let near = match one.is_anywhere {
            true => {
                let could_be =
                    |at: &usize| all.get(*at).is_some_and(|one| path.could_end(&one.path));
                (0..declared).filter(could_be).collect()
            }
            false => by_path.get(&path.rough()).cloned().unwrap_or_default(),
        };
        shadow(one, &path, &near, written, &mut all);
    }
    let mut dropped = HashSet::new();
    for group in alike(&all) {
        let shadows = group.iter().copied().filter(|at| *at >= declared);
        let is_known = group.iter().any(|at| *at < declared);
        let shadows: Vec<_> = shadows.skip(usize::from(!is_known)).collect();
        let shadow = shadows
            .first()
            .and_then(|at| all.get(*at))
            .map(not_understood);
        let chosen = group.iter().find(|at| **at < written);
        let chosen = chosen.and_then(|at| all.get(*at)).cloned();
        for at in group.iter().filter(|at| (written..declared).contains(*at)) {
            match (&chosen, &shadow, all.get_mut(*at)) {
                (Some(chosen), _, Some(one)) if one.permission != chosen.permission => {
                    dropped.insert(*at);
                    unread.push(twin(one, taken_for(chosen)));
                }
                (None, Some(why), Some(one)) => undeclare_one(one, why),
                _ => {}
            }
        }
        dropped.extend(shadows);
    }
    let kept = all.into_iter().enumerate();
    kept.filter(|(at, _)| !dropped.contains(at))
        .map(|(_, one)| one)
        .collect()
}

/// Adds the operations that `one` could be, and makes undeclared the operations of the document that
/// could be taken for it. These are `near`, after the first `written`.
fn shadow(
    one: &UnreadOperation,
    path: &Template,
    near: &[usize],
    written: usize,
    all: &mut Vec<Operation>,
) {
    let method = FORWARDED
        .iter()
        .find(|method| method.as_str() == one.method);
    let methods = method.map_or(FORWARDED.as_slice(), std::slice::from_ref);
    for method in methods {
        let is_method = |at: &&usize| all.get(**at).is_some_and(|other| other.method == *method);
        let of_method: Vec<_> = near.iter().filter(is_method).copied().collect();
        let is_chosen = of_method.iter().any(|at| *at < written);
        if is_chosen || one.is_beside && !of_method.is_empty() {
            continue;
        }
        let shadow = Operation {
            method: method.clone(),
            path: path.clone(),
            body: Bodies::default(),
            permission: Permission::Undeclared(one.why.clone()),
            place: one.place.clone(),
        };
        let why = not_understood(&shadow);
        for at in of_method {
            if let Some(other) = all.get_mut(at) {
                undeclare_one(other, &why);
            }
        }
        all.push(shadow);
    }
}

fn not_understood(shadow: &Operation) -> String {
    let place = &shadow.place;
    format!("`{place}`, which is not understood, could have its path")
}

fn taken_for(chosen: &Operation) -> String {
    let name = chosen.name();
    format!(
        "frameworks take it for `{name}` of `guard.toml`: declare it there too, with the same rule"
    )
}

fn undeclare_one(one: &mut Operation, why: &str) {
    if !matches!(one.permission, Permission::Undeclared(_)) {
        one.permission = Permission::Undeclared(why.to_owned());
    }
}

/// Returns an operation of the document whose path another operation has.
fn twin(one: &Operation, why: String) -> UnreadOperation {
    UnreadOperation {
        method: one.method.to_string(),
        path: one.path.to_string(),
        why,
        place: one.place.clone(),
        has_twin: true,
        is_beside: false,
        is_anywhere: false,
        is_settled: false,
    }
}

impl DistinctOperations {
    /// Adds operations whose paths have a query or fragment, without which they are told apart. One with
    /// the rule of the operation without it says nothing new.
    fn merge_queries(&mut self, operations: &mut Vec<Operation>, queries: Vec<Operation>) {
        let plain: HashMap<_, _> = operations
            .iter()
            .map(|one| (key(one), one.permission.clone()))
            .collect();
        for mut one in queries {
            match plain.get(&key(&one)) {
                Some(permission) if *permission == one.permission => {
                    let place = &one.place;
                    self.remarks.push(format!(
                        "{place}: it is the same as without the query or fragment, with the same rule"
                    ));
                }
                _ => {
                    let why = format!(
                        "paths are not told apart by a query or fragment: declare `{}` in `guard.toml`",
                        one.name()
                    );
                    one.permission = Permission::Undeclared(why);
                    operations.push(one);
                }
            }
        }
    }

    /// Returns the operation, if requests can be matched to its method and path.
    fn known(&mut self, one: DocumentedOperation) -> Option<Operation> {
        let Some(method) = one.method.filter(|_| one.is_known) else {
            self.unread.push(one.written);
            return None;
        };
        Some(Operation {
            method,
            path: one.path,
            body: one.body,
            permission: one.permission,
            place: one.written.place,
        })
    }

    fn repeated(&mut self, one: &Operation, other: &str) {
        match &one.permission {
            Permission::Undeclared(why) => self.push_unread(one, why.clone()),
            _ => self.remarks.push(format!(
                "{}: it is the same as `{other}`, with the same rule",
                one.place
            )),
        }
    }

    fn push_unread(&mut self, one: &Operation, why: String) {
        self.unread.push(twin(one, why));
    }
}

/// Returns operations whose paths differ only in the names and kinds of their parameters, which OpenAPI
/// does not allow (3.1 §4.8.8).
fn of_one_outline(operations: &[Operation]) -> Vec<Vec<usize>> {
    let mut groups: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, one) in operations.iter().enumerate() {
        let key = (&one.method, one.path.outline());
        groups.entry(key).or_default().push(at);
    }
    groups
        .into_values()
        .filter(|group| group.len() > 1)
        .collect()
}

/// Makes operations undeclared that share the path of an undeclared one.
fn undeclare_beside_undeclared(operations: &mut [Operation], group: &[usize]) {
    let members = group.iter().filter_map(|at| operations.get(*at));
    let mut undeclared = members.filter(|one| matches!(one.permission, Permission::Undeclared(_)));
    let Some(first) = undeclared.next() else {
        return;
    };
    let why = format!("`{}` has the same path, and is undeclared", first.name());
    for at in group {
        if let Some(one) = operations.get_mut(*at) {
            undeclare_one(one, &why);
        }
    }
}

fn key(one: &Operation) -> (http::Method, String) {
    (one.method.clone(), one.path.shape())
}

fn undeclare(operations: &mut [Operation], group: &[usize]) {
    let members: Vec<_> = group.iter().filter_map(|at| operations.get(*at)).collect();
    let Some((first, others)) = members.split_first() else {
        return;
    };
    if others.iter().all(|one| one.permission == first.permission) {
        return;
    }
    let names: Vec<_> = members
        .iter()
        .take(MAX_NAMES)
        .map(|one| one.name())
        .collect();
    let why = format!(
        "frameworks take these operations for each other, and their rules differ: give them one rule, here or in `guard.toml` (`{}`)",
        names.join("`, `")
    );
    for at in group {
        if let Some(one) = operations.get_mut(*at)
            && !matches!(one.permission, Permission::Undeclared(_))
        {
            one.permission = Permission::Undeclared(why.clone());
        }
    }
}

const MAX_NAMES: usize = 4;
