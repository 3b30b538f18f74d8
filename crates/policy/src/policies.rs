//! Rules that are not part of the code: policies, in a language of their own.

use std::fmt;

use crate::{Decision, FunctionRule, Predicate, Principal, RecordShape, RelationError, Value};

/// Policies that decide about actions by their names. The module `cedar` implements it; another engine can
/// too.
pub trait Policies: Send + Sync + 'static {
    /// Tells whether there is such an action on such records; [`API`] is the kind of an action
    /// without a record.
    fn knows(&self, action: &str, kind: &str) -> bool;

    /// Checks that the code declares the relations that the policies of an action use, and returns a condition
    /// that names every table and column of them, so that a query at the start tests that the database has
    /// them.
    ///
    /// # Errors
    ///
    /// [`RelationError`]: a parent or members that are not declared, or are something else in the schema.
    fn check(&self, action: &str, record: RecordShape) -> Result<Predicate, RelationError>;

    /// Decides about one record by its columns. Policies that depend on other records deny, and so does a
    /// failure.
    fn decide(&self, principal: &Principal, action: &str, row: &Row<'_>) -> Decision;

    /// Returns the records that the policies allow, as a condition for a query: those that [`Self::decide`]
    /// allows, and those that rows of other tables allow. A failure allows none.
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

/// The record of a request.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// Its kind: a type of the schema.
    pub kind: &'a str,
    /// Its key.
    pub key: &'a Value,
    /// Its columns: the attributes of the type.
    pub column: &'a dyn Fn(&str) -> Value,
}

/// The kind of record of an action that has none.
pub const API: &str = "Api";

/// A rule whose second part is decided by policies. Made by [`FunctionRule::policies`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByPolicies(FunctionRule);

impl FunctionRule {
    /// Requires this rule, and that the policies allow the request.
    #[must_use]
    pub fn policies(self) -> ByPolicies {
        ByPolicies(self)
    }
}

impl ByPolicies {
    /// Returns the part that the token alone decides, before the policies.
    #[must_use]
    pub fn function_rule(&self) -> &FunctionRule {
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
