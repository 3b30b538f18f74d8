//! The access of a client for a person or for itself: each API with its scopes, and beside them the
//! scopes of OpenID Connect, which belong to no API.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::request::{claims::SingleClaims, scope::Scope};

/// The access that a request asks for, a person consents to and a grant holds.
///
/// A scope counts only at the API that it is listed under: `read` at one API and `write` at another
/// never add up to `write` at the first. An API without a scope is an entry too, since a token for
/// it proves to that API who the person is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// The scopes of OpenID Connect.
    #[serde(rename = "o", default, skip_serializing_if = "Scope::is_empty")]
    pub openid: Scope,
    /// The scopes of each API, by its identifier; without an entry, tokens are for the issuer.
    #[serde(rename = "a", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub apis: BTreeMap<String, Scope>,
    /// The names of the claims that the tokens for each of these APIs tell it about a person. A token
    /// has those of them that the API is still released when it is issued, and no other.
    #[serde(rename = "c", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<String, BTreeSet<String>>,
    /// The single claims that the client asks for about a person, beside those that its scopes release.
    #[serde(rename = "q", default, skip_serializing_if = "SingleClaims::is_empty")]
    pub single_claims: SingleClaims,
}

impl Access {
    /// Returns true if everything in `asked` is in this access.
    pub fn covers(&self, asked: &Self) -> bool {
        let is_covered = |(api, scope): (&String, &Scope)| {
            self.apis
                .get(api)
                .is_some_and(|own| scope.first_outside(own).is_none())
        };
        let is_told = |(api, names): (&String, &BTreeSet<String>)| {
            let own = self.claims.get(api);
            own.is_some_and(|own| names.is_subset(own))
        };
        asked.openid.first_outside(&self.openid).is_none()
            && asked.apis.iter().all(is_covered)
            && asked.claims.iter().all(is_told)
            && self.single_claims.cover(&asked.single_claims)
    }

    /// Joins both, API by API.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut apis = self.apis.clone();
        for (api, scope) in &other.apis {
            let own = apis.entry(api.clone()).or_default();
            *own = own.union(scope);
        }
        let mut claims = self.claims.clone();
        for (api, names) in &other.claims {
            let own = claims.entry(api.clone()).or_default();
            own.extend(names.iter().cloned());
        }
        Self {
            openid: self.openid.union(&other.openid),
            apis,
            claims,
            single_claims: self.single_claims.union(&other.single_claims),
        }
    }

    /// Returns every scope, those of OpenID Connect first: for people and logs, not for decisions.
    pub fn scope(&self) -> Scope {
        let apis = self.apis.values();
        apis.fold(self.openid.clone(), |all, scope| all.union(scope))
    }

    /// Returns the scopes of a token for `api`, which for none is the issuer.
    pub fn scope_at(&self, api: Option<&str>) -> Scope {
        match api.and_then(|api| self.apis.get(api)) {
            Some(scope) => self.openid.union(scope),
            None => self.openid.clone(),
        }
    }
}

/// The stored form of access in earlier releases, which kept scopes and APIs side by side: it does
/// not say which scope was meant for which of several APIs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlatAccess {
    scope: Scope,
    resources: Vec<String>,
}

impl FlatAccess {
    pub(crate) const fn new(scope: Scope, resources: Vec<String>) -> Self {
        Self { scope, resources }
    }

    /// Converts what a person consented to. With several APIs nothing is left, so that the person
    /// is asked again.
    pub fn into_consent(self) -> Access {
        if self.resources.len() > 1 {
            return Access::default();
        }
        self.into_grant()
    }

    /// Converts what a grant holds: every scope stays at every API. Those that an API does not
    /// define are left out when a token is issued, see [`crate::token::audience::audience`].
    pub fn into_grant(self) -> Access {
        let scope = self.scope.api();
        Access {
            openid: self.scope.oidc(),
            apis: self
                .resources
                .into_iter()
                .map(|api| (api, scope.clone()))
                .collect(),
            claims: BTreeMap::new(),
            single_claims: SingleClaims::default(),
        }
    }
}

#[cfg(test)]
mod tests;
