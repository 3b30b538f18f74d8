//! One token, one audience (RFC 8707, RFC 9068 §3): which API a token is for, with which scopes.
//!
//! | module | holds |
//! |---|---|
//! | `registration` | the scopes and APIs that a client may name |
//! | `access` | the access that a client asks for |
//! | this one | the API and the scopes of one token |

mod access;
mod registration;

pub use access::{access, understood};
pub(crate) use registration::may_be_told;

use airside_jose::Algorithm;
use serde_json::{Map, Value};

use crate::{
    client::Client,
    error::OAuthError,
    profile::{IssuerProfile, Resource, ResourceSigning},
    refusal::RefusalReason as Reason,
    request::{access::Access, scope::Scope},
    state::user::User,
    token::released_claim::ReleasedClaims,
};

use self::registration::{known, may_ask, may_name, name_one, require_nameable};

/// The one API that a token is for.
#[derive(Clone, Debug)]
pub struct Audience {
    /// The `aud` claim.
    pub identifier: String,
    /// The algorithm that signs the token.
    pub signing: ResourceSigning,
    /// The token's `scope`.
    pub scope: Scope,
    /// The claims of a person's account that the token contains.
    pub claims: ReleasedClaims,
}

impl Audience {
    /// Returns the claims of a person's account that the token contains.
    ///
    /// # Errors
    ///
    /// `invalid_target` if they do not fit. A token without some of them would say something else of
    /// the person, so there is none.
    pub(crate) fn released(&self, user: &User) -> Result<Map<String, Value>, OAuthError> {
        self.claims.of(user).map_err(|error| {
            OAuthError::invalid_target(format!(
                "the claims of this account for the resource `{}` {error}: an administrator must shorten them",
                self.identifier
            ))
            .because_of(Reason::ClaimsTooLarge, self.identifier.as_str())
        })
    }
}

/// Chooses the one API, and the scopes, of a token issued under a grant's `access`.
///
/// Anything that has been taken away since from the client or the API is left out, unless it is named.
///
/// # Errors
///
/// `invalid_target` if the API was not granted, is gone, may not be named by the client any more,
/// or one of several must be named; `invalid_scope` if a scope asked for was never granted for it
/// or has since been taken away.
pub fn audience(
    profile: &IssuerProfile,
    client: &Client,
    access: &Access,
    scope: Option<&Scope>,
    resources: &[String],
) -> Result<Audience, OAuthError> {
    let chosen = chosen_resource(profile, client, access, resources)?;
    let granted = access.scope_at(chosen.map(|resource| resource.identifier.as_str()));
    let possible = granted.filter(|name| {
        let of_api = || chosen.is_some_and(|resource| resource.scopes.contains(name));
        may_ask(profile, client, name) && (profile.is_identity_scope(name) || of_api())
    });
    let scope = match scope {
        None => possible,
        // RFC6749-6: a refresh never grants more than the grant, and may grant less
        Some(asked) => match asked.first_outside(&possible) {
            None => asked.clone(),
            Some(name) => return Err(outside(&granted, name)),
        },
    };
    Ok(token_for(profile, access, chosen, scope))
}

/// The audience of `access`, which must name at most one API.
///
/// # Errors
///
/// `invalid_target` if it names several.
pub fn single(profile: &IssuerProfile, access: &Access) -> Result<Audience, OAuthError> {
    let mut apis = access.apis.keys();
    let resource = match (apis.next(), apis.next()) {
        (None, _) => None,
        (Some(only), None) => Some(known(profile, only)?),
        _ => return Err(name_one(access.apis.keys())),
    };
    let scope = access.scope_at(resource.map(|resource| resource.identifier.as_str()));
    Ok(token_for(profile, access, resource, scope))
}

fn token_for(
    profile: &IssuerProfile,
    access: &Access,
    resource: Option<&Resource>,
    scope: Scope,
) -> Audience {
    match resource {
        Some(resource) => Audience {
            identifier: resource.identifier.clone(),
            signing: resource.signing.clone(),
            scope,
            claims: released(access, resource),
        },
        None => Audience {
            identifier: profile.issuer.clone(),
            signing: ResourceSigning::Asymmetric(Algorithm::RS256),
            scope,
            claims: ReleasedClaims::default(),
        },
    }
}

/// Returns the claims that the API is released now and was when `access` was granted: what an
/// administrator has added since needs a new authorization.
fn released(access: &Access, resource: &Resource) -> ReleasedClaims {
    let granted = access.claims.get(&resource.identifier);
    granted.map_or_else(ReleasedClaims::default, |granted| {
        resource.claims.among(granted)
    })
}

fn chosen_resource<'a>(
    profile: &'a IssuerProfile,
    client: &Client,
    access: &Access,
    resources: &[String],
) -> Result<Option<&'a Resource>, OAuthError> {
    match resources {
        [] if access.apis.is_empty() => Ok(None),
        [] => only_resource(profile, client, access).map(Some),
        [asked] if access.apis.contains_key(asked) => {
            let resource = known(profile, asked)?;
            require_nameable(client, resource)?;
            Ok(Some(resource))
        }
        [asked] => Err(OAuthError::invalid_target(format!(
            "the resource `{asked}` was not granted with this authorization"
        ))
        .because_of(Reason::ResourceNotGranted, asked.as_str())),
        several => Err(name_one(several)),
    }
}

/// Returns the one API of a grant that the client can still get tokens for.
fn only_resource<'a>(
    profile: &'a IssuerProfile,
    client: &Client,
    access: &Access,
) -> Result<&'a Resource, OAuthError> {
    let granted = access.apis.keys();
    let usable: Vec<&Resource> = granted
        .filter_map(|identifier| profile.resource(identifier))
        .filter(|resource| may_name(client, resource))
        .collect();
    match usable.as_slice() {
        [only] => Ok(only),
        [] => Err(OAuthError::invalid_target(
            "this client cannot get tokens any more for the resource of this authorization",
        )
        .because_of(Reason::ResourceNotRegistered, granted_apis(access))),
        several => Err(name_one(several.iter().map(|r| &r.identifier))),
    }
}

fn granted_apis(access: &Access) -> String {
    let names: Vec<&str> = access.apis.keys().map(String::as_str).collect();
    names.join(" ")
}

fn outside(granted: &Scope, name: &str) -> OAuthError {
    let (reason, description) = match granted.contains(name) {
        true => (
            Reason::ScopeNotRegistered,
            format!("the scope `{name}` cannot be granted for this resource any more"),
        ),
        false => (
            Reason::ScopeNotGranted,
            format!("the scope `{name}` was never granted for this resource"),
        ),
    };
    OAuthError::invalid_scope(description).because_of(reason, name)
}

#[cfg(test)]
mod tests;
