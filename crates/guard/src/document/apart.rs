//! Operations of a document that are the same one, or that frameworks take for each other.

use std::collections::HashSet;

use airside_api::{Template, content::Bodies, operations::alike};
use http::Method;

use super::DocumentedOperation;
use crate::operation::{Operation, Permission, Unread};

/// The operations of a document, those by which no request is known, and remarks.
#[derive(Default)]
pub(crate) struct Apart {
    pub(crate) operations: Vec<Operation>,
    pub(crate) unread: Vec<Unread>,
    pub(crate) remarks: Vec<String>,
}

/// Makes undeclared what cannot be told apart and has different rules.
pub(crate) fn apart(documented: Vec<DocumentedOperation>) -> Apart {
    let mut result = Apart::default();
    let (queries, plain): (Vec<_>, Vec<_>) = documented.into_iter().partition(|one| one.has_query);
    let mut operations: Vec<_> = plain
        .into_iter()
        .filter_map(|one| result.known(one))
        .collect();
    let queries: Vec<_> = queries
        .into_iter()
        .filter_map(|one| result.known(one))
        .collect();
    let plain: std::collections::HashMap<_, _> = operations
        .iter()
        .map(|one| (key(one), one.permission.clone()))
        .collect();
    for mut one in queries {
        let why = format!(
            "paths are not told apart by a query or fragment: declare `{}` in `guard.toml`",
            one.name()
        );
        match plain.get(&key(&one)) {
            Some(permission) if *permission == one.permission => result.push_unread(&one, why),
            _ => {
                one.permission = Permission::Undeclared(why);
                operations.push(one);
            }
        }
    }
    for group in alike(&operations) {
        undeclare(&mut operations, &group);
    }
    let mut seen = std::collections::HashMap::new();
    for one in operations {
        match seen.insert(key(&one), one.place.clone()) {
            None => result.operations.push(one),
            Some(other) => result.repeated(&one, &other),
        }
    }
    result
}

/// Adds operations that nobody may call where `unread` ones could be: what a document says and the guard
/// does not understand is never let through by another operation. Of all, the first `written` are those
/// of `guard.toml`, which count.
pub(crate) fn shadowed(
    mut all: Vec<Operation>,
    written: usize,
    unread: &[Unread],
) -> Vec<Operation> {
    let declared = all.len();
    for one in unread.iter().filter(|one| !one.has_twin) {
        let method = METHODS.iter().find(|method| method.as_str() == one.method);
        let methods = method.map_or(METHODS.as_slice(), std::slice::from_ref);
        // a method that is never forwarded has no requests
        let methods = if method.is_none() && one.method != "?" {
            &[]
        } else {
            methods
        };
        all.extend(methods.iter().map(|method| Operation {
            method: method.clone(),
            path: Template::lenient(&one.path),
            body: Bodies::default(),
            permission: Permission::Undeclared(one.why.clone()),
            place: one.place.clone(),
        }));
    }
    let mut dropped = HashSet::new();
    for group in alike(&all) {
        let shadows = group.iter().copied().filter(|at| *at >= declared);
        let is_known = group.iter().any(|at| *at < declared);
        let shadows: Vec<_> = shadows.skip(usize::from(!is_known)).collect();
        if shadows.is_empty() && !is_known {
            continue;
        }
        let has_shadow = group.iter().any(|at| *at >= declared);
        let counts = group.iter().any(|at| *at < written);
        for at in group
            .iter()
            .filter(|at| has_shadow && !counts && **at < declared)
        {
            if let Some(one) = all.get_mut(*at)
                && !matches!(one.permission, Permission::Undeclared(_))
            {
                let why = "another operation, which is not understood, could have its path";
                one.permission = Permission::Undeclared(why.to_owned());
            }
        }
        dropped.extend(shadows);
    }
    let kept = all.into_iter().enumerate();
    kept.filter(|(at, _)| !dropped.contains(at))
        .map(|(_, one)| one)
        .collect()
}

impl Apart {
    /// The operation, if requests are known by its method and path.
    fn known(&mut self, one: DocumentedOperation) -> Option<Operation> {
        let Some((Some(method), path)) = one.known else {
            self.unread.push(one.written);
            return None;
        };
        Some(Operation {
            method,
            path,
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
        self.unread.push(Unread {
            method: one.method.to_string(),
            path: one.path.to_string(),
            why,
            place: one.place.clone(),
            has_twin: true,
        });
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
/// That are forwarded.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];
