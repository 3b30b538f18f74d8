//! Rules that are not part of the code: policies, in a language of their own.

use std::fmt;

use crate::{Decision, FunctionRule, Predicate, Principal, Value};

/// Policies that decide about actions by their names. `cedar` has some; another engine can be one.
pub trait Policies: Send + Sync + 'static {
    /// Tells whether there is such an action on such records; [`API`] is the kind of an action
    /// without a record.
    fn knows(&self, action: &str, kind: &str) -> bool;

    /// Decides about one record. Whatever fails denies.
    fn decide(&self, principal: &Principal, action: &str, row: &Row<'_>) -> Decision;

    /// The records that [`Self::decide`] allows, as a condition for a query. Whatever fails allows
    /// none.
    fn filter(
        &self,
        principal: &Principal,
        action: &str,
        kind: &str,
        key: KeyColumn<'_>,
    ) -> Predicate;

    /// Decides about an action without a record: its record is `Api::"api"`, which has no columns.
    fn decide_function(&self, principal: &Principal, action: &str) -> Decision {
        let row = Row {
            kind: API,
            key: &Value::Text("api".to_owned()),
            column: &|_| Value::Null,
        };
        self.decide(principal, action, &row)
    }
}

/// A record that is asked for.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// Its kind: a type of the schema.
    pub kind: &'a str,
    /// What identifies it.
    pub key: &'a Value,
    /// Its columns: the attributes of the type.
    pub column: &'a dyn Fn(&str) -> Value,
}

/// The column of what identifies a record.
#[derive(Clone, Copy, Debug)]
pub struct KeyColumn<'a> {
    /// Its name.
    pub name: &'a str,
    /// Reads a key as policies name it; `None` if there can be no such record.
    pub parse: fn(&str) -> Option<Value>,
}

/// The kind of record of an action that has none.
pub const API: &str = "Api";

/// A rule whose rest is said by policies. Made by [`FunctionRule::policies`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByPolicies(FunctionRule);

impl FunctionRule {
    /// Leaves the rest to policies: whoever meets this may what they allow.
    #[must_use]
    pub fn policies(self) -> ByPolicies {
        ByPolicies(self)
    }
}

impl ByPolicies {
    /// Returns what is decided by the token alone, before the policies are asked.
    #[must_use]
    pub fn need(&self) -> &FunctionRule {
        &self.0
    }
}

impl fmt::Display for ByPolicies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} and policies", self.0)
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Row");
        debug.field("kind", &self.kind).finish_non_exhaustive()
    }
}
