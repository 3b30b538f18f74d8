//! The proof that an access token was verified.

use std::fmt;

use serde_json::{Map, Value};

use super::{Confirmation, SenderProof, VerifyError, claims::Claims};
use crate::{Algorithm, UnixSeconds, is_scope_token};

/// An access token that a [`Verifier`](super::Verifier) accepted; there is no other way to one.
///
/// It was valid at the time of verification: a cache checks [`Self::expires_at`] and [`Self::require`] again
/// at every use.
#[derive(Clone, PartialEq)]
pub struct VerifiedToken {
    issuer: String,
    subject: String,
    audience: Vec<String>,
    client_id: String,
    jti: String,
    roles: Vec<String>,
    expires_at: UnixSeconds,
    issued_at: UnixSeconds,
    kid: Option<String>,
    algorithm: Algorithm,
    is_machine: bool,
    confirmation: Option<Confirmation>,
    claims: Map<String, Value>,
}

/// The facts of a token beside its claims.
pub(super) struct TokenFacts<'a> {
    pub(super) kid: Option<&'a str>,
    pub(super) algorithm: Algorithm,
    /// True if the caller is a machine by the profile.
    pub(super) is_machine: bool,
    pub(super) roles: Vec<String>,
}

impl VerifiedToken {
    /// Reads the claims that a verified payload must have.
    pub(super) fn new(claims: Claims, facts: TokenFacts<'_>) -> Result<Self, VerifyError> {
        let times = claims.times()?;
        // RFC7662-2.2, RFC8693-4.2: a scope is one string of names separated by spaces
        claims.optional_text("scope")?;
        claims.optional_text("grant_id")?;
        let subject = claims.identifier("sub")?;
        let client_id = claims.identifier("client_id")?;
        Ok(Self {
            issuer: claims.text("iss")?.to_owned(),
            // RFC9068-2.2: of a client that acts for itself, `sub` is its name
            is_machine: facts.is_machine || subject == client_id,
            subject,
            audience: claims.audience()?,
            client_id,
            jti: claims.identifier("jti")?,
            roles: facts.roles,
            expires_at: times.expires_at,
            issued_at: times.issued_at,
            kid: facts.kid.map(str::to_owned),
            algorithm: facts.algorithm,
            confirmation: Confirmation::read(&claims)?,
            claims: claims.into_map(),
        })
    }

    /// Returns `iss`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns `sub`: 1 to 255 bytes without control characters.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns `aud`, one or more.
    #[must_use]
    pub fn audience(&self) -> &[String] {
        &self.audience
    }

    /// Returns `client_id`: 1 to 255 bytes without control characters.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns `jti`: 1 to 255 bytes without control characters.
    #[must_use]
    pub fn jti(&self) -> &str {
        &self.jti
    }

    /// Returns `exp`.
    #[must_use]
    pub fn expires_at(&self) -> UnixSeconds {
        self.expires_at
    }

    /// Returns `iat`.
    #[must_use]
    pub fn issued_at(&self) -> UnixSeconds {
        self.issued_at
    }

    /// Returns the names in `scope`, without those that RFC 6749 §3.3 does not allow.
    pub fn scope(&self) -> impl Iterator<Item = &str> {
        let scope = self
            .claim("scope")
            .and_then(Value::as_str)
            .unwrap_or_default();
        scope.split(' ').filter(|name| is_scope_token(name))
    }

    /// Tells whether `scope` has this name.
    #[must_use]
    pub fn has_scope(&self, name: &str) -> bool {
        self.scope().any(|granted| granted == name)
    }

    /// Tells whether the caller is a client that acts for itself, which owns no person's objects.
    #[must_use]
    pub fn is_machine(&self) -> bool {
        self.is_machine
    }

    /// Returns the roles as they are in the token; none without a list of them. A text that is not a
    /// role ([`is_role`](crate::is_role)) must not be joined with others.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    /// Returns `grant_id`, which tokens of a person have.
    #[must_use]
    pub fn grant_id(&self) -> Option<&str> {
        self.claim("grant_id").and_then(Value::as_str)
    }

    /// Returns the name of the key that verified it.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Returns the algorithm that verified it.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the key or certificate that it is bound to.
    #[must_use]
    pub fn confirmation(&self) -> Option<&Confirmation> {
        self.confirmation.as_ref()
    }

    /// Requires the proof that the sender may use the token (RFC 9449 §7.1, RFC 8705
    /// §3).
    ///
    /// # Errors
    ///
    /// [`VerifyError::SenderConstrained`], also for a DPoP proof beside a token that is not bound.
    pub fn require(&self, proof: SenderProof<'_>) -> Result<(), VerifyError> {
        Confirmation::require(self.confirmation(), proof)
    }

    /// Returns any claim, as it was sent; with [`TokenProfile::Legacy`](super::TokenProfile::Legacy), those of
    /// RFC 9068 under their names there.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// Returns all claims, as they were sent.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }
}

impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("VerifiedToken");
        debug
            .field("subject", &self.subject)
            .field("client_id", &self.client_id);
        debug.field("jti", &self.jti).finish_non_exhaustive()
    }
}
