//! Compact JWS (RFC 7515 §7.1): parsed first, so that `kid` can be looked up, then verified.

use serde_json::{Map, Value};

use crate::{Algorithm, Jwk, VerifyingKey, base64url, json};

/// A compact JWS that is well formed but not verified.
pub struct Compact<'a> {
    signing_input: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
    header: Header,
}

/// What a header claims, before anything is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// The algorithm that the signature is said to be of.
    pub alg: HeaderAlgorithm,
    /// The name of the key: at most 128 bytes, without control characters, opaque.
    pub kid: Option<String>,
    /// The kind of token.
    pub typ: Option<String>,
}

/// The `alg` of a header.
// Exhaustive: a name either is known or is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderAlgorithm {
    /// One that exists here.
    Known(Algorithm),
    /// Any other text, `none` among them.
    Unknown(String),
}

/// Why a text is not a compact JWS that is looked at further. It never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// Longer than 8 KiB; a status list: than 256 KiB.
    #[error("the token is too large")]
    TooLarge,
    /// Not three parts joined by two dots.
    #[error("not a compact JWS: expected three parts joined by dots")]
    Parts,
    /// A part is not base64url without padding.
    #[error("not a compact JWS: a part is not base64url without padding")]
    Encoding,
    /// The header is not acceptable.
    #[error("{0}")]
    Header(#[source] HeaderFault),
}

/// What is wrong with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderFault {
    /// Not one JSON object without duplicate members.
    #[error("the header is not a strict JSON object")]
    NotAnObject,
    /// `alg` is missing or not a string.
    #[error("the header has no `alg`, or one that is not a string")]
    Algorithm,
    /// `kid` is not a string of at most 128 bytes without control characters.
    #[error("the header's `kid` is not a string of at most 128 bytes without control characters")]
    Kid,
    /// `typ` is not a string.
    #[error("the header's `typ` is not a string")]
    Typ,
    /// `jwk` is not one public key.
    #[error("the header's `jwk` is not one public key")]
    Key,
    /// A member that no extension here understands, or that brings a key along.
    #[error("the header has `{0}`, which is not accepted here")]
    Forbidden(&'static str),
}

/// Why a compact JWS is not verified by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotVerified {
    /// The header names another algorithm than the key's one.
    #[error("the header names another algorithm than the key's")]
    OtherAlgorithm,
    /// The signature is not the key's.
    #[error("the signature does not match")]
    BadSignature,
}

impl<'a> Compact<'a> {
    /// Parses a token without verifying it.
    ///
    /// # Errors
    ///
    /// [`Malformed`]: its size is checked before anything is decoded, then the parts, the encoding
    /// and the header. `crit`, `b64`, `zip`, `enc` and every way to bring a key along (`jwk`, `jku`,
    /// `x5u`, `x5c`) are refused.
    pub fn parse(token: &'a str) -> Result<Self, Malformed> {
        Self::parse_within(token, MAX_BYTES)
    }

    /// The same for a token of another size: a status list is no bearer's.
    pub(crate) fn parse_within(token: &'a str, max_bytes: usize) -> Result<Self, Malformed> {
        let (compact, mut members) = Self::read(token, max_bytes)?;
        match members.remove("jwk") {
            None => Ok(compact),
            Some(_) => Err(Malformed::Header(HeaderFault::Forbidden("jwk"))),
        }
    }

    /// Parses a token that brings its public key along: a DPoP proof (RFC 9449 §4.2).
    pub(crate) fn parse_with_key(token: &'a str) -> Result<(Self, Jwk), Malformed> {
        let (compact, members) = Self::read(token, MAX_BYTES)?;
        let jwk = members.get("jwk").and_then(Value::as_object);
        let jwk = jwk.and_then(|members| Jwk::from_members(members).ok());
        let jwk = jwk.ok_or(Malformed::Header(HeaderFault::Key))?;
        Ok((compact, jwk))
    }

