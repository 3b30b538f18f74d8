//! The token endpoint's grants (RFC 6749 §4, §6), one file each.

pub mod authorization_code;
pub mod client_credentials;
mod parameter;
pub(in crate::token) mod person;
pub mod refresh_token;

use crate::{
    client::{Client, GrantType},
    error::{ErrorCode, OAuthError},
    key::vault::Vault,
    refusal::RefusalReason,
    request::form::Params,
    state::decide::Decide,
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
    let name = parameter::required(form, "grant_type")?;
    let Some(grant_type) = GrantType::parse(name) else {
        let error = "grant_type is one of authorization_code, refresh_token, client_credentials";
        let error = OAuthError::new(ErrorCode::UnsupportedGrantType, error);
        return Err(error.because(RefusalReason::GrantTypeUnsupported));
    };
    if !client.allows(grant_type) {
        let error = format!("this client is not registered for the grant type {name}");
        let error = OAuthError::new(ErrorCode::UnauthorizedClient, error);
        return Err(error.because_of(RefusalReason::GrantTypeNotRegistered, name));
    }
    Ok(match grant_type {
        GrantType::AuthorizationCode => Box::new(authorization_code::Redeem::parse(form, vault)?),
        GrantType::RefreshToken => Box::new(refresh_token::Refresh::parse(form, vault)?),
        GrantType::ClientCredentials => {
            Box::new(client_credentials::ClientCredentials::parse(form)?)
        }
    })
}
