//! Undeclared operations for what a document says and the guard does not understand.

use std::collections::{HashMap, HashSet};

use airside_api::{Template, content::Bodies, operations::alike};

use crate::operation::{FORWARDED, Operation, Permission, UnreadOperation};

/// Adds undeclared operations for `unread` ones, so that a part of a document that is not understood is
/// never allowed by another operation. The first `written` operations are those of `guard.toml`; they
/// take precedence, also over operations of the document that frameworks confuse with them.
pub(crate) fn shadowed(
    mut all: Vec<Operation>,
    written: usize,
    unread: &mut Vec<UnreadOperation>,
) -> Vec<Operation> {
    let declared = all.len();
    shadow_unread(&mut all, written, unread);
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

/// Adds an undeclared operation for each one that is not understood.
fn shadow_unread(all: &mut Vec<Operation>, written: usize, unread: &[UnreadOperation]) {
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
        shadow(one, &path, &near, written, all);
    }
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

pub(super) fn undeclare_one(one: &mut Operation, why: &str) {
    if !matches!(one.permission, Permission::Undeclared(_)) {
        one.permission = Permission::Undeclared(why.to_owned());
    }
}

/// Returns an operation of the document whose path another operation has.
pub(super) fn twin(one: &Operation, why: String) -> UnreadOperation {
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
