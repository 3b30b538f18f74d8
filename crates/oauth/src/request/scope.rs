//! Scopes (RFC 6749 §3.3): an ordered set of case-sensitive names.

use std::{fmt, str::FromStr};

pub use airside_jose::is_scope_token;
use serde::{Deserialize, Serialize};

use crate::error::OAuthError;

/// The scopes that OpenID Connect defines (Core §3.1.2.1, §5.4, §11) and that belong to no API.
pub const OIDC_SCOPES: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
];

/// A set of scope names in the order they were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(Vec<String>);

/// The text is not a scope: RFC 6749 §3.3 allows names of visible ASCII without `"` and `\`, one space
/// between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a list of at most 100 names of visible ASCII, without quotation marks and backslashes, separated by single spaces"
)]
pub struct ScopeError;

impl From<ScopeError> for OAuthError {
    fn from(expected: ScopeError) -> Self {
        Self::invalid_scope(format!("scope must be {expected}"))
    }
}

impl Scope {
    /// Returns true if no name is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns true if `name` is in it.
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|own| own == name)
    }

    /// The names in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The first of these names that is not in `other`.
    pub fn first_outside<'a>(&'a self, other: &Self) -> Option<&'a str> {
        self.iter().find(|name| !other.contains(name))
    }

    /// The names for which `keep` holds.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|name| keep(name)).cloned().collect())
    }

    /// These names and those of `other`.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let added = other.0.iter().filter(|name| !self.contains(name));
        Self(self.0.iter().chain(added).cloned().collect())
    }

    /// The names that belong to APIs.
    #[must_use]
    pub fn api(&self) -> Self {
        self.filter(|name| !is_oidc(name))
    }

    /// The names that OpenID Connect defines.
    #[must_use]
    pub fn oidc(&self) -> Self {
        self.filter(is_oidc)
    }
}

/// Returns true if `name` is one of OpenID Connect's own scopes, which belong to no API.
pub fn is_oidc(name: &str) -> bool {
    OIDC_SCOPES.contains(&name)
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let mut names: Vec<String> = Vec::new();
        for name in text.split(' ') {
            if !is_scope_token(name) {
                return Err(ScopeError);
            }
            if !names.iter().any(|seen| seen == name) {
                names.push(name.to_owned());
            }
            if names.len() > MAX_NAMES {
                return Err(ScopeError);
            }
        }
        Ok(Self(names))
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

/// Bounds the work of the set operations, which compare each with each.
const MAX_NAMES: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_order_and_lose_their_doubles() {
        let scope: Scope = "b a b".parse().unwrap();
        assert_eq!(scope.to_string(), "b a");
    }

    #[test]
    fn names_outside_the_grammar_are_refused() {
        // RFC6749-3.3
        for text in [" a", "a ", "a  b", "a\tb", "a\"b", "a\\b", "é"] {
            assert_eq!(text.parse::<Scope>(), Err(ScopeError), "{text}");
        }
    }

    #[test]
    fn a_flood_of_names_is_refused() {
        let text = (0..101)
            .map(|i| i.to_string())
            .collect::<Vec<_>>()
            .join(" ");
        assert_eq!(text.parse::<Scope>(), Err(ScopeError));
    }
}
