//! One token, one audience (RFC 8707, RFC 9068 §3): which API a token is for, with which scopes.

use std::collections::BTreeSet;

use airside_jose::Algorithm;
use serde_json::{Map, Value};

use crate::{
    client::Client,
    error::OAuthError,
    identity_scope::IdentityScopes,
    profile::{IssuerProfile, Resource, ResourceSigning},
    request::{access::Access, claims::SingleClaims, scope::Scope},
    state::user::User,
    token::released_claim::ReleasedClaims,
};

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
        })
    }
}

/// Decides what a client asks for: at `/authorize`, and for itself at `/token`.
///
/// # Errors
///
/// `invalid_scope` if a name is unknown or not registered for the client, or nothing is left to
/// grant; `invalid_target` if a resource is unknown, the client may not name it, or the scopes do
/// not tell the API.
pub fn access(
    profile: &IssuerProfile,
    client: &Client,
    scope: Option<&Scope>,
    resources: &[String],
) -> Result<Access, OAuthError> {
    let named = named_resources(profile, resources)?;
    if let Some(scope) = scope {
        all_registered(profile, client, scope)?;
    }
    for resource in &named {
        require_nameable(client, resource)?;
    }
    let scope = match scope {
        Some(scope) => scope.clone(),
        None => registered_for(profile, client, &named)?,
    };
    let apis: Vec<_> = if named.is_empty() {
        owner(profile, &scope)?.into_iter().collect()
    } else {
        within(profile, &named, &scope)?;
        named
    };
    let own = |api: &Resource| scope.filter(|name| api.scopes.contains(name));
    let told = |api: &&Resource| {
        let names: BTreeSet<String> = api.claims.names().map(str::to_owned).collect();
        (!names.is_empty()).then(|| (api.identifier.clone(), names))
    };
    Ok(Access {
        openid: scope.filter(|name| profile.is_identity_scope(name)),
        claims: apis.iter().filter_map(told).collect(),
        apis: apis
            .into_iter()
            .map(|api| (api.identifier.clone(), own(api)))
            .collect(),
        single_claims: SingleClaims::default(),
    })
}

/// Leaves out of an authorization request what is ignored, not refused: beside `openid` what nobody
/// defines, and the scopes of OpenID Connect that this client may not ask for. If nothing would be left,
/// all of it stays, and is refused.
pub fn understood(profile: &IssuerProfile, client: &Client, scope: &Scope) -> Scope {
    let is_openid = scope.contains("openid");
    let left = scope.filter(|name| match profile.is_identity_scope(name) {
        true => may_ask(profile, client, name),
        // OIDC-Core-3.1.2.1: scope values that are not understood should be ignored
        false => !is_openid || profile.knows_scope(name),
    });
    match left.is_empty() {
        true => scope.clone(),
        false => left,
    }
}

/// Chooses the one API, and the scopes, of a token issued under a grant's `access`.
///
/// What has been taken away since from the client or the API is left out, unless it is named.
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
    Ok(token_for(profile, chosen, scope))
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
    Ok(token_for(profile, resource, scope))
}

fn token_for(profile: &IssuerProfile, resource: Option<&Resource>, scope: Scope) -> Audience {
    match resource {
        Some(resource) => Audience {
            identifier: resource.identifier.clone(),
            signing: resource.signing.clone(),
            scope,
            claims: resource.claims.clone(),
        },
        None => Audience {
            identifier: profile.issuer.clone(),
            signing: ResourceSigning::Asymmetric(Algorithm::RS256),
            scope,
            claims: ReleasedClaims::default(),
        },
    }
}

fn named_resources<'a>(
    profile: &'a IssuerProfile,
    resources: &[String],
) -> Result<Vec<&'a Resource>, OAuthError> {
    resources
        .iter()
        .map(|identifier| known(profile, identifier))
        .collect()
}

fn known<'a>(profile: &'a IssuerProfile, identifier: &str) -> Result<&'a Resource, OAuthError> {
    // RFC8707-2: an unknown resource is an invalid target
    profile.resource(identifier).ok_or_else(|| {
        OAuthError::invalid_target(format!(
            "the resource `{identifier}` is not registered here"
        ))
    })
}

/// Returns true if the client may ask for a scope: it is registered for it; or it is registered for
/// `openid`, so that it may ask for every identity scope that is built in.
fn may_ask(profile: &IssuerProfile, client: &Client, name: &str) -> bool {
    let is_built_in =
        || IdentityScopes::check_name(name).is_err() && profile.is_identity_scope(name);
    client.scope.contains(name) || client.scope.contains("openid") && is_built_in()
}

