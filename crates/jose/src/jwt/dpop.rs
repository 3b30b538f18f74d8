//! DPoP proofs: a signature over the request by the key that a token is bound to (RFC 9449).

use url::Url;

use super::claims::Claims;
use crate::{
    Algorithm, Jwk, UnixSeconds, VerifyingKey,
    digest::sha256,
    jws::{Compact, HeaderAlgorithm},
};

/// The request that a proof must belong to.
#[derive(Clone, Copy, Debug)]
pub struct DpopRequest<'a> {
    /// The request's method, as it is sent: `GET`.
    pub method: &'a str,
    /// The request's address as the client knows it; query and fragment do not count.
    pub url: &'a Url,
    /// The access token that is sent with it; none at the token endpoint.
    pub access_token: Option<&'a str>,
    /// The nonces that are accepted now; empty if none is required.
    pub nonces: &'a [String],
    /// The time.
    pub now: UnixSeconds,
}

/// A proof that was verified. Each may be used once: the receiver remembers
/// [`Self::digest`] until [`Self::expires_at`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DpopProof {
    thumbprint: String,
    digest: String,
    issued_at: UnixSeconds,
}

/// The check that a proof failed (RFC 9449 §4.3). It never repeats the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DpopError {
    /// Not a compact JWS with a public key in its header.
    #[error("the DPoP proof is not a JWT with one public `jwk` in its header")]
    Malformed,
    /// `typ` is not `dpop+jwt`.
    #[error("the DPoP proof's `typ` is not `dpop+jwt`")]
    WrongType,
    /// `alg` is not one of [`DpopProof::ALGORITHMS`], or not the key's.
    #[error("the DPoP proof's `alg` is not accepted here, or not the key's")]
    Algorithm,
    /// The signature is not that of the key in the header.
    #[error("the DPoP proof's signature does not match")]
    BadSignature,
    /// A claim is missing or of another type.
    #[error("the DPoP proof lacks `{0}`, or has it of the wrong type")]
    Claim(&'static str),
    /// `htm` is another method.
    #[error("the DPoP proof is for another method")]
    WrongMethod,
    /// `htu` is another address.
    #[error("the DPoP proof is for another address")]
    WrongUrl,
    /// `iat` is outside the window.
    #[error("the DPoP proof's `iat` is too old or in the future: compare the clocks")]
    WrongTime,
    /// `ath` is not the hash of the access token.
    #[error("the DPoP proof is for another access token")]
    WrongToken,
    /// `nonce` is missing or not accepted now.
    #[error("the DPoP proof has no nonce that is accepted now")]
    WrongNonce,
}

impl DpopProof {
    /// The accepted algorithms of proofs.
    pub const ALGORITHMS: [Algorithm; 5] = [
        Algorithm::ES256,
        Algorithm::EdDSA,
        Algorithm::ES384,
        Algorithm::PS256,
        Algorithm::RS256,
    ];

    /// Verifies a proof for a request (RFC 9449 §4.3), except that it is its first use.
    ///
    /// # Errors
    ///
    /// [`DpopError`] names the first check that failed.
    pub fn verify(proof: &str, request: &DpopRequest<'_>) -> Result<Self, DpopError> {
        let (compact, jwk) = Compact::parse_with_key(proof).map_err(|_| DpopError::Malformed)?;
        let header = compact.header();
        if !header.is_typ("dpop+jwt") {
            return Err(DpopError::WrongType);
        }
        let HeaderAlgorithm::Known(algorithm) = header.alg else {
            return Err(DpopError::Algorithm);
        };
        if !Self::ALGORITHMS.contains(&algorithm) {
            return Err(DpopError::Algorithm);
        }
        let key = verifying(&jwk, algorithm)?;
        let payload = compact.verify(&key);
        let payload = payload.map_err(|_| DpopError::BadSignature)?;
        let claims = Claims::parse(payload).map_err(|_| DpopError::Malformed)?;
        let issued_at = request.judge(&claims)?;
        let jti = claims.identifier("jti");
        let jti = jti.map_err(|_| DpopError::Claim("jti"))?;
        let thumbprint = jwk.thumbprint();
        Ok(Self {
            digest: sha256(format!("{thumbprint}.{jti}").as_bytes()),
            thumbprint,
            issued_at,
        })
    }

