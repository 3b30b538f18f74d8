//! Function level: may this caller call this function at all?

use std::fmt;

use crate::{Decision, Kind, Membership, ObjectRule, Principal, Reason};

/// A function-level rule: scopes and roles that the caller must have, all of them. Made by the functions
/// of [`rule`](crate::rule).
///
/// It stops BFLA (broken function-level authorization). An object-level condition makes it an
/// [`ObjectRule`], which cannot be decided without the object.
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

    /// Requires also that the object belongs to the caller: `owner = sub`.
    #[must_use]
    pub fn owner(self) -> ObjectRule {
        ObjectRule::new(self).and_owner()
    }

    /// Requires also that the caller is a member of the object.
    #[must_use]
    pub fn member(self, membership: Membership) -> ObjectRule {
        ObjectRule::new(self).and_member(membership)
    }

    /// Requires also that the object belongs to the caller, or that the caller is a member of it.
    #[must_use]
    pub fn owner_or(self, membership: Membership) -> ObjectRule {
        ObjectRule::new(self).and_owner_or(membership)
    }

    /// Allows every object to a caller who meets this rule.
    #[must_use]
    pub fn any_object(self) -> ObjectRule {
        ObjectRule::new(self)
    }

    /// Requires also that the object's tenant equals a claim of the token.
    #[must_use]
    pub fn tenant(self, claim: impl Into<String>) -> ObjectRule {
        ObjectRule::new(self).and_tenant(claim)
    }

    /// Decides from the token's facts alone.
    pub fn decide(&self, principal: &Principal) -> Decision {
        Decision::of(self.to_string(), self.judge(principal))
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
mod tests {
    use super::*;
    use crate::rule;

    fn denial(rule: &FunctionRule, principal: &Principal) -> Option<String> {
        let denied = rule.decide(principal).into_result().err();
        denied.map(|reason| reason.to_string())
    }

    #[test]
    fn a_scope_is_required_exactly() {
        let rule = rule::scope("accounts:read");
        let alice = Principal::user("alice", "spa");
        assert_eq!(
            denial(&rule, &alice.clone().with_scopes("a accounts:read")),
            None
        );
        let refused = Some("the token lacks the scope `accounts:read`".to_owned());
        assert_eq!(denial(&rule, &alice), refused);
        assert_eq!(
            denial(&rule, &alice.clone().with_scopes("accounts:reader")),
            refused
        );
        assert_eq!(denial(&rule, &alice.with_scopes("accounts:READ")), refused);
    }

    #[test]
    fn a_role_is_required_exactly() {
        let rule = rule::role("admin");
        let alice = Principal::user("alice", "spa").with_role("customer");
        assert_eq!(
            denial(&rule, &alice),
            Some("the token lacks the role `admin`".into())
        );
        assert_eq!(denial(&rule, &alice.with_role("admin")), None);
    }

    #[test]
    fn a_machine_is_not_a_person() {
        let rule = rule::scope("read").and(rule::person());
        assert_eq!(rule.to_string(), "scope `read` and a person");
        let alice = Principal::user("alice", "spa").with_scopes("read");
        assert_eq!(denial(&rule, &alice), None);
        let machine = Principal::client("batch").with_scopes("read");
        let refused = "the caller is a machine, and only people may do this";
        assert_eq!(denial(&rule, &machine), Some(refused.to_owned()));
    }

    #[test]
    fn a_scope_is_not_a_role() {
        let alice = Principal::user("alice", "spa").with_scopes("admin");
        assert!(denial(&rule::role("admin"), &alice).is_some());
    }

    #[test]
    fn a_client_can_meet_a_rule() {
        let billing = Principal::client("billing").with_scopes("accounts:read");
        assert_eq!(denial(&rule::scope("accounts:read"), &billing), None);
    }

    #[test]
    fn a_way_of_signing_in_and_its_age_are_required() {
        let alice = Principal::user("alice", "spa");
        let rule = rule::acr(&["phr", "mfa"]);
        assert_eq!(rule.to_string(), "acr `phr` or `mfa`");
        assert_eq!(denial(&rule, &alice.clone().with_claim("acr", "mfa")), None);
        assert!(denial(&rule, &alice).is_some());
        assert!(denial(&rule, &alice.clone().with_claim("acr", "pwd")).is_some());

        let rule = rule::signed_in_within(300);
        let ago = |seconds| Principal {
            signed_in_seconds_ago: Some(seconds),
            ..alice.clone()
        };
        assert_eq!(denial(&rule, &ago(300)), None);
        assert!(denial(&rule, &ago(301)).is_some());
        assert!(denial(&rule, &alice).is_some());
    }

    #[test]
    fn all_conditions_are_required() {
        let rule = rule::scope("a").and(rule::role("b"));
        assert_eq!(rule.to_string(), "scope `a` and role `b`");
        assert!(denial(&rule, &Principal::user("alice", "spa").with_scopes("a")).is_some());
        assert!(denial(&rule, &Principal::user("alice", "spa").with_role("b")).is_some());
        let both = Principal::user("alice", "spa")
            .with_scopes("a")
            .with_role("b");
        assert_eq!(denial(&rule, &both), None);
    }
}
