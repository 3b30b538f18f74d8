//! The access that a client asks for, at `/authorize` and for itself at `/token`.

use std::collections::BTreeSet;

use super::registration::{known, may_ask, name_one, require_nameable};
use crate::{
    client::Client,
    error::OAuthError,
    profile::{IssuerProfile, Resource},
    refusal::RefusalReason as Reason,
    request::{access::Access, claims::SingleClaims, scope::Scope},
};

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
    Ok(Access {
        openid: scope.filter(|name| profile.is_identity_scope(name)),
        claims: apis.iter().filter_map(|api| told(api)).collect(),
        apis: (apis.into_iter())
            .map(|api| {
                (
                    api.identifier.clone(),
                    scope.filter(|name| api.scopes.contains(name)),
                )
            })
            .collect(),
        single_claims: SingleClaims::default(),
    })
}

/// Returns the claims of people that an API is released, if there are any.
fn told(api: &Resource) -> Option<(String, BTreeSet<String>)> {
    let names: BTreeSet<String> = api.claims.names().map(str::to_owned).collect();
    (!names.is_empty()).then(|| (api.identifier.clone(), names))
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

fn named_resources<'a>(
    profile: &'a IssuerProfile,
    resources: &[String],
) -> Result<Vec<&'a Resource>, OAuthError> {
    resources
        .iter()
        .map(|identifier| known(profile, identifier))
        .collect()
}

fn all_registered(
    profile: &IssuerProfile,
    client: &Client,
    scope: &Scope,
) -> Result<(), OAuthError> {
    let Some(name) = scope.iter().find(|name| !may_ask(profile, client, name)) else {
        return Ok(());
    };
    let (reason, description) = match profile.knows_scope(name) {
        true => (
            Reason::ScopeNotRegistered,
            format!("the scope `{name}` is not registered for this client"),
        ),
        false => (
            Reason::ScopeUnknown,
            format!("the scope `{name}` is not defined by any API of this issuer"),
        ),
    };
    Err(OAuthError::invalid_scope(description).because_of(reason, name))
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
        )
        .because(Reason::ScopeMissing));
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
        ))
        .because_of(Reason::ScopeOfAnotherApi, name)),
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
