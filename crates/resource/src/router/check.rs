//! The checks that routes must pass to make an API.

use std::collections::{BTreeMap, BTreeSet};

use airside_policy::{Policies, RelationError, policies::API};
use http::Method;

use super::{Route, Router};
use crate::action::{DeclarationKind, RouteDeclaration};

/// Why routes do not make an API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A path does not begin with a slash, or has braces that are not around a whole segment.
    #[error(
        "the path `{0}` is not a path: begin with `/`, and write a parameter as a segment `{{name}}`"
    )]
    NoPath(String),
    /// Two handlers for the same requests.
    #[error("`{method} {path}` has two handlers")]
    Twice {
        /// The method.
        method: Method,
        /// The path.
        path: String,
    },
    /// Two paths that differ in the names of their parameters only.
    #[error("`{0}` and `{1}` are the same path: give their parameters the same names")]
    SamePath(String, String),
    /// Two parameters of a path have one name.
    #[error("`{path}` has two parameters `{{{parameter}}}`: name them apart")]
    RepeatedParameter {
        /// The path.
        path: String,
        /// The name.
        parameter: String,
    },
    /// No rule checks a parameter of a path.
    #[error(
        "no rule of `{method} {path}` checks `{{{parameter}}}`: make its record the parent (`.through`) or the one that the declaration loads, or say why that is right by `.unchecked_parameter(\"{parameter}\", \"…\")`"
    )]
    UncheckedParameter {
        /// The method.
        method: Method,
        /// The path.
        path: String,
        /// The name.
        parameter: String,
    },
    /// A path does not name its record.
    #[error("`{path}` is about one {record}, and has no parameter `{{{parameter}}}` that names it")]
    NoParameter {
        /// The path.
        path: String,
        /// The kind of record.
        record: &'static str,
        /// The parameter that is missing.
        parameter: &'static str,
    },
    /// A record allows handlers to set its key, or a column that comes from the token.
    #[error("`WRITABLE` of {record} has `{column}`, which no handler may set")]
    NeverWritable {
        /// The kind of record.
        record: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A rule leads through parents back to itself.
    #[error(
        "`{action}` has no end: its parents lead back to it, or are more than 16 (a record that is its own parent needs a rule that is not `.through`)"
    )]
    Endless {
        /// The action.
        action: &'static str,
    },
    /// A rule about one kind of record has a membership of another.
    #[error(
        "`{action}` is about records of the kind {record}, and its rule asks for members of a {other}, whose key would be taken for theirs: make the {other} the parent, and let the rule be `.through::<{other}, …>()`"
    )]
    OtherMembership {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
        /// The kind of record that people are members of.
        other: String,
    },
    /// A key could mean several records.
    #[error(
        "the key of {record} is unique only within its `{column}`, which nothing fixes at `{method} {path}`: name that parent in the path, or, if `{column}` is the owner or the tenant, let the rule of `{action}` be `.owner()` or `.tenant(…)`"
    )]
    AmbiguousKey {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
        /// The column.
        column: &'static str,
        /// The method.
        method: Method,
        /// The path.
        path: String,
    },
    /// Another table refers to a record by a key that could mean several.
    #[error(
        "the rule of `{action}` finds a {record} by its key alone, for a member or a parent, and that key is unique only within other columns: give {record} a key of its own"
    )]
    AmbiguousReference {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
    },
    /// A handler may put a record below any parent.
    #[error(
        "`{action}` can put a {record} below any other parent: `{column}` is writable, and the rule does not check it; let the rule be `.through` that parent, or take `writable` or `parent` away from `{column}`"
    )]
    UncheckedParent {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A rule compares an owner or a tenant, and the record has none: it would never hold.
    #[error("the rule of `{action}` compares the {role}, and no column of {record} is the {role}")]
    NoColumn {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
        /// `owner` or `tenant`.
        role: &'static str,
    },
    /// The rule by which a record with a tenant is made does not fix the tenant: it would allow no one.
    #[error(
        "`{action}` makes a {record}, which has a tenant, and its rule does not fix which: let it have `.tenant(…)` or `.and_tenant(…)`"
    )]
    NoTenant {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
    },
    /// A router with layers or a fallback was merged or nested, and they would be lost.
    #[error(
        "a router that was merged or nested has layers or a fallback, which would be lost: put them on the outer router, and the checks of a layer into the rules"
    )]
    LostLayers,
    /// Two kinds of record, such as one and its parent, are named by one path parameter, which would be the
    /// key of both.
    #[error(
        "`{action}` is about a {record}, and `{{{parameter}}}` is the path parameter of another record too, of a parent or in the same tuple: give one a `PARAMETER` of its own"
    )]
    SharedParameter {
        /// The action.
        action: &'static str,
        /// The kind of record.
        record: &'static str,
        /// The parameter.
        parameter: &'static str,
    },
    /// Policies decide, and none are configured.
    #[error(
        "policies decide about `{0}`, and none are configured: give them to `ResourceServer::trusting(…).for_audience(…).policies(…)`"
    )]
    NoPolicies(&'static str),
    /// The schema of the policies has no such action.
    #[error("policies decide about `{action}`, and their schema has no such action on `{kind}`")]
    UnknownAction {
        /// The action.
        action: &'static str,
        /// The kind of record, or `Api`.
        kind: &'static str,
    },
    /// The policies look at parents or members that the code does not declare, or declares otherwise.
    #[error("policies decide about `{action}`: {reason}")]
    Relation {
        /// The action.
        action: &'static str,
        /// The difference between the policies and the code.
        reason: RelationError,
    },
}

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
