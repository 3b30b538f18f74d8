//! The routes as people read them.

use super::{Route, Router};
use crate::action::RouteDeclaration;

impl<S: Clone + Send + Sync + 'static> Router<S> {
    /// The routes and what each needs, a line each; another declaration of a route has a line of its own
    /// below it.
    #[must_use]
    pub fn table(&self) -> String {
        let rows = self.routes().flat_map(|route| {
            let declared = route.declared.iter().enumerate();
            declared.map(move |(position, declared)| (route, position == 0, declared))
        });
        let rows: Vec<_> = rows.collect();
        let width = |cell: fn(&Route, &RouteDeclaration) -> usize| {
            let widths = rows
                .iter()
                .map(|(route, _, declared)| cell(route, declared));
            widths.max().unwrap_or(0)
        };
        let methods = width(|route, _| route.method_name().len());
        let paths = width(|route, _| route.path.len());
        let kinds = width(|_, declared| declared.kind.to_string().len());
        let actions = width(|_, declared| declared.action.len());
        let lines = rows.iter().map(|(route, is_first, declared)| {
            let (method, path, note) = match is_first {
                true => (route.method_name(), route.path.as_str(), self.note(route)),
                false => ("", "", String::new()),
            };
            let RouteDeclaration {
                action, kind, rule, ..
            } = declared;
            format!(
                "{method:methods$}  {path:paths$}  {kind:kinds$}  {action:actions$}  {rule}{note}\n"
            )
        });
        lines.collect()
    }

    /// Parameters that no rule looks at, each with the reason.
    fn note(&self, route: &Route) -> String {
        let notes = route
            .unchecked()
            .map(|name| match self.waiver(route, name) {
                Some(reason) => format!("; `{name}` is not checked: {reason}"),
                None => format!("; `{name}` is not checked"),
            });
        notes.collect()
    }
}

impl Route {
    fn method_name(&self) -> &str {
        match self.path.as_str() {
            "*" => "*",
            _ => self.method.as_str(),
        }
    }
}
