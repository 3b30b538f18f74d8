//! Client assertions (RFC 7523 §3): the signature and the form of the claims. Times and audience are left to
//! the caller.

use super::{VerifyError, claims::Claims, id_token::ASYMMETRIC, verifier::accepted_algorithm};
use crate::{
    UnixSeconds, VerifyingKey,
    jws::{Compact, Header},
};

/// Verifies assertions by which clients authenticate (`private_key_jwt`).
#[derive(Clone, Copy, Debug)]
pub struct Assertion;

/// The claims of an assertion whose signature was verified; times and audience are not checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AssertionClaims {
    /// The issuer: 1 to 255 bytes without control characters.
    pub iss: String,
    /// The subject: 1 to 255 bytes without control characters.
    pub sub: String,
    /// The audience.
    pub aud: AssertionAudience,
    /// The time when it expires.
    pub exp: UnixSeconds,
    /// The time when it was made.
    pub iat: Option<UnixSeconds>,
    /// The time from which on it is valid.
    pub nbf: Option<UnixSeconds>,
    /// Its name, to be used once: 1 to 255 bytes without control characters.
    pub jti: String,
}

/// The form of an assertion's audience: one string and an array are different here.
// Exhaustive: RFC 7519 §4.1.3 knows these two forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssertionAudience {
    /// One string.
    One(String),
    /// An array of strings, not empty.
    Many(Vec<String>),
}

impl Assertion {
    /// Verifies the signature by a key that fits the header's `kid` and `alg`, and reads the claims.
    ///
    /// A key without `kid` fits every `kid`. `typ` is absent, `JWT` or `client-authentication+jwt`. Times
    /// that have a fraction are rounded, so that the assertion lives shorter.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the first check that failed; HS256 is never accepted. All of `iss`, `sub`,
    /// `aud`, `exp` and `jti` are required.
    pub fn verify(token: &str, keys: &[VerifyingKey]) -> Result<AssertionClaims, VerifyError> {
        let compact = Compact::parse(token)?;
        let header = compact.header();
        // OIDC-Core-9: `private_key_jwt` is asymmetric
        let algorithm = accepted_algorithm(header, &ASYMMETRIC)?;
        if !is_assertion(header) {
            return Err(VerifyError::WrongType);
        }
        let mut error = VerifyError::UnknownKey;
        for key in keys
            .iter()
            .filter(|key| key.algorithm() == algorithm && fits(key, header))
        {
            match compact.verify(key) {
                Ok(payload) => return AssertionClaims::read(Claims::parse(payload)?),
                Err(not_verified) => error = not_verified.into(),
            }
        }
        Err(error)
    }
}

impl AssertionClaims {
    fn read(mut claims: Claims) -> Result<Self, VerifyError> {
        claims.adopt_whole_times()?;
        // RFC7523-3: iss, sub, aud and exp are required; jti makes single use possible
        let audience = claims.audience()?;
        let aud = match (claims.audience_is_array(), audience.as_slice()) {
            (false, [one]) => AssertionAudience::One(one.clone()),
            _ => AssertionAudience::Many(audience),
        };
        Ok(Self {
            iss: claims.identifier("iss")?,
            sub: claims.identifier("sub")?,
            aud,
            exp: claims.time("exp")?,
            iat: claims.optional_time("iat")?,
            nbf: claims.optional_time("nbf")?,
            jti: claims.identifier("jti")?,
        })
    }
}

fn is_assertion(header: &Header) -> bool {
    // RFC8725-3.11: a token that says it is something else is not an assertion
    header.typ.is_none() || header.is_typ("JWT") || header.is_typ("client-authentication+jwt")
}

fn fits(key: &VerifyingKey, header: &Header) -> bool {
    match (key.kid(), header.kid.as_deref()) {
        (Some(own), Some(named)) => own == named,
        _ => true,
    }
}

#[cfg(test)]
mod tests;
