//! Authentication of the caller of a back-channel endpoint (RFC 6749 §3.2.1), with use-once assertions.

use airside_jose::Compact;
use airside_oauth::{
    client::client_auth::{
        self, AssertedClient, AuthenticatedClient, Authentication, ClientCredential,
    },
    error::OAuthError,
    request::form::Params,
    time::Time,
};
use airside_store::CommitError;
use http::{HeaderMap, header};

use crate::{issuer::Issuer, observe, respond::EndpointError};

/// Authenticates the client that sent `form`.
///
/// # Errors
///
/// `invalid_client` (401) or `invalid_request` (400); [`EndpointError::Unavailable`] if an assertion
/// could not be marked as used.
pub async fn authenticate(
    issuer: &Issuer,
    headers: &HeaderMap,
    form: &Params,
    now: Time,
) -> Result<AuthenticatedClient, EndpointError> {
    let lines: Vec<&[u8]> = headers
        .get_all(header::AUTHORIZATION)
        .iter()
        .map(|value| value.as_bytes())
        .collect();
    let basic = !lines.is_empty();
    let failed = |error: OAuthError| match basic {
        true => EndpointError::OAuthBasic(error),
        false => EndpointError::OAuth(error),
    };
    let presented = ClientCredential::parse(&lines, form).map_err(failed)?;
    let Some(client) = issuer.client(presented.client_id()) else {
        return Err(failed(client_auth::authenticate_unknown(&presented)));
    };
    let kid = presented
        .assertion()
        .and_then(|text| Compact::parse(text).ok())
        .and_then(|token| token.header().kid.clone());
    let keys = match presented.assertion() {
        Some(_) => issuer.client_keys.of(&client, kid.as_deref()).await,
        None => std::sync::Arc::default(),
    };
    let profile = issuer.profile();
    let authentication =
        client_auth::authenticate(&presented, client, &keys, &profile, now).map_err(failed)?;
    let client = match authentication {
        Authentication::Authenticated(client) => Ok(client),
        Authentication::Asserted(client) => use_up(issuer, client, failed).await,
    };
    let client = client?;
    observe::called_by(client.client_id.as_str());
    Ok(client)
}

/// Records that an assertion is used.
async fn use_up(
    issuer: &Issuer,
    client: AssertedClient,
    failed: impl Fn(OAuthError) -> EndpointError,
) -> Result<AuthenticatedClient, EndpointError> {
    let used = client.use_up(|commit| issuer.store.commit(commit)).await;
    used.map_err(|error| match error {
        // RFC7523-3: an assertion is used once
        CommitError::Conflict => failed(OAuthError::invalid_client(
            "this client assertion was used before",
        )),
        CommitError::Unavailable(cause) => cause.into(),
    })
}
