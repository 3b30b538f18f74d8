//! ID tokens (OIDC Core §2): our own as hints, and another issuer's for its client.

use std::fmt;

use serde_json::{Map, Value};

use super::{
    Verifier, VerifyError,
    claims::Claims,
    verifier::{accepted_algorithm, verified_by_one},
};
use crate::{Algorithm, KeySource, UnixSeconds, jws::Compact};

/// An ID token whose signature, issuer, audience and type were verified.
#[derive(Clone, PartialEq)]
pub struct IdToken {
    subject: String,
    audience: Vec<String>,
    expires_at: UnixSeconds,
    issued_at: UnixSeconds,
    kid: Option<String>,
    claims: Map<String, Value>,
}

/// The treatment of an expired ID token.
// Exhaustive: there is no third way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// It is refused: the token proves a sign-in.
    Enforced,
    /// It is accepted: the token is only a hint of who is meant (OIDC Core §3.1.2.2).
    Ignored,
}

/// Verifies an ID token of `issuer`, and that it is for `client_id` if one is given.
///
/// Clocks may differ by 30 s. `typ` is `JWT` or absent.
///
/// # Errors
///
/// [`VerifyError`] names the first check that failed. HS256 is never accepted.
pub fn verify_id_token(
    token: &str,
    keys: &dyn KeySource,
    issuer: &str,
    client_id: Option<&str>,
    now: UnixSeconds,
    expiry: Expiry,
) -> Result<IdToken, VerifyError> {
    let (kid, claims) = verified_claims(token, keys)?;
    claims.require_issuer(issuer)?;
    let audience = claims.audience()?;
    // OIDC-Core-3.1.3.7: the audience must contain the client
    if client_id.is_some_and(|own| !audience.iter().any(|one| one == own)) {
        return Err(VerifyError::WrongAudience);
    }
    let times = claims.times()?;
    if expiry == Expiry::Enforced {
        times.require_unexpired(now, Verifier::LEEWAY_SECONDS)?;
    }
    times.require_begun(now, Verifier::LEEWAY_SECONDS)?;
    Ok(IdToken {
        subject: claims.identifier("sub")?,
        audience,
        expires_at: times.expires_at,
        issued_at: times.issued_at,
        kid,
        claims: claims.into_map(),
    })
}

fn verified_claims(
    token: &str,
    keys: &dyn KeySource,
) -> Result<(Option<String>, Claims), VerifyError> {
    let compact = Compact::parse(token)?;
    let header = compact.header();
    let algorithm = accepted_algorithm(header, &ASYMMETRIC)?;
    // RFC8725-3.11: an access token never passes for an ID token
    if header.typ.is_some() && !header.is_typ("JWT") {
        return Err(VerifyError::WrongType);
    }
    let keys = keys.find(header.kid.as_deref(), algorithm);
    let (payload, kid) = verified_by_one(&compact, &keys)?;
    Ok((kid.map(str::to_owned), Claims::parse(payload)?))
}

impl IdToken {
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

    /// Returns `exp`; it may have passed.
    #[must_use]
    pub fn expires_at(&self) -> UnixSeconds {
        self.expires_at
    }

    /// Returns `iat`.
    #[must_use]
    pub fn issued_at(&self) -> UnixSeconds {
        self.issued_at
    }

    /// Returns the name of the key that verified it, else the header's `kid`.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Returns `sid`, the name of the session.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.claim("sid").and_then(Value::as_str)
    }

    /// Returns any claim, as it was sent.
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

impl fmt::Debug for IdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("IdToken");
        debug
            .field("subject", &self.subject)
            .field("audience", &self.audience);
        debug.finish_non_exhaustive()
    }
}

pub(super) const ASYMMETRIC: [Algorithm; 5] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

#[cfg(test)]
mod tests;
