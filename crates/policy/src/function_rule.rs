//! Function level: may this caller call this function at all?

use std::fmt;

use crate::{Decision, Kind, Principal, Reason};

/// A function-level rule: scopes and roles that the caller must have, all of them. Made by the functions
/// of [`rule`](crate::rule).
///
/// It stops BFLA (broken function-level authorization). An object-level condition makes it an
/// [`ObjectRule`](crate::ObjectRule), which cannot be decided without the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionRule {
    conditions: Vec<FunctionCondition>,
}

/// One condition of a [`FunctionRule`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FunctionCondition {
    /// The token has this scope.
    Scope(String),
    /// The caller has this role.
    Role(String),
    /// The person signed in with one of these authentication contexts (RFC 9470 §4).
    Acr(Vec<String>),
    /// The person signed in at most this many seconds ago (RFC 9470 §4).
    SignedInWithin(u32),
    /// The caller is a person, not a machine.
    Person,
}

impl FunctionRule {
    pub(crate) fn of(condition: FunctionCondition) -> Self {
        Self {
            conditions: vec![condition],
        }
    }

    pub(crate) fn any_token() -> Self {
        Self {
            conditions: Vec::new(),
        }
    }

    /// Requires the conditions of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.conditions.extend(other.conditions);
        self
    }

    /// Decides from the token's facts alone.
    pub fn decide(&self, principal: &Principal) -> Decision {
        Decision::of(self, self.judge(principal))
    }

    /// Returns all conditions.
    #[must_use]
    pub fn conditions(&self) -> &[FunctionCondition] {
        &self.conditions
    }

    /// Lists the scopes that it requires.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.conditions
            .iter()
            .filter_map(|condition| match condition {
                FunctionCondition::Scope(scope) => Some(scope.as_str()),
                _ => None,
            })
    }

    pub(crate) fn judge(&self, principal: &Principal) -> Result<(), Reason> {
        for condition in &self.conditions {
            match condition {
                FunctionCondition::Scope(scope) if !principal.scopes.contains(scope) => {
                    return Err(Reason::MissingScope(scope.clone()));
                }
                FunctionCondition::Role(role) if !principal.roles.contains(role) => {
                    return Err(Reason::MissingRole(role.clone()));
                }
                FunctionCondition::Acr(values) if !has_acr(principal, values) => {
                    return Err(Reason::OtherAuthentication(values.clone()));
                }
                FunctionCondition::SignedInWithin(seconds)
                    if principal
                        .signed_in_seconds_ago
                        .is_none_or(|ago| ago > i64::from(*seconds)) =>
                {
                    return Err(Reason::OldAuthentication(*seconds));
                }
                FunctionCondition::Person if principal.kind != Kind::User => {
                    return Err(Reason::Machine);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn has_acr(principal: &Principal, values: &[String]) -> bool {
    let acr = principal.claims.get("acr");
    acr.is_some_and(|acr| values.contains(acr))
}

impl fmt::Display for FunctionRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.conditions.is_empty() {
            return formatter.write_str("any token");
        }
        for (position, condition) in self.conditions.iter().enumerate() {
            if position > 0 {
                formatter.write_str(" and ")?;
            }
            match condition {
                FunctionCondition::Scope(scope) => write!(formatter, "scope `{scope}`")?,
                FunctionCondition::Role(role) => write!(formatter, "role `{role}`")?,
                FunctionCondition::Acr(values) => {
                    write!(formatter, "acr `{}`", values.join("` or `"))?
                }
                FunctionCondition::SignedInWithin(seconds) => {
                    write!(formatter, "signed in within {seconds} s")?;
                }
                FunctionCondition::Person => formatter.write_str("a person")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
