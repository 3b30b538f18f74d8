//! A token that is presented to its issuer: to revoke, to introspect, to ask who it is
//! about.

use std::sync::Arc;

use airside_jose::{Algorithm, TokenProfile, VerifiedToken, Verifier, VerifyError};

use crate::{
    id::{ClientId, GrantId, UserId},
    key::keyring::Keyring,
    profile::{IssuerProfile, ResourceSigning},
    refusal::RefusalReason,
    state::{
        decide::{Facts, Keys},
        feed::{FeedEntry, FeedSubject},
        grant::Grant,
    },
    time::Time,
    token::refresh_token::RefreshToken,
};

/// A presented token whose signature or MAC is right.
#[derive(Debug)]
pub enum PresentedToken {
    /// A refresh token.
    Refresh(RefreshToken),
    /// An access token that has not expired.
    Access(Arc<VerifiedToken>),
}

impl PresentedToken {
    /// Returns the rows that tell whether it is still valid.
    pub fn keys(&self) -> Keys {
        match self {
            Self::Refresh(token) => Keys {
                grant: Some(token.family),
                ..Keys::default()
            },
            Self::Access(token) => access_token_keys(token),
        }
    }
}

/// Verifies an access token of this issuer, whatever its audience: for the issuer's own endpoints.
///
/// # Errors
///
/// [`VerifyError`] says which check failed. Tokens signed with HS256 are refused.
pub fn access_token(
    text: &str,
    profile: &IssuerProfile,
    keyring: &Keyring,
    now: Time,
) -> Result<VerifiedToken, VerifyError> {
    Verifier::dangerous_for_any_audience(&profile.issuer)
        .algorithms(&OWN_ALGORITHMS)
        .profile(TokenProfile::Rfc9068)
        .verify(text, &keyring.accepted(now), now.as_seconds())
}

/// Verifies an HS256 access token of one of the APIs in `identifiers`, with that API's own secret.
pub fn symmetric_access_token(
    text: &str,
    profile: &IssuerProfile,
    identifiers: &[String],
    now: Time,
) -> Option<VerifiedToken> {
    identifiers
        .iter()
        .filter_map(|identifier| profile.resource(identifier))
        .find_map(|resource| {
            let ResourceSigning::Hs256(secret) = &resource.signing else {
                return None;
            };
            let key = airside_jose::SymmetricKey::from_secret(secret.expose().as_bytes()).ok()?;
            Verifier::new(&profile.issuer, &resource.identifier)
                .algorithms(&[Algorithm::HS256])
                .verify(text, &key, now.as_seconds())
                .ok()
        })
}

/// Returns the rows that tell whether an access token is still valid.
pub fn access_token_keys(token: &VerifiedToken) -> Keys {
    let mut feed = vec![FeedSubject::Jti(token.jti().to_owned())];
    feed.extend(token.client_id().parse().ok().map(FeedSubject::Client));
    feed.extend(token.subject().parse().ok().map(FeedSubject::User));
    let grant = grant_id(token);
    feed.extend(grant.map(FeedSubject::Grant));
    Keys {
        grant,
        feed,
        ..Keys::default()
    }
}

/// Returns true if an access token is still valid: not revoked, its grant alive, its user enabled.
pub fn is_still_valid(token: &VerifiedToken, facts: &Facts) -> bool {
    invalid_because(token, facts).is_none()
}

/// Returns the reason why an access token is not valid any more; none if it is.
pub fn invalid_because(token: &VerifiedToken, facts: &Facts) -> Option<RefusalReason> {
    if let Some(id) = grant_id(token) {
        let subject: Option<UserId> = token.subject().parse().ok();
        let Some(user) = facts.user.as_ref().filter(|user| Some(user.id) == subject) else {
            return Some(RefusalReason::AccountGone);
        };
        if user.disabled {
            return Some(RefusalReason::AccountDisabled);
        }
        let Some(grant) = facts.grant.as_ref().filter(|grant| grant.id == id) else {
            return Some(RefusalReason::GrantRevoked);
        };
        if !is_session_alive(grant, facts) {
            return Some(RefusalReason::SessionEnded);
        }
        if grant.revoked.is_some() {
            return Some(RefusalReason::GrantRevoked);
        }
    }
    let is_dead = |entry: &FeedEntry| entry.kills(token.issued_at(), token.jti());
    let is_revoked = facts.feed.iter().any(is_dead);
    is_revoked.then_some(RefusalReason::AccessTokenRevoked)
}

/// The grant that a person's access token belongs to.
pub fn grant_id(token: &VerifiedToken) -> Option<GrantId> {
    token.grant_id()?.parse().ok()
}

/// The client that an access token was issued to.
pub fn issued_to(token: &VerifiedToken, client: &ClientId) -> bool {
    token.client_id() == client.as_str()
}

fn is_session_alive(grant: &Grant, facts: &Facts) -> bool {
    grant.terms.offline()
        || facts
            .session
            .as_ref()
            .is_none_or(|session| session.ended_at.is_none())
}

/// The algorithms that the issuer's own endpoints accept: never a symmetric one.
const OWN_ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];
