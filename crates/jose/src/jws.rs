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

/// The claims of a header, before anything is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// The algorithm that the signature claims.
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

/// The reason why a text is not an acceptable compact JWS. It never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwsParseError {
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
    Header(#[source] HeaderError),
}

/// The reason why a header is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
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
    /// A member of an extension that is not supported, or that brings a key along.
    #[error("the header has `{0}`, which is not accepted here")]
    Forbidden(&'static str),
}

/// The reason why a compact JWS is not verified by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
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
    /// [`JwsParseError`]: its size is checked before anything is decoded, then the parts, the encoding
    /// and the header. `crit`, `b64`, `zip`, `enc` and every way to bring a key along (`jwk`, `jku`,
    /// `x5u`, `x5c`) are refused.
    pub fn parse(token: &'a str) -> Result<Self, JwsParseError> {
        Self::parse_within(token, MAX_BYTES)
    }

    /// Does the same for a token of another size, such as a status list.
    pub(crate) fn parse_within(token: &'a str, max_bytes: usize) -> Result<Self, JwsParseError> {
        let (compact, mut members) = Self::read(token, max_bytes)?;
        match members.remove("jwk") {
            None => Ok(compact),
            Some(_) => Err(JwsParseError::Header(HeaderError::Forbidden("jwk"))),
        }
    }

    /// Parses a token that brings its public key along: a DPoP proof (RFC 9449 §4.2).
    pub(crate) fn parse_with_key(token: &'a str) -> Result<(Self, Jwk), JwsParseError> {
        let (compact, members) = Self::read(token, MAX_BYTES)?;
        let jwk = members.get("jwk").and_then(Value::as_object);
        let jwk = jwk.and_then(|members| Jwk::from_members(members).ok());
        let jwk = jwk.ok_or(JwsParseError::Header(HeaderError::Key))?;
        Ok((compact, jwk))
    }

    fn read(token: &'a str, max_bytes: usize) -> Result<(Self, Map<String, Value>), JwsParseError> {
        if token.len() > max_bytes {
            return Err(JwsParseError::TooLarge);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(JwsParseError::Parts)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JwsParseError::Parts)?;
        // RFC7515-7.1: three parts; a JWE has five
        if payload.contains('.') || header.is_empty() || signature.is_empty() {
            return Err(JwsParseError::Parts);
        }
        let decode = |part: &str| base64url::decode(part).map_err(|_| JwsParseError::Encoding);
        let (payload, signature) = (decode(payload)?, decode(signature)?);
        let (header, members) = Header::parse(&decode(header)?).map_err(JwsParseError::Header)?;
        let compact = Self {
            signing_input,
            payload,
            signature,
            header,
        };
        Ok((compact, members))
    }

    /// Returns the header; nothing in it is verified.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Verifies the signature and hands out the payload, which cannot be reached otherwise.
    ///
    /// # Errors
    ///
    /// [`SignatureError::OtherAlgorithm`] if the header does not name the key's one algorithm, then
    /// [`SignatureError::BadSignature`].
    pub fn verify(&self, key: &VerifyingKey) -> Result<&[u8], SignatureError> {
        // RFC8725-3.1: the key decides the algorithm, the header only agrees
        if self.header.alg != HeaderAlgorithm::Known(key.algorithm()) {
            return Err(SignatureError::OtherAlgorithm);
        }
        let verified = key.verify(self.signing_input.as_bytes(), &self.signature);
        verified.map_err(|_| SignatureError::BadSignature)?;
        Ok(&self.payload)
    }
}

impl Header {
    /// Parses the header, and returns the other members too.
    fn parse(bytes: &[u8]) -> Result<(Self, Map<String, Value>), HeaderError> {
        let mut members = json::parse_object(bytes).map_err(|_| HeaderError::NotAnObject)?;
        // RFC7515-4.1.11: no extension is understood, so no `crit` is
        let is_there = |name: &&str| members.keys().any(|member| member == name);
        if let Some(name) = FORBIDDEN.into_iter().find(is_there) {
            return Err(HeaderError::Forbidden(name));
        }
        let alg = take_text(&mut members, "alg");
        let alg = alg.ok().flatten().ok_or(HeaderError::Algorithm)?;
        let kid = take_text(&mut members, "kid").map_err(|_| HeaderError::Kid)?;
        let is_odd = |kid: &String| kid.len() > 128 || kid.contains(char::is_control);
        if kid.as_ref().is_some_and(is_odd) {
            return Err(HeaderError::Kid);
        }
        let typ = take_text(&mut members, "typ").map_err(|_| HeaderError::Typ)?;
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

/// A member that is not a text.
struct NotTextError;

fn take_text(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, NotTextError> {
    match members.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(NotTextError),
    }
}

impl std::fmt::Debug for Compact<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compact")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// The most bytes of a token, except of status lists.
pub(crate) const MAX_BYTES: usize = 8 * 1024;
const FORBIDDEN: [&str; 7] = ["crit", "b64", "jku", "x5u", "x5c", "zip", "enc"];

#[cfg(test)]
mod tests;
