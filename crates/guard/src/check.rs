//! Every operation, who may, and how certain that is: for people, programs and a pipeline.

use serde::Serialize;

use crate::{
    configuration::Configuration,
    operation::{Class, Owner, Permission},
};

/// What is declared of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// How certain the rule is.
    pub class: Class,
    /// The rule in words.
    pub rule: String,
    /// Whether a proxy that forwards itself can ask about it (forward-auth).
    pub forward_auth: bool,
    /// Where it is declared.
    pub place: String,
}

/// Every operation of a configuration, by path and method.
#[must_use]
pub fn lines(configuration: &Configuration) -> Vec<Line> {
    let lines = configuration.operations.iter().map(|one| {
        let needs_more = match &one.permission {
            Permission::Rule(rule) => {
                crate::judge::holds_answer(rule) || crate::judge::holds_request(rule)
            }
            _ => false,
        };
        Line {
            method: one.method.to_string(),
            path: one.path.to_string(),
            class: one.class(),
            rule: match &one.permission {
                Permission::Rule(rule) if matches!(rule.owner, Owner::Lookup(..)) => {
                    format!(
                        "{} (the owner may change between the look and the use)",
                        one.rule()
                    )
                }
                _ => one.rule(),
            },
            forward_auth: !needs_more,
            place: one.place.clone(),
        }
    });
    let mut lines: Vec<_> = lines.collect();
    lines.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
    lines
}

/// Whether it is not said of some operation who may.
#[must_use]
pub fn has_undeclared(lines: &[Line]) -> bool {
    lines.iter().any(|line| line.class == Class::Undeclared)
}

/// The operations as a table for people.
#[must_use]
pub fn table(lines: &[Line]) -> String {
    let width = |cell: fn(&Line) -> usize| lines.iter().map(cell).max().unwrap_or(0);
    let methods = width(|line| line.method.len());
    let paths = width(|line| line.path.len());
    let classes = width(|line| line.class.to_string().len());
    let rows = lines.iter().map(|line| {
        format!(
            "{:methods$}  {:paths$}  {:classes$}  {}\n",
            line.method, line.path, line.class, line.rule
        )
    });
    rows.collect()
}
