//! The functions that begin a rule: the conditions on the caller's token.
//!
//! ```
//! use airside_policy::rule;
//!
//! let function = rule::scope("accounts:read").and(rule::role("auditor"));
//! let object = rule::scope("accounts:write").owner();
//! assert_eq!(function.to_string(), "scope `accounts:read` and role `auditor`");
//! assert_eq!(object.to_string(), "scope `accounts:write` and owner = sub");
//! ```

use crate::function_rule::{FunctionCondition, FunctionRule};

/// Requires a verified token only.
#[must_use]
pub fn any_token() -> FunctionRule {
    FunctionRule::any_token()
}

/// Requires a scope of the token.
#[must_use]
pub fn scope(scope: impl Into<String>) -> FunctionRule {
    FunctionRule::of(FunctionCondition::Scope(scope.into()))
}

/// Requires a role of the caller.
#[must_use]
pub fn role(role: impl Into<String>) -> FunctionRule {
    FunctionRule::of(FunctionCondition::Role(role.into()))
}

/// Requires that the person signed in by one of these ways (`acr`, OIDC Core §2), the preferred one
/// first. A person who signed in by another one is asked to sign in again (RFC 9470).
#[must_use]
pub fn acr(values: &[&str]) -> FunctionRule {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    FunctionRule::of(FunctionCondition::Acr(values))
}

/// Requires that the person signed in at most this many seconds ago (`auth_time`). A person who signed in
/// earlier is asked to sign in again (RFC 9470).
#[must_use]
pub fn signed_in_within(seconds: u32) -> FunctionRule {
    FunctionRule::of(FunctionCondition::SignedInWithin(seconds))
}

/// Requires that a person calls, and not a machine that acts for itself: a machine has no subject that
/// an object could belong to.
#[must_use]
pub fn person() -> FunctionRule {
    FunctionRule::of(FunctionCondition::Person)
}
