//! The checks that routes must pass to make an API.

mod error;

pub use self::error::BuildError;

use std::collections::{BTreeMap, BTreeSet};

use airside_policy::{Policies, policies::API};

use super::{Route, Router};
use crate::action::{DeclarationKind, RouteDeclaration};

impl<S: Clone + Send + Sync + 'static> Router<S> {
    pub(super) fn check(&self, policies: Option<&dyn Policies>) -> Result<(), BuildError> {
        if self.has_lost_layers {
            return Err(BuildError::LostLayers);
        }
        let mut shapes = BTreeMap::new();
        let mut served = BTreeSet::new();
        for (route, _) in &self.routes {
            let path = &route.path;
            if !is_path(path) {
                return Err(BuildError::NoPath(path.clone()));
            }
            if !served.insert((route.method.as_str(), path)) {
                let (method, path) = (route.method.clone(), path.clone());
                return Err(BuildError::Twice { method, path });
            }
            let same = shapes.insert(shape(path), path);
            if let Some(other) = same.filter(|other| *other != path) {
                return Err(BuildError::SamePath(other.clone(), path.clone()));
            }
        }
        for route in self.routes() {
            self.check_parameters(route)?;
            check_policies(route, policies)?;
        }
        Ok(())
    }

    /// Returns the reason why no rule checks a parameter of a route, if the router has one.
    pub(super) fn waiver<'a>(&'a self, route: &'a Route, parameter: &str) -> Option<&'a String> {
        let own = route.waived.get(parameter);
        own.or_else(|| self.unchecked.get(parameter))
    }

    /// Requires that each parameter has its own name, and is checked or waived, and that each record has its
    /// parameter.
    fn check_parameters(&self, route: &Route) -> Result<(), BuildError> {
        let path = || route.path.clone();
        let mut names = BTreeSet::new();
        if let Some(repeated) = route.parameters().find(|name| !names.insert(*name)) {
            let parameter = repeated.to_owned();
            return Err(BuildError::RepeatedParameter {
                path: path(),
                parameter,
            });
        }
        let mut named = BTreeMap::new();
        for declared in &route.declared {
            // the key of one kind of record is not that of another
            if let (DeclarationKind::Object, Some(parameter), Some(record)) =
                (declared.kind, declared.parameter, declared.record)
                && *named.entry(parameter).or_insert(record) != record
            {
                return Err(BuildError::SharedParameter {
                    action: declared.action,
                    record,
                    parameter,
                });
            }
            if declared.is_endless {
                let action = declared.action;
                return Err(BuildError::Endless { action });
            }
            if let Some(record) = declared.record {
                check_relations(declared, record)?;
                check_key(declared, record, route, &names)?;
            }
        }
        let mut unchecked = route.unchecked();
        match unchecked.find(|name| self.waiver(route, name).is_none()) {
            Some(parameter) => Err(BuildError::UncheckedParameter {
                method: route.method.clone(),
                path: path(),
                parameter: parameter.to_owned(),
            }),
            None => Ok(()),
        }
    }
}

/// Requires that the rule's memberships, parameters and columns are those of the record.
fn check_relations(declared: &RouteDeclaration, record: &'static str) -> Result<(), BuildError> {
    let action = declared.action;
    if let Some(other) = &declared.other_membership {
        return Err(BuildError::OtherMembership {
            action,
            record,
            other: other.clone(),
        });
    }
    if let Some(parameter) = declared.shared_parameter() {
        return Err(BuildError::SharedParameter {
            action,
            record,
            parameter,
        });
    }
    check_columns(declared, record)?;
    match declared.ambiguous_reference {
        Some(record) => Err(BuildError::AmbiguousReference { action, record }),
        None => Ok(()),
    }
}

/// Requires that a route names one record: `names` are the parameters of its path.
fn check_key(
    declared: &RouteDeclaration,
    record: &'static str,
    route: &Route,
    names: &BTreeSet<&str>,
) -> Result<(), BuildError> {
    let is_fixed = |parameter: Option<&str>| parameter.is_some_and(|name| names.contains(name));
    let mut columns = declared.open_key_columns.iter();
    if let Some(open) = columns.find(|open| !is_fixed(open.parameter)) {
        return Err(BuildError::AmbiguousKey {
            action: declared.action,
            record,
            column: open.column,
            method: route.method.clone(),
            path: route.path.clone(),
        });
    }
    if let Some(column) = declared.never_writable {
        return Err(BuildError::NeverWritable { record, column });
    }
    match declared.parameter.filter(|name| !names.contains(name)) {
        Some(parameter) => Err(BuildError::NoParameter {
            path: route.path.clone(),
            record,
            parameter,
        }),
        None => Ok(()),
    }
}

/// Requires that the record has the columns of the rule, and that the rule checks those that handlers set.
fn check_columns(declared: &RouteDeclaration, record: &'static str) -> Result<(), BuildError> {
    let action = declared.action;
    if let Some(role) = declared.missing_column {
        return Err(BuildError::NoColumn {
            action,
            record,
            role,
        });
    }
    if let Some(column) = declared.unchecked_parent {
        return Err(BuildError::UncheckedParent {
            action,
            record,
            column,
        });
    }
    match declared.has_no_tenant {
        true => Err(BuildError::NoTenant { action, record }),
        false => Ok(()),
    }
}

/// Requires that the policies know their actions, and that the code declares the relations they use.
fn check_policies(route: &Route, policies: Option<&dyn Policies>) -> Result<(), BuildError> {
    let by_policies = |one: &&RouteDeclaration| one.by_policies || one.policy_question.is_some();
    for one in route.declared.iter().filter(by_policies) {
        let question = one.policy_question;
        let action = question.map_or(one.action, |question| question.action);
        let policies = policies.ok_or(BuildError::NoPolicies(action))?;
        let shape = question.map(|question| question.shape);
        let kind = shape.map_or(API, |shape| shape.kind);
        if !policies.knows(action, kind) {
            return Err(BuildError::UnknownAction { action, kind });
        }
        if let Some(shape) = shape {
            let checked = policies.check(action, shape);
            checked.map_err(|reason| BuildError::Relation { action, reason })?;
        }
    }
    Ok(())
}

/// Tells whether a path is one that a request could have, with parameters that are whole segments.
fn is_path(path: &str) -> bool {
    let is_segment = |segment: &str| match segment.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}').is_some_and(|name| {
            let name = name.strip_prefix('*').unwrap_or(name);
            !name.is_empty() && !name.contains(['{', '}', '*'])
        }),
        None => !segment.contains(['{', '}']) && !segment.starts_with([':', '*']),
    };
    path.strip_prefix('/')
        .is_some_and(|rest| rest.split('/').all(is_segment))
}

/// Returns the path without the names of its parameters.
fn shape(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        "" => "",
        segment if segment.starts_with("{*") => "{*}",
        segment if segment.starts_with('{') => "{}",
        segment => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}
