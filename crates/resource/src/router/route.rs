//! One method of one path.

use std::collections::BTreeMap;

use http::Method;

use crate::action::{DeclarationKind, RouteDeclaration};

/// One method of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with its parameters in braces; `*` for the fallback.
    pub path: String,
    /// The declarations of its handler, in the order of its arguments.
    pub declared: Vec<RouteDeclaration>,
    /// The unchecked parameters of its own router, each with the reason, from before it was merged.
    pub(super) waived: BTreeMap<String, String>,
}

impl Route {
    /// Lists the names of the parameters of its path, in their order.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        let segments = self.path.split('/');
        let names = segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        names.map(|name| name.strip_prefix('*').unwrap_or(name))
    }

    /// Lists the names of the parameters that no declaration checks; none of a public route.
    pub(crate) fn unchecked(&self) -> impl Iterator<Item = &str> {
        // a public route has no rule that a parameter could bypass
        let mut declared = self.declared.iter();
        let is_public = declared.all(|one| one.kind == DeclarationKind::Public);
        let is_unchecked = move |name: &&str| {
            let mut declared = self.declared.iter();
            !is_public && !declared.any(|one| one.checks(name))
        };
        self.parameters().filter(is_unchecked)
    }
}
