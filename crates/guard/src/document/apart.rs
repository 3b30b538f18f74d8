//! Duplicate operations of a document, and operations that frameworks confuse with each other.

use std::collections::HashMap;

use airside_api::operations::alike;

use super::{
    operation::DocumentedOperation,
    shadow::{twin, undeclare_one},
};
use crate::operation::{Operation, Permission, UnreadOperation};

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
    keep_first(&mut result, operations);
    result
}

/// Keeps the first of several operations with one key.
fn keep_first(result: &mut DistinctOperations, operations: Vec<Operation>) {
    let mut seen = HashMap::new();
    for one in operations {
        match seen.insert(key(&one), one.place.clone()) {
            None => result.operations.push(one),
            Some(other) => result.repeated(&one, &other),
        }
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
                    one.permission = Permission::Undeclared(not_told_apart(&one));
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

fn not_told_apart(one: &Operation) -> String {
    let name = one.name();
    format!("paths are not told apart by a query or fragment: declare `{name}` in `guard.toml`")
}

fn undeclare(operations: &mut [Operation], group: &[usize]) {
    let members: Vec<_> = group.iter().filter_map(|at| operations.get(*at)).collect();
    let Some((first, others)) = members.split_first() else {
        return;
    };
    if others.iter().all(|one| one.permission == first.permission) {
        return;
    }
    let why = taken_for_each_other(&members);
    for at in group {
        if let Some(one) = operations.get_mut(*at)
            && !matches!(one.permission, Permission::Undeclared(_))
        {
            one.permission = Permission::Undeclared(why.clone());
        }
    }
}

fn taken_for_each_other(members: &[&Operation]) -> String {
    let names: Vec<_> = members
        .iter()
        .take(MAX_NAMES)
        .map(|one| one.name())
        .collect();
    format!(
        "frameworks take these operations for each other, and their rules differ: give them one rule, here or in `guard.toml` (`{}`)",
        names.join("`, `")
    )
}

const MAX_NAMES: usize = 4;
