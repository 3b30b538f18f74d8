//! Client authentication (RFC 6749 §2.3, RFC 7523 §3): whom a request claims to come from, and
//! whether that is true.
//!
//! [`ClientCredential`] is the claim as it was sent, [`AuthenticatedClient`] the proof. There is one error
//! text for everything that would tell clients apart which the caller cannot speak for.

mod assertion;
mod credential;

pub use assertion::{ASSERTION_ALGORITHMS, UsedAssertion, keys};
pub use credential::ClientCredential;

use std::{ops::Deref, sync::Arc};

use airside_jose::VerifyingKey;

use crate::{
    client::{AuthMethod, Client},
    error::OAuthError,
    key::secret::{Digest, Secret},
    profile::IssuerProfile,
    time::Time,
};
use credential::Credential;

/// A client that proved who it is; for a public client, that it is registered as one.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient {
    client: Arc<Client>,
    assertion: Option<UsedAssertion>,
}

impl AuthenticatedClient {
    /// The client.
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// The assertion that proved it: the caller must commit it as used before it answers.
    pub fn assertion(&self) -> Option<&UsedAssertion> {
        self.assertion.as_ref()
    }
}

impl Deref for AuthenticatedClient {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Checks that a request comes from `client`, by the one method that the client is registered for.
///
/// `keys` are the client's own, fetched already; they count for `private_key_jwt` only.
///
/// # Errors
///
/// `invalid_client`: another method, a wrong secret, or an assertion that breaks a rule. Nothing
/// may change then.
pub fn authenticate(
    presented: &ClientCredential,
    client: Arc<Client>,
    keys: &[VerifyingKey],
    profile: &IssuerProfile,
    now: Time,
) -> Result<AuthenticatedClient, OAuthError> {
    if *presented.client_id() != client.client_id {
        return Err(unknown_client());
    }
    let assertion = match (&presented.credential, client.auth_method) {
        (Credential::None, AuthMethod::None) => None,
        (Credential::Basic(secret), AuthMethod::ClientSecretBasic)
        | (Credential::Post(secret), AuthMethod::ClientSecretPost) => {
            check_secret(secret, &client.secrets)?;
            None
        }
        // DEPARTURE: RFC7591-2 has client_secret_basic for a client that states no method, and many
        // clients that only take an id and a secret send them in the body first
        (Credential::Post(secret), AuthMethod::ClientSecretBasic)
            if client.settings.any_secret_method =>
        {
            check_secret(secret, &client.secrets)?;
            None
        }
        (Credential::Assertion(text), AuthMethod::PrivateKeyJwt) => Some(assertion::verify(
            text.expose(),
            &client,
            keys,
            profile,
            now,
        )?),
        // OIDC-Core-9: the method is the registered one
        _ => return Err(unknown_client()),
    };
    Ok(AuthenticatedClient { client, assertion })
}

/// Refuses a request of a client that does not exist, with the work that a wrong secret takes.
pub fn authenticate_unknown(presented: &ClientCredential) -> OAuthError {
    if let Credential::Basic(secret) | Credential::Post(secret) = &presented.credential {
        // one digest and one comparison, as for a client that has a secret
        let refused = check_secret(secret, &[Digest::from_bytes([0; 32])]);
        return refused.err().unwrap_or_else(unknown_client);
    }
    unknown_client()
}

/// The one refusal of an unknown client, a wrong secret and a wrong method.
pub fn unknown_client() -> OAuthError {
    OAuthError::invalid_client(
        "client authentication failed: the client is unknown, its secret is wrong, or it is \
         registered with another token_endpoint_auth_method than this request used",
    )
}

fn check_secret(secret: &Secret, live: &[Digest]) -> Result<(), OAuthError> {
    let presented = secret.digest();
    // every live secret is compared, so that the time does not tell which one was right
    let matching = live
        .iter()
        .filter(|digest| digest.matches(&presented))
        .count();
    if matching == 0 {
        return Err(unknown_client());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
