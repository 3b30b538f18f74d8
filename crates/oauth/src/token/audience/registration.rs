//! The scopes and APIs that a client may name, by its registration.

use crate::{
    client::Client,
    error::OAuthError,
    identity_scope::IdentityScopes,
    profile::{IssuerProfile, Resource},
    refusal::RefusalReason as Reason,
};

pub(super) fn known<'a>(
    profile: &'a IssuerProfile,
    identifier: &str,
) -> Result<&'a Resource, OAuthError> {
    // RFC8707-2: an unknown resource is an invalid target
    profile.resource(identifier).ok_or_else(|| {
        OAuthError::invalid_target(format!(
            "the resource `{identifier}` is not registered here"
        ))
        .because_of(Reason::ResourceUnknown, identifier)
    })
}

/// Returns true if the client may ask for a scope: it is registered for it; or it is registered for
/// `openid`, so that it may ask for every identity scope that is built in.
pub(super) fn may_ask(profile: &IssuerProfile, client: &Client, name: &str) -> bool {
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

/// Returns true if the registration lets the client name the API: by a scope of it, or by
/// `resources`. The only such rule, for authorize, code, refresh and client credentials.
pub(super) fn may_name(client: &Client, resource: &Resource) -> bool {
    let listed = &client.settings.resources;
    listed.contains(&resource.identifier)
        || client
            .scope
            .iter()
            .any(|name| resource.scopes.contains(name))
}

pub(super) fn require_nameable(client: &Client, resource: &Resource) -> Result<(), OAuthError> {
    if may_name(client, resource) {
        return Ok(());
    }
    // RFC8707-2: a client that is not entitled to a resource names an invalid target
    Err(OAuthError::invalid_target(format!(
        "this client is not registered for the resource `{}`: it has no scope of it, and its `resources` do not list it",
        resource.identifier
    ))
    .because_of(Reason::ResourceNotRegistered, resource.identifier.as_str()))
}

pub(super) fn name_one<'a>(several: impl IntoIterator<Item = &'a String>) -> OAuthError {
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
    .because_of(Reason::ResourceAmbiguous, list)
}