/// Returns true if the client may be told this claim of an account: it may ask for a scope that releases
/// it.
pub(crate) fn may_be_told(profile: &IssuerProfile, client: &Client, claim: &str) -> bool {
    // OIDC-Core-5.2: `name#ja` is the claim `name` in another language
    let (claim, _) = claim.split_once('#').unwrap_or((claim, ""));
    let mut scopes = profile.scopes.names();
    scopes.any(|name| {
        profile.is_identity_scope(name)
            && may_ask(profile, client, name)
            && profile.scopes.claims(name).any(|own| own == claim)
    })
}

fn all_registered(
    profile: &IssuerProfile,
    client: &Client,
    scope: &Scope,
) -> Result<(), OAuthError> {
    let Some(name) = scope.iter().find(|name| !may_ask(profile, client, name)) else {
        return Ok(());
    };
    Err(OAuthError::invalid_scope(if profile.knows_scope(name) {
        format!("the scope `{name}` is not registered for this client")
    } else {
        format!("the scope `{name}` is not defined by any API of this issuer")
    }))
}

/// Returns true if the registration lets the client name the API: by a scope of it, or by
/// `resources`. The only such rule, for authorize, code, refresh and client credentials.
fn may_name(client: &Client, resource: &Resource) -> bool {
    let listed = &client.settings.resources;
    listed.contains(&resource.identifier)
        || client
            .scope
            .iter()
            .any(|name| resource.scopes.contains(name))
}

fn require_nameable(client: &Client, resource: &Resource) -> Result<(), OAuthError> {
    if may_name(client, resource) {
        return Ok(());
    }
    // RFC8707-2: a client that is not entitled to a resource names an invalid target
    Err(OAuthError::invalid_target(format!(
        "this client is not registered for the resource `{}`: it has no scope of it, and its `resources` do not list it",
        resource.identifier
    )))
}

/// Returns the client's own scopes for the APIs it names, or for every API if it names none.
fn registered_for(
    profile: &IssuerProfile,
    client: &Client,
    named: &[&Resource],
) -> Result<Scope, OAuthError> {
    let own = of_apis(profile, &client.scope);
    if !named.is_empty() {
        return Ok(own.filter(|name| named.iter().any(|resource| resource.scopes.contains(name))));
    }
    if own.is_empty() {
        return Err(OAuthError::invalid_scope(
            "no scope was sent, and this client is registered for no scope of an API: send `scope` or `resource`",
        ));
    }
    Ok(own)
}

fn of_apis(profile: &IssuerProfile, scope: &Scope) -> Scope {
    scope.filter(|name| !profile.is_identity_scope(name))
}

fn within(profile: &IssuerProfile, named: &[&Resource], scope: &Scope) -> Result<(), OAuthError> {
    let stray = scope.iter().find(|name| {
        !profile.is_identity_scope(name)
            && !named.iter().any(|resource| resource.scopes.contains(name))
    });
    match stray {
        None => Ok(()),
        Some(name) => Err(OAuthError::invalid_scope(format!(
            "the scope `{name}` does not belong to the resource asked for"
        ))),
    }
}

/// Returns the one API that defines all of `scope`; none if only OpenID Connect defines it.
fn owner<'a>(
    profile: &'a IssuerProfile,
    scope: &Scope,
) -> Result<Option<&'a Resource>, OAuthError> {
    let api = of_apis(profile, scope);
    if api.is_empty() {
        return Ok(None);
    }
    let admin_api = profile.admin_api();
    let owners: Vec<&Resource> = profile
        .resources
        .iter()
        .filter(|resource| api.first_outside(&resource.scopes).is_none())
        // a token for administration is never had by accident
        .filter(|resource| resource.identifier != admin_api)
        .collect();
    match owners.as_slice() {
        [owner] => Ok(Some(owner)),
        [] => Err(name_one(touched(profile, &api))),
        several => Err(name_one(several.iter().map(|r| &r.identifier))),
    }
}

fn touched<'a>(profile: &'a IssuerProfile, api: &Scope) -> impl Iterator<Item = &'a String> {
    let touches = |resource: &&Resource| api.iter().any(|name| resource.scopes.contains(name));
    profile
        .resources
        .iter()
        .filter(touches)
        .map(|r| &r.identifier)
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
        ))),
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
        )),
        several => Err(name_one(several.iter().map(|r| &r.identifier))),
    }
}

fn name_one<'a>(several: impl IntoIterator<Item = &'a String>) -> OAuthError {
    let names: Vec<String> = several
        .into_iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let list = names.join(", ");
    OAuthError::invalid_target(match names.len() {
        1 => {
            format!("these scopes are only given to whoever names their API by `resource`: {list}")
        }
        _ => format!(
            "a token is for one API, this one would be for several: name one by `resource`: {list}"
        ),
    })
}

fn outside(granted: &Scope, name: &str) -> OAuthError {
    OAuthError::invalid_scope(if granted.contains(name) {
        format!("the scope `{name}` cannot be granted for this resource any more")
    } else {
        format!("the scope `{name}` was never granted for this resource")
    })
}

#[cfg(test)]
mod tests;
