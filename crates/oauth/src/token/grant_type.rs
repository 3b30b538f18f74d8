//! The token endpoint's grants (RFC 6749 §4, §6), one file each.

pub mod authorization_code;
pub mod client_credentials;
pub mod refresh_token;

use crate::{
    client::{Client, GrantType},
    error::{ErrorCode, OAuthError},
    key::vault::Vault,
    request::{form::Params, scope::Scope},
    state::{
        decide::{Context, Decide, Facts},
        grant::Grant,
        user::User,
    },
};

/// The parameters of `/authorize` and `/token` that may be sent more than once (RFC 8707 §2).
pub const REPEATABLE: [&str; 1] = ["resource"];

/// Parses the grant that `form` asks for, and checks that `client` may use it.
///
/// # Errors
///
/// `invalid_request` if a parameter is missing or malformed, `unsupported_grant_type`,
/// `unauthorized_client`, or `invalid_grant` if a code or token is not authentic.
pub fn parse(form: &Params, client: &Client, vault: &Vault) -> Result<Box<dyn Decide>, OAuthError> {
    let name = required(form, "grant_type")?;
    let Some(grant_type) = GrantType::parse(name) else {
        return Err(OAuthError::new(
            ErrorCode::UnsupportedGrantType,
            "grant_type is one of authorization_code, refresh_token, client_credentials",
        ));
    };
    if !client.allows(grant_type) {
        return Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            format!("this client is not registered for the grant type {name}"),
        ));
    }
    Ok(match grant_type {
        GrantType::AuthorizationCode => Box::new(authorization_code::Redeem::parse(form, vault)?),
        GrantType::RefreshToken => Box::new(refresh_token::Refresh::parse(form, vault)?),
        GrantType::ClientCredentials => {
            Box::new(client_credentials::ClientCredentials::parse(form)?)
        }
    })
}

fn required<'a>(form: &'a Params, name: &str) -> Result<&'a str, OAuthError> {
    optional(form, name)
        .ok_or_else(|| OAuthError::invalid_request(format!("the parameter `{name}` is missing")))
}

fn optional<'a>(form: &'a Params, name: &str) -> Option<&'a str> {
    form.one(name)
}

fn scope(form: &Params) -> Result<Option<Scope>, OAuthError> {
    Ok(optional(form, "scope").map(str::parse).transpose()?)
}

fn resources(form: &Params) -> Vec<String> {
    form.all("resource").map(str::to_owned).collect()
}

/// The user of a grant, while everything it rests on still stands.
///
/// The choke point of every token of a person: the user is enabled, and the session has not ended
/// unless the grant outlives it.
fn alive<'a>(
    context: &Context<'_>,
    facts: &'a Facts,
    grant: &Grant,
) -> Result<&'a User, OAuthError> {
    let user = facts
        .user
        .as_ref()
        .filter(|user| user.id == grant.user && !user.disabled);
    let user = user.ok_or_else(|| OAuthError::invalid_grant("the account is gone or disabled"))?;
    let lifetime = context.profile.lifetimes.session;
    let session = facts.session.as_ref().filter(|session| {
        // refreshes do not pass through the browser, so they cannot keep a session from idling;
        // they end with its sign-out or its whole lifetime
        session.id == grant.session
            && session.ended_at.is_none()
            && context.now.within(lifetime, session.authentication.at)
    });
    if session.is_none() && !grant.terms.offline() {
        return Err(OAuthError::invalid_grant(
            "the session that this grant belongs to has ended",
        ));
    }
    Ok(user)
}