    /// Returns the thumbprint of its key (RFC 7638): the `jkt` of tokens that are bound to it.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Returns the digest that identifies the proof: another proof with the same digest is a replay.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns the time from which on it is too old.
    #[must_use]
    pub fn expires_at(&self) -> UnixSeconds {
        self.issued_at.saturating_add(PAST_SECONDS + 1)
    }
}

impl DpopRequest<'_> {
    /// Compares the claims of a proof with the request; returns when the proof was made.
    fn judge(&self, claims: &Claims) -> Result<UnixSeconds, DpopError> {
        let text = |name| claims.text(name).map_err(|_| DpopError::Claim(name));
        if text("htm")? != self.method {
            return Err(DpopError::WrongMethod);
        }
        if !same_address(text("htu")?, self.url) {
            return Err(DpopError::WrongUrl);
        }
        let issued_at = claims.time("iat");
        let issued_at = issued_at.map_err(|_| DpopError::Claim("iat"))?;
        // RFC9449-11.1: a narrow window, so that little must be remembered
        let earliest = self.now.saturating_sub(PAST_SECONDS);
        let latest = self.now.saturating_add(FUTURE_SECONDS);
        if !(earliest..=latest).contains(&issued_at) {
            return Err(DpopError::WrongTime);
        }
        if let Some(token) = self.access_token
            && text("ath")? != sha256(token.as_bytes())
        {
            return Err(DpopError::WrongToken);
        }
        self.require_nonce(claims)?;
        Ok(issued_at)
    }

    fn require_nonce(&self, claims: &Claims) -> Result<(), DpopError> {
        let nonce = claims.optional_text("nonce").ok().flatten();
        let is_good = nonce.is_some_and(|nonce| self.nonces.iter().any(|good| good == nonce));
        match is_good || self.nonces.is_empty() {
            true => Ok(()),
            false => Err(DpopError::WrongNonce),
        }
    }
}

fn verifying(jwk: &Jwk, algorithm: Algorithm) -> Result<VerifyingKey, DpopError> {
    VerifyingKey::from_jwk(jwk, Some(algorithm)).map_err(|_| DpopError::Algorithm)
}

/// RFC9449-4.3: compared after normalisation (RFC 3986 §6.2.2, §6.2.3), without query and fragment.
fn same_address(htu: &str, url: &Url) -> bool {
    let Ok(mut claimed) = Url::parse(htu) else {
        return false;
    };
    let mut own = url.clone();
    for address in [&mut claimed, &mut own] {
        address.set_query(None);
        address.set_fragment(None);
        let path = normalized(address.path());
        address.set_path(&path);
    }
    claimed == own
}

/// Normalizes each escape: none for an unreserved letter, capital digits for the others
/// (RFC 3986 §6.2.2.1, §6.2.2.2).
fn normalized(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let digits = after.get(..2).filter(|digits| is_hex(digits));
        let Some(digits) = digits else {
            text.push('%');
            rest = after;
            continue;
        };
        let letter = u8::from_str_radix(digits, 16).map(char::from);
        match letter {
            Ok(letter) if letter.is_ascii_alphanumeric() || "-._~".contains(letter) => {
                text.push(letter);
            }
            _ => {
                text.push('%');
                text.push_str(&digits.to_ascii_uppercase());
            }
        }
        rest = after.get(2..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

fn is_hex(digits: &str) -> bool {
    digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

const PAST_SECONDS: i64 = 60;
const FUTURE_SECONDS: i64 = 5;

#[cfg(test)]
mod tests;
