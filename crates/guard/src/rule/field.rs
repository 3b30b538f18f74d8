//! The fields of bodies, queries and answers that a rule names.

use airside_config::{Node, Problem, Table};
use airside_jose::is_scope_token;
use http::Method;

use super::RuleText;
use super::key::{RULE, SHOWN, ShownKeys};
use crate::{
    field::Fields,
    operation::{Owner, Source},
    show::{ScopedField, Show},
};

impl RuleText<'_> {
    pub(super) fn body_fields(&self, method: &Method) -> Result<Option<Fields>, Problem> {
        let Some(pointers) = self.table.find(&RULE.body_fields) else {
            return Ok(None);
        };
        if matches!(*method, Method::GET | Method::HEAD) {
            let message = format!("`body_fields` reads a body: a {method} has none");
            return Err(self.problem(&RULE.body_fields, message));
        }
        let fields = Fields::parse(&pointers);
        fields
            .map(Some)
            .map_err(|why| self.problem(&RULE.body_fields, format!("`body_fields`: {why}")))
    }

    /// Returns the allowed names of the query. A rule with `body_fields` closes the query too, because
    /// some frameworks read both.
    pub(super) fn query_fields(&self, owner: &Owner) -> Option<Vec<String>> {
        let closed = self.has(&RULE.body_fields).then(Vec::new);
        let mut fields = self.table.find(&RULE.query_fields).or(closed)?;
        for source in owner.sources() {
            match source {
                Source::Query(name) if !fields.contains(name) => fields.push(name.clone()),
                _ => {}
            }
        }
        Some(fields)
    }

    pub(super) fn show(&self, method: &Method) -> Result<Option<Show>, Problem> {
        let Some(node) = self.table.node(&RULE.show) else {
            return Ok(None);
        };
        let refused = |message: String| Problem::new(&node.place, message);
        if *method != Method::GET {
            return Err(refused("`show` reads the answer of a GET only".to_owned()));
        }
        let (everyone, scoped) = shown(node.as_array().unwrap_or_default())?;
        let show = Show::parse(&everyone, scoped);
        show.map(Some)
            .map_err(|why| refused(format!("`show`: {why}")))
    }
}

/// Returns the fields that everybody sees, and those that a scope shows.
fn shown(items: &[Node]) -> Result<(Vec<String>, Vec<ScopedField>), Problem> {
    let mut everyone = Vec::new();
    let mut scoped = Vec::new();
    for item in items {
        let Some(table) = Table::<ShownKeys>::of_node(item) else {
            everyone.extend(item.as_text().map(str::to_owned));
            continue;
        };
        let scope = table.find(&SHOWN.scope).unwrap_or_default();
        if !is_scope_token(&scope) {
            let message = format!("`show` has `{scope}`, which is not one scope");
            return Err(Problem::new(&table.place(&SHOWN.scope), message));
        }
        let field = table.find(&SHOWN.field).unwrap_or_default();
        scoped.push(ScopedField { field, scope });
    }
    Ok((everyone, scoped))
}
