//! Status lists (draft-ietf-oauth-status-list-21): the statuses of many tokens in one signed token,
//! packed and compressed.

use std::fmt;

use miniz_oxide::{deflate::compress_to_vec_zlib, inflate::decompress_to_vec_zlib_with_limit};
use serde_json::{Map, Value};

use super::{
    VerifiedToken, Verifier, VerifyError,
    claims::Claims,
    id_token::ASYMMETRIC,
    verifier::{accepted_algorithm, verified_by_one},
};
use crate::{KeySource, UnixSeconds, base64url, jws::Compact};

/// The statuses of many tokens, 1, 2, 4 or 8 bits each. 0 is valid; everything else is not.
#[derive(Clone, PartialEq, Eq)]
pub struct StatusList {
    bits: u8,
    bytes: Vec<u8>,
}

/// The position of an access token's status: the member `status_list` of its `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusReference<'a> {
    /// The list's address, which is also its name.
    pub uri: &'a str,
    /// The token's index in it.
    pub idx: u64,
}

/// The name of a status list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusListName<'a> {
    /// The issuer of the list.
    pub issuer: &'a str,
    /// The list's address, as [`StatusReference::uri`] has it.
    pub uri: &'a str,
}

/// A status list whose signature, type, name and times were verified.
#[derive(Clone)]
pub struct StatusListToken {
    /// The statuses.
    pub list: StatusList,
    /// The name of the key that verified it.
    pub kid: Option<String>,
    /// `iat`.
    pub issued_at: UnixSeconds,
    /// `exp`: afterwards it must not be relied upon.
    pub expires_at: Option<UnixSeconds>,
    /// `ttl`: the seconds after which there may be a newer one.
    pub ttl_seconds: Option<i64>,
}

impl StatusList {
    /// Makes a list of one bit a token in which the tokens at these indexes are invalid; an index
    /// beyond `size` is left out. `size` is rounded up to a multiple of 8.
    #[must_use]
    pub fn with_invalid(size: usize, invalid: impl IntoIterator<Item = usize>) -> Self {
        let mut bytes = vec![0; size.div_ceil(8)];
        for idx in invalid {
            // draft-ietf-oauth-status-list-21-4.1: from the least significant bit to the most
            if let Some(byte) = bytes.get_mut(idx / 8) {
                *byte |= 1 << (idx % 8);
            }
        }
        Self { bits: 1, bytes }
    }

    /// Returns the members of `status_list`: `bits`, and `lst`, compressed.
    #[must_use]
    pub fn members(&self) -> Map<String, Value> {
        let lst = base64url::encode(compress_to_vec_zlib(&self.bytes, BEST_COMPRESSION));
        let members = [("bits", self.bits.into()), ("lst", lst.into())];
        let members = members.map(|(name, value): (_, Value)| (name.to_owned(), value));
        members.into_iter().collect()
    }

    /// Reads the members of `status_list`.
    fn read(members: &Map<String, Value>) -> Result<Self, VerifyError> {
        let wrong = VerifyError::WrongClaimType("status_list");
        let bits = members.get("bits").and_then(Value::as_u64);
        // draft-ietf-oauth-status-list-21-4.2: 1, 2, 4 or 8
        let bits = match bits {
            Some(bits @ (1 | 2 | 4 | 8)) => u8::try_from(bits).map_err(|_| wrong)?,
            _ => return Err(wrong),
        };
        let lst = members.get("lst").and_then(Value::as_str).ok_or(wrong)?;
        let compressed = base64url::decode(lst).map_err(|_| wrong)?;
        // INVARIANT: a list never grows beyond its bound, however small its compressed form is
        let bytes = decompress_to_vec_zlib_with_limit(&compressed, MAX_LIST_BYTES);
        Ok(Self {
            bits,
            bytes: bytes.map_err(|_| wrong)?,
        })
    }

    /// Returns the status of the token at `idx`; none if the list is shorter.
    #[must_use]
    pub fn status(&self, idx: u64) -> Option<u8> {
        let per_byte = u64::from(8 / self.bits);
        let byte = self.bytes.get(usize::try_from(idx / per_byte).ok()?)?;
        let shift = u8::try_from(idx % per_byte).ok()? * self.bits;
        let mask = u8::MAX >> (8 - self.bits);
        Some((byte >> shift) & mask)
    }
}

