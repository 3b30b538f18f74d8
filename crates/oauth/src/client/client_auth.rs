//! Client authentication (RFC 6749 §2.3, RFC 7523 §3): the client that a request claims to come from,
//! and the proof of it.
//!
//! [`ClientCredential`] is the claim as it was sent, [`AuthenticatedClient`] the proof; between them is an
//! [`AssertedClient`], whose assertion is not used up yet. There is one error text for everything that
//! would tell clients apart which the caller cannot speak for.

mod assertion;
mod credential;

pub use assertion::{ASSERTION_ALGORITHMS, keys};
pub use credential::{ClientCredential, claimed_client_id, unknown_client};

use std::{ops::Deref, sync::Arc};

use airside_jose::VerifyingKey;

use crate::{
    client::{AuthMethod, Client},
    error::OAuthError,
    key::secret::{Digest, Secret},
    profile::IssuerProfile,
    refusal::RefusalReason,
    state::decide::{Commit, Pivot},
    time::Time,
};
use assertion::VerifiedAssertion;
use credential::Credential;

/// A client that proved who it is; for a public client, that it is registered as one.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient {
    client: Arc<Client>,
}

impl AuthenticatedClient {
    /// Returns the client.
    pub const fn client(&self) -> &Arc<Client> {
        &self.client
    }
}

impl Deref for AuthenticatedClient {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// A client whose assertion is valid, but may have been used before: it proves nothing until
/// [`Self::use_up`] has recorded its use.
#[derive(Debug)]
pub struct AssertedClient {
    client: Arc<Client>,
    assertion: VerifiedAssertion,
}

impl AssertedClient {
    /// Returns the client that the assertion is about.
    pub const fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// Authenticates the client once `commit` has recorded that the assertion is used; its failure is
    /// returned as it is.
    ///
    /// # Errors
    ///
    /// The error of `commit`: a conflict says that the assertion was used before.
    pub async fn use_up<E, F>(
        self,
        commit: impl FnOnce(Commit) -> F,
    ) -> Result<AuthenticatedClient, E>
    where
        F: Future<Output = Result<(), E>>,
    {
        // RFC7523-3: the jti is accepted once
        let pivot = Pivot::UseOnce {
            digest: self.assertion.digest,
            until: self.assertion.until,
        };
        commit(Commit::new(pivot)).await?;
        Ok(AuthenticatedClient {
            client: self.client,
        })
    }
}

/// The outcome of a client authentication that broke no rule.
#[derive(Debug)]
#[must_use]
pub enum Authentication {
    /// The client is authenticated.
    Authenticated(AuthenticatedClient),
    /// The client is authenticated once its assertion is used up.
    Asserted(AssertedClient),
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
) -> Result<Authentication, OAuthError> {
    if *presented.client_id() != client.client_id {
        return Err(unknown_client().because(RefusalReason::ClientUnknown));
    }
    if let (Credential::Assertion(text), AuthMethod::PrivateKeyJwt) =
        (&presented.credential, client.auth_method)
    {
        let assertion = assertion::verify(text.expose(), &client, keys, profile, now)?;
        let asserted = AssertedClient { client, assertion };
        return Ok(Authentication::Asserted(asserted));
    }
    check_without_assertion(presented, &client)?;
    let authenticated = AuthenticatedClient { client };
    Ok(Authentication::Authenticated(authenticated))
}

fn check_without_assertion(
    presented: &ClientCredential,
    client: &Client,
) -> Result<(), OAuthError> {
    match (&presented.credential, client.auth_method) {
        (Credential::None, AuthMethod::None) => Ok(()),
        (Credential::Basic(secret), AuthMethod::ClientSecretBasic)
        | (Credential::Post(secret), AuthMethod::ClientSecretPost) => {
            check_secret(secret, &client.secrets)
        }
        // DEPARTURE: RFC7591-2 has client_secret_basic for a client that states no method, and many
        // clients that only take an id and a secret send them in the body first
        (Credential::Post(secret), AuthMethod::ClientSecretBasic)
            if client.settings.any_secret_method =>
        {
            check_secret(secret, &client.secrets)
        }
        // OIDC-Core-9: the method is the registered one
        (_, registered) => Err(wrong_method(presented, registered)),
    }
}

/// Refuses a request of a client that does not exist, with the work that a wrong secret takes.
pub fn authenticate_unknown(presented: &ClientCredential) -> OAuthError {
    if let Credential::Basic(secret) | Credential::Post(secret) = &presented.credential {
        // one digest and one comparison, as for a client that has a secret
        let refused = check_secret(secret, &[Digest::from_bytes([0; 32])]);
        return refused
            .err()
            .unwrap_or_else(unknown_client)
            .because(RefusalReason::ClientUnknown);
    }
    unknown_client().because(RefusalReason::ClientUnknown)
}

fn wrong_method(presented: &ClientCredential, registered: AuthMethod) -> OAuthError {
    let used = presented.method();
    let detail = format!("registered for {registered}, used {used}");
    unknown_client().because_of(RefusalReason::AuthMethodWrong, detail)
}

fn check_secret(secret: &Secret, live: &[Digest]) -> Result<(), OAuthError> {
    let presented = secret.digest();
    // every live secret is compared, so that the time does not tell which one was right
    let matching = live
        .iter()
        .filter(|digest| digest.matches(&presented))
        .count();
    if matching == 0 {
        return Err(unknown_client().because(RefusalReason::SecretWrong));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
