//! The output about one operation, and about all.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::operation::Class;

/// One operation as it is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// The certainty of the rule.
    pub class: Class,
    /// The rule in words.
    pub rule: String,
    /// True if a proxy that forwards requests itself can ask about it (forward-auth).
    pub forward_auth: bool,
    /// The place where it is declared.
    pub place: String,
    /// Operations that a framework could take a request for this one for: such a request is refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mistakable: Vec<String>,
    /// The reason why the owners of its objects cannot be looked up now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// All declared operations, for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The operations that are shown.
    pub operations: Vec<Line>,
    /// The number of operations of each class, including those that are not shown.
    pub totals: BTreeMap<Class, usize>,
}

/// Returns the number of operations of each class, the most certain class first.
#[must_use]
pub fn totals(lines: &[Line]) -> BTreeMap<Class, usize> {
    let mut totals = BTreeMap::new();
    for line in lines {
        *totals.entry(line.class).or_default() += 1;
    }
    totals
}
