//! Rules that are not part of the code: policies, in a language of their own.

use std::fmt;

use crate::{Decision, FunctionRule, Predicate, Principal, RecordShape, RelationError, Value};

/// Policies that decide about actions by their names. `cedar` has some; another engine can be one.
pub trait Policies: Send + Sync + 'static {
    /// Tells whether there is such an action on such records; [`API`] is the kind of an action
    /// without a record.
    fn knows(&self, action: &str, kind: &str) -> bool;

    /// Checks that the code declares all that the policies of an action look at, and answers a condition
    /// that names every table and column of it, so that a database can be asked at the start whether it
    /// has them. It is about no record in particular.
    ///
    /// # Errors
    ///
    /// [`RelationError`]: a parent or members that are not declared, or are something else in the schema.
    fn check(&self, action: &str, record: RecordShape) -> Result<Predicate, RelationError>;

    /// Decides about one record, of which no more is known than its columns: where the policies look at
    /// other records too, it denies. Whatever fails denies.
    fn decide(&self, principal: &Principal, action: &str, row: &Row<'_>) -> Decision;

    /// The records that the policies allow, as a condition for a query: those that [`Self::decide`] allows,
    /// and those that rows of other tables allow. Whatever fails allows none.
    fn filter(&self, principal: &Principal, action: &str, record: RecordShape) -> Predicate;

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