impl VerifiedToken {
    /// Returns the position of its status; none if it names no status list.
    ///
    /// # Errors
    ///
    /// [`VerifyError::WrongClaimType`] if `status` is not an object, or its `status_list` is incomplete.
    pub fn status_reference(&self) -> Result<Option<StatusReference<'_>>, VerifyError> {
        let wrong = VerifyError::WrongClaimType("status");
        let Some(status) = self.claim("status") else {
            return Ok(None);
        };
        let Some(list) = status.as_object().ok_or(wrong)?.get("status_list") else {
            return Ok(None);
        };
        // draft-ietf-oauth-status-list-21-6.2: `uri` is a text, `idx` no negative integer
        let uri = list.get("uri").and_then(Value::as_str).ok_or(wrong)?;
        let idx = list.get("idx").and_then(Value::as_u64).ok_or(wrong)?;
        Ok(Some(StatusReference { uri, idx }))
    }
}

/// Verifies the status list of this name.
///
/// Clocks may differ by 30 s.
///
/// # Errors
///
/// [`VerifyError`] names the first check that failed: size, form, algorithm, type, key, signature, then
/// the claims. HS256 is never accepted.
pub fn verify_status_list(
    token: &str,
    keys: &dyn KeySource,
    name: StatusListName<'_>,
    now: UnixSeconds,
) -> Result<StatusListToken, VerifyError> {
    let compact = Compact::parse_within(token, MAX_TOKEN_BYTES)?;
    let header = compact.header();
    let algorithm = accepted_algorithm(header, &ASYMMETRIC)?;
    // draft-ietf-oauth-status-list-21-5.1: an access token never passes for a status list
    if !header.is_typ("statuslist+jwt") {
        return Err(VerifyError::WrongType);
    }
    let keys = keys.find(header.kid.as_deref(), algorithm);
    let (payload, kid) = verified_by_one(&compact, &keys)?;
    let list = StatusListToken::read(&Claims::parse(payload)?, name, now)?;
    Ok(StatusListToken {
        kid: kid.map(str::to_owned),
        ..list
    })
}

impl StatusListToken {
    /// Reads the claims of a verified payload; the name of the key is not among them.
    fn read(
        claims: &Claims,
        name: StatusListName<'_>,
        now: UnixSeconds,
    ) -> Result<Self, VerifyError> {
        if claims.has("iss") {
            claims.require_issuer(name.issuer)?;
        }
        // draft-ietf-oauth-status-list-21-8.3: `sub` is the address that the token names
        if claims.text("sub")? != name.uri {
            return Err(VerifyError::OtherStatusList);
        }
        let issued_at = claims.time("iat")?;
        if issued_at > now.saturating_add(Verifier::LEEWAY_SECONDS) {
            return Err(VerifyError::IssuedInFuture);
        }
        let expires_at = claims.optional_time("exp")?;
        if expires_at.is_some_and(|exp| exp.saturating_add(Verifier::LEEWAY_SECONDS) <= now) {
            return Err(VerifyError::Expired);
        }
        let ttl_seconds = claims.optional_seconds("ttl")?;
        if ttl_seconds == Some(0) {
            return Err(VerifyError::WrongClaimType("ttl"));
        }
        let members = claims.map().get("status_list").map(Value::as_object);
        let members = members.ok_or(VerifyError::MissingClaim("status_list"))?;
        let members = members.ok_or(VerifyError::WrongClaimType("status_list"))?;
        Ok(Self {
            list: StatusList::read(members)?,
            kid: None,
            issued_at,
            expires_at,
            ttl_seconds,
        })
    }
}

impl fmt::Debug for StatusList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("StatusList");
        debug.field("bits", &self.bits).finish_non_exhaustive()
    }
}

impl fmt::Debug for StatusListToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("StatusListToken");
        debug.field("issued_at", &self.issued_at);
        debug
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The most bytes of one fetch.
const MAX_TOKEN_BYTES: usize = 256 * 1024;
/// Eight million tokens of one bit.
const MAX_LIST_BYTES: usize = 1024 * 1024;
const BEST_COMPRESSION: u8 = 9;

#[cfg(test)]
mod tests;
