//! One token, one audience (RFC 8707, RFC 9068 §3): which API a token is for, with which scopes.

use airside_jose::Algorithm;

use crate::{
    client::Client,
    error::OAuthError,
    grant::Terms,
    profile::{Profile, Resource, ResourceSigning},
    scope::{Scope, is_oidc},
};

/// What a request may have: its scopes, and the APIs they are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Every scope.
    pub scope: Scope,
    /// API identifiers; none means the issuer itself.
    pub resources: Vec<String>,
}

/// The one API that a token is for.
#[derive(Clone, Debug)]
pub struct Audience {
    /// The `aud` claim.
    pub identifier: String,
    /// What signs the token.
    pub signing: ResourceSigning,
    /// The token's `scope`.
    pub scope: Scope,
}

/// Decides what a client asks for: at `/authorize`, and for itself at `/token`.
///
/// # Errors
///
/// `invalid_scope` if a name is unknown or not registered for the client, or nothing is left to
/// grant; `invalid_target` if a resource is unknown or the scopes do not tell the API.
pub fn extent(
    profile: &Profile,
    client: &Client,
    scope: Option<&Scope>,
    resources: &[String],
) -> Result<Extent, OAuthError> {
    let named = named_resources(profile, resources)?;
    if let Some(scope) = scope {
        all_registered(profile, client, scope)?;
        return if named.is_empty() {
            owned_by_one(profile, scope)
        } else {
            within(&named, scope)
        };
    }
    let own = client.scope.api();
    let scope = match named.as_slice() {
        [] => own,
        named => own.filter(|name| named.iter().any(|resource| resource.scopes.contains(name))),
    };
    if scope.is_empty() {
        return Err(OAuthError::invalid_scope(
            "no scope was sent, and this client is registered for none of this API: send `scope`",
        ));
    }
    if named.is_empty() {
        owned_by_one(profile, &scope)
    } else {
        within(&named, &scope)
    }
}

/// Chooses the one API, and the scopes, of a token issued under `terms`.
///
/// # Errors
///
/// `invalid_target` if the API was not granted, is gone, or one of several must be named;
/// `invalid_scope` if a scope asked for was never granted or has since been taken away.
pub fn audience(
    profile: &Profile,
    client: &Client,
    terms: &Terms,
    scope: Option<&Scope>,
    resources: &[String],
) -> Result<Audience, OAuthError> {
    let chosen = chosen_resource(profile, terms, resources)?;
    let possible = terms.scope.filter(|name| {
        client.scope.contains(name)
            && (is_oidc(name) || chosen.is_some_and(|resource| resource.scopes.contains(name)))
    });
    let scope = match scope {
        None => possible,
        // RFC6749-6: a refresh never grants more than the grant, and may grant less
        Some(asked) => match asked.first_outside(&possible) {
            None => asked.clone(),
            Some(name) => return Err(outside(terms, name)),
        },
    };
    Ok(token_for(profile, chosen, scope))
}

/// The audience of `extent`, which must name at most one API.
///
/// # Errors
///
/// `invalid_target` if it names several.
pub fn single(profile: &Profile, extent: Extent) -> Result<Audience, OAuthError> {
    match extent.resources.as_slice() {
        [] => Ok(token_for(profile, None, extent.scope)),
        [one] => Ok(token_for(profile, Some(known(profile, one)?), extent.scope)),
        several => Err(name_one(several)),
    }
}

fn token_for(profile: &Profile, resource: Option<&Resource>, scope: Scope) -> Audience {
    match resource {
        Some(resource) => Audience {
            identifier: resource.identifier.clone(),
            signing: resource.signing.clone(),
            scope,
        },
        None => Audience {
            identifier: profile.issuer.clone(),
            signing: ResourceSigning::Asymmetric(Algorithm::RS256),
            scope,
        },
    }
}