    fn read(token: &'a str, max_bytes: usize) -> Result<(Self, Map<String, Value>), Malformed> {
        if token.len() > max_bytes {
            return Err(Malformed::TooLarge);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(Malformed::Parts)?;
        let (header, payload) = signing_input.split_once('.').ok_or(Malformed::Parts)?;
        // RFC7515-7.1: three parts; a JWE has five
        if payload.contains('.') || header.is_empty() || signature.is_empty() {
            return Err(Malformed::Parts);
        }
        let decode = |part: &str| base64url::decode(part).map_err(|_| Malformed::Encoding);
        let (payload, signature) = (decode(payload)?, decode(signature)?);
        let (header, members) = Header::parse(&decode(header)?).map_err(Malformed::Header)?;
        let compact = Self {
            signing_input,
            payload,
            signature,
            header,
        };
        Ok((compact, members))
    }

    /// Returns what the header claims; nothing of it is proved.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Verifies the signature and hands out the payload, which cannot be reached otherwise.
    ///
    /// # Errors
    ///
    /// [`NotVerified::OtherAlgorithm`] if the header does not name the key's one algorithm, then
    /// [`NotVerified::BadSignature`].
    pub fn verify(&self, key: &VerifyingKey) -> Result<&[u8], NotVerified> {
        // RFC8725-3.1: the key decides the algorithm, the header only agrees
        if self.header.alg != HeaderAlgorithm::Known(key.algorithm()) {
            return Err(NotVerified::OtherAlgorithm);
        }
        let verified = key.verify(self.signing_input.as_bytes(), &self.signature);
        verified.map_err(|_| NotVerified::BadSignature)?;
        Ok(&self.payload)
    }
}

impl Header {
    /// The header, and the members that are not part of it.
    fn parse(bytes: &[u8]) -> Result<(Self, Map<String, Value>), HeaderFault> {
        let mut members = json::parse_object(bytes).map_err(|_| HeaderFault::NotAnObject)?;
        // RFC7515-4.1.11: no extension is understood, so no `crit` is
        if let Some(name) = FORBIDDEN
            .into_iter()
            .find(|name| members.contains_key(*name))
        {
            return Err(HeaderFault::Forbidden(name));
        }
        let alg = take_text(&mut members, "alg")
            .ok()
            .flatten()
            .ok_or(HeaderFault::Algorithm)?;
        let kid = take_text(&mut members, "kid").map_err(|_| HeaderFault::Kid)?;
        if kid
            .as_ref()
            .is_some_and(|kid| kid.len() > 128 || kid.contains(char::is_control))
        {
            return Err(HeaderFault::Kid);
        }
        let typ = take_text(&mut members, "typ").map_err(|_| HeaderFault::Typ)?;
        let header = Self {
            alg: HeaderAlgorithm::from(alg),
            kid,
            typ,
        };
        Ok((header, members))
    }

    /// Tells whether `typ` is the media type `expected`, in any case and with or without
    /// `application/`.
    pub(crate) fn is_typ(&self, expected: &str) -> bool {
        // RFC7515-4.1.9: `application/` may be left out; media types have no case
        self.typ.as_deref().is_some_and(|typ| {
            let bare = match typ.split_at_checked("application/".len()) {
                Some((prefix, bare)) if prefix.eq_ignore_ascii_case("application/") => bare,
                _ => typ,
            };
            bare.eq_ignore_ascii_case(expected)
        })
    }
}

impl From<String> for HeaderAlgorithm {
    fn from(name: String) -> Self {
        name.parse().map_or(Self::Unknown(name), Self::Known)
    }
}

/// A member that is there but is no text.
struct NotText;

fn take_text(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, NotText> {
    match members.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(NotText),
    }
}

impl std::fmt::Debug for Compact<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compact")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

const MAX_BYTES: usize = 8 * 1024;
const FORBIDDEN: [&str; 7] = ["crit", "b64", "jku", "x5u", "x5c", "zip", "enc"];

#[cfg(test)]
mod tests;
