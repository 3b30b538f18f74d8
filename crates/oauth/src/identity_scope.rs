//! Identity scopes: each releases some claims of a person's account (OIDC Core §5.4).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::{
    request::scope::{OIDC_SCOPES, is_oidc},
    state::user::User,
};

/// A scope that belongs to no API and releases claims of a person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityScope {
    /// Its name.
    pub name: String,
    /// The abilities that it gives a client, in words that follow "will be able to"; the name is shown without them.
    pub description: Option<String>,
    /// The names of the claims that it releases.
    pub claims: Vec<String>,
}

/// Every identity scope of an issuer: those that are built in, and those of the configuration.
///
/// Built in are the scopes of OpenID Connect (Core §5.4, §11), `groups` and `roles`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityScopes(Arc<[IdentityScope]>);

/// The name of an identity scope that cannot be defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is built in: choose another name")]
pub struct BuiltIn;

impl IdentityScopes {
    /// Adds scopes to those that are built in. Each has passed [`check_name`](Self::check_name).
    #[must_use]
    pub fn new(defined: Vec<IdentityScope>) -> Self {
        Self(defined.into())
    }

    /// Checks the name of a scope that the configuration defines.
    ///
    /// # Errors
    ///
    /// [`BuiltIn`] if the issuer defines it itself.
    pub fn check_name(name: &str) -> Result<(), BuiltIn> {
        match is_built_in(name) {
            true => Err(BuiltIn),
            false => Ok(()),
        }
    }

    /// Returns true if there is an identity scope of this name.
    pub fn contains(&self, name: &str) -> bool {
        is_built_in(name) || self.defined(name).is_some()
    }

    /// Returns the names, those that are built in first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let built_in = OIDC_SCOPES.into_iter().chain([GROUPS, ROLES]);
        built_in.chain(self.0.iter().map(|scope| scope.name.as_str()))
    }

    /// Returns what a scope of the configuration lets a client do, in words.
    pub fn description(&self, name: &str) -> Option<&str> {
        self.defined(name)?.description.as_deref()
    }

    /// Returns the names of the claims that a scope releases.
    pub fn claims(&self, name: &str) -> impl Iterator<Item = &str> {
        let built_in: &[&str] = match name {
            "profile" => &PROFILE,
            "email" => &EMAIL,
            "address" => &ADDRESS,
            "phone" => &PHONE,
            GROUPS => &[GROUPS],
            ROLES => &[ROLES],
            _ => &[],
        };
        let defined = self.defined(name);
        let defined = defined.into_iter().flat_map(|scope| &scope.claims);
        built_in.iter().copied().chain(defined.map(String::as_str))
    }

    /// Returns true if some scope releases the claim.
    pub fn releases(&self, claim: &str) -> bool {
        self.names()
            .any(|scope| self.claims(scope).any(|own| own == claim))
    }

    /// Returns the claims of `user` that the scopes release for which `has_scope` is true.
    ///
    /// `groups` and `roles` are lists, empty for a person without any; another claim that the account
    /// does not have is left out (OIDC Core §5.3.2).
    pub(crate) fn released(
        &self,
        has_scope: impl Fn(&str) -> bool,
        user: &User,
    ) -> Map<String, Value> {
        let granted = self.names().filter(|name| has_scope(name));
        select(granted.flat_map(|name| self.claims(name)), user)
    }

    fn defined(&self, name: &str) -> Option<&IdentityScope> {
        self.0.iter().find(|scope| scope.name == name)
    }
}

fn is_built_in(name: &str) -> bool {
    is_oidc(name) || [GROUPS, ROLES].contains(&name)
}

/// Returns the claims of `user` that have these names, as [`IdentityScopes::released`] does.
pub(crate) fn select<'a>(names: impl Iterator<Item = &'a str>, user: &User) -> Map<String, Value> {
    names
        .filter_map(|claim| Some((claim.to_owned(), value(claim, user)?)))
        .collect()
}

fn value(claim: &str, user: &User) -> Option<Value> {
    match (claim, user.claims.get(claim)) {
        (ROLES, _) => Some(json!(user.roles)),
        // stored before `groups` had a type
        (GROUPS, Some(Value::String(one))) => Some(json!([one])),
        (_, Some(value)) => Some(value.clone()),
        (GROUPS, None) => Some(json!([])),
        ("preferred_username", None) => Some(user.username.as_str().into()),
        (_, None) => None,
    }
}

/// The scope and the claim with the groups of a person.
pub const GROUPS: &str = "groups";
/// The scope and the claim with the roles of a person.
pub const ROLES: &str = "roles";

const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];
const EMAIL: [&str; 2] = ["email", "email_verified"];
const ADDRESS: [&str; 1] = ["address"];
const PHONE: [&str; 2] = ["phone_number", "phone_number_verified"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn scopes() -> IdentityScopes {
        IdentityScopes::new(vec![IdentityScope {
            name: "org".to_owned(),
            description: Some("see where you work".to_owned()),
            claims: vec!["org".to_owned(), "department".to_owned()],
        }])
    }

    fn released(asked: &[&str], claims: &Value) -> Value {
        let mut user = fixture::user();
        user.claims = claims.as_object().unwrap().clone();
        user.roles = vec!["auditor".parse().unwrap()];
        scopes()
            .released(|name| asked.contains(&name), &user)
            .into()
    }

    #[test]
    fn a_scope_releases_its_claims_and_no_other() {
        // OIDC-Core-5.4
        let claims = json!({ "org": "acme", "groups": ["staff"], "email": "a@acme.example" });
        assert_eq!(
            released(&["openid", "org"], &claims),
            json!({ "org": "acme" })
        );
        assert_eq!(
            released(&["groups"], &claims),
            json!({ "groups": ["staff"] })
        );
        assert_eq!(
            released(&["roles"], &claims),
            json!({ "roles": ["auditor"] })
        );
        assert_eq!(released(&["openid", "unknown"], &claims), json!({}));
    }

    #[test]
    fn a_person_without_groups_has_an_empty_list() {
        assert_eq!(
            released(&["groups", "org"], &json!({})),
            json!({ "groups": [] })
        );
        // a text that was stored before the claim had a type is a list of one
        let stored = json!({ "groups": "staff" });
        assert_eq!(
            released(&["groups"], &stored),
            json!({ "groups": ["staff"] })
        );
    }

    #[test]
    fn the_username_is_the_preferred_one_unless_the_account_has_another() {
        let own = json!({ "preferred_username": "Alice A." });
        assert_eq!(released(&["profile"], &own), own);
        let expected = json!({ "preferred_username": "alice" });
        assert_eq!(released(&["profile"], &json!({})), expected);
    }

    #[test]
    fn a_built_in_scope_is_not_defined_again() {
        for name in ["openid", "email", "offline_access", "groups", "roles"] {
            assert_eq!(IdentityScopes::check_name(name), Err(BuiltIn), "{name}");
        }
        assert_eq!(IdentityScopes::check_name("org"), Ok(()));
    }

    #[test]
    fn a_claim_is_released_by_some_scope_or_by_none() {
        for claim in ["email", "groups", "roles", "department"] {
            assert!(scopes().releases(claim), "{claim}");
        }
        assert!(!scopes().releases("salary"));
    }
}