fn named_resources<'a>(
    profile: &'a Profile,
    resources: &[String],
) -> Result<Vec<&'a Resource>, OAuthError> {
    resources
        .iter()
        .map(|identifier| known(profile, identifier))
        .collect()
}

fn known<'a>(profile: &'a Profile, identifier: &str) -> Result<&'a Resource, OAuthError> {
    // RFC8707-2: an unknown resource is an invalid target
    profile.resource(identifier).ok_or_else(|| {
        OAuthError::invalid_target(format!(
            "the resource `{identifier}` is not registered here"
        ))
    })
}

fn all_registered(profile: &Profile, client: &Client, scope: &Scope) -> Result<(), OAuthError> {
    let Some(name) = scope.first_outside(&client.scope) else {
        return Ok(());
    };
    Err(OAuthError::invalid_scope(if profile.knows_scope(name) {
        format!("the scope `{name}` is not registered for this client")
    } else {
        format!("the scope `{name}` is not defined by any API of this issuer")
    }))
}

fn within(named: &[&Resource], scope: &Scope) -> Result<Extent, OAuthError> {
    let stray = scope.iter().find(|name| {
        !is_oidc(name) && !named.iter().any(|resource| resource.scopes.contains(name))
    });
    if let Some(name) = stray {
        return Err(OAuthError::invalid_scope(format!(
            "the scope `{name}` does not belong to the resource asked for"
        )));
    }
    let mut resources: Vec<String> = Vec::with_capacity(named.len());
    for resource in named {
        if !resources.contains(&resource.identifier) {
            resources.push(resource.identifier.clone());
        }
    }
    Ok(Extent {
        scope: scope.clone(),
        resources,
    })
}

fn owned_by_one(profile: &Profile, scope: &Scope) -> Result<Extent, OAuthError> {
    let api = scope.api();
    if api.is_empty() {
        return Ok(Extent {
            scope: scope.clone(),
            resources: Vec::new(),
        });
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
        [owner] => Ok(Extent {
            scope: scope.clone(),
            resources: vec![owner.identifier.clone()],
        }),
        [] => Err(name_one(&touched(profile, &api))),
        several => Err(name_one(
            &several
                .iter()
                .map(|r| r.identifier.clone())
                .collect::<Vec<_>>(),
        )),
    }
}

fn touched(profile: &Profile, api: &Scope) -> Vec<String> {
    let touches = |resource: &&Resource| api.iter().any(|name| resource.scopes.contains(name));
    profile
        .resources
        .iter()
        .filter(touches)
        .map(|r| r.identifier.clone())
        .collect()
}

fn chosen_resource<'a>(
    profile: &'a Profile,
    terms: &Terms,
    resources: &[String],
) -> Result<Option<&'a Resource>, OAuthError> {
    let identifier = match (resources, terms.resources.as_slice()) {
        ([], []) => return Ok(None),
        ([], [only]) => only,
        ([], several) => return Err(name_one(several)),
        ([asked], granted) if granted.contains(asked) => asked,
        ([asked], _) => {
            return Err(OAuthError::invalid_target(format!(
                "the resource `{asked}` was not granted with this authorization"
            )));
        }
        (several, _) => return Err(name_one(several)),
    };
    known(profile, identifier).map(Some)
}

fn name_one(several: &[String]) -> OAuthError {
    let names = several.iter().map(|name| format!("`{name}`"));
    let names = names.collect::<Vec<_>>().join(", ");
    OAuthError::invalid_target(match several.len() {
        1 => {
            format!("these scopes are only given to whoever names their API by `resource`: {names}")
        }
        _ => format!(
            "a token is for one API, this one would be for several: name one by `resource`: {names}"
        ),
    })
}

fn outside(terms: &Terms, name: &str) -> OAuthError {
    OAuthError::invalid_scope(if terms.scope.contains(name) {
        format!("the scope `{name}` cannot be granted for this resource any more")
    } else {
        format!("the scope `{name}` was never granted")
    })
}

#[cfg(test)]
mod tests;
