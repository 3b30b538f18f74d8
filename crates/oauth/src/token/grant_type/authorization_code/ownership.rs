//! The proofs that the client which presents a code is the one that asked for it.

use super::Redeem;
use crate::{
    error::OAuthError, refusal::RefusalReason as Reason, request::pkce::PkceError,
    state::decide::Context,
};

impl Redeem {
    /// Checks whose code it is, before the state of the code: a request that fails here changes nothing
    /// (OAuth 2.1 §7.5.2).
    pub(super) fn belongs(&self, context: &Context<'_>) -> Result<(), OAuthError> {
        // RFC6749-4.1.3: the code was issued to the authenticated client
        if self.code.client != context.client.client_id {
            return Err(
                OAuthError::invalid_grant("the code was issued to another client")
                    .because_of(Reason::CodeOfAnotherClient, self.code.client.as_str()),
            );
        }
        self.verify_pkce()?;
        self.compare_redirect_uri()?;
        self.require_young(context)
    }

    fn require_young(&self, context: &Context<'_>) -> Result<(), OAuthError> {
        let lifetime = context.profile.lifetimes.authorization_code;
        if !context.now.within(lifetime, self.code.issued_at) {
            let seconds = lifetime.as_secs();
            return Err(OAuthError::invalid_grant(format!(
                "the code has expired: it lives {seconds} seconds"
            ))
            .because(Reason::CodeExpired));
        }
        Ok(())
    }

    fn verify_pkce(&self) -> Result<(), OAuthError> {
        match (&self.code.code_challenge, &self.code_verifier) {
            (None, None) => Ok(()),
            (Some(challenge), Some(verifier)) => challenge.verify(verifier).map_err(pkce_refusal),
            (Some(_), None) => Err(OAuthError::invalid_request("code_verifier is missing")
                .because(Reason::CodeVerifierMissing)),
            // RFC9700-4.8.2: a verifier without a challenge is a PKCE downgrade
            (None, Some(_)) => Err(OAuthError::invalid_grant(
                "code_verifier was sent, but the authorization request had no code_challenge",
            )
            .because(Reason::CodeVerifierUnexpected)),
        }
    }

    fn compare_redirect_uri(&self) -> Result<(), OAuthError> {
        match &self.redirect_uri {
            Some(sent) if *sent != self.code.redirect_uri => Err(OAuthError::invalid_grant(
                "redirect_uri is not the one of the authorization request",
            )
            .because(Reason::RedirectUriDifferent)),
            // OAuth2.1-10.2: without PKCE, redirect_uri does its work and must be sent
            None if self.code.code_challenge.is_none() => {
                Err(OAuthError::invalid_grant("redirect_uri is missing")
                    .because(Reason::RedirectUriMissing))
            }
            _ => Ok(()),
        }
    }
}

fn pkce_refusal(error: PkceError) -> OAuthError {
    match error {
        PkceError::Malformed => OAuthError::invalid_request(
            "code_verifier has 43 to 128 characters of A-Z a-z 0-9 - . _ ~",
        )
        .because(Reason::CodeVerifierMalformed),
        _ => OAuthError::invalid_grant("code_verifier does not match code_challenge")
            .because(Reason::CodeVerifierWrong),
    }
}
