//! Strict JOSE over aws-lc-rs: JWA, JWK, JWS and JWT, and the verifier of access tokens.
//!
//! It knows no clock, network or file: keys, tokens and the time are arguments.
//!
//! ```
//! use airside_jose::{Algorithm, Compact, Signer, SigningKey, Typ, VerifyingKey};
//!
//! let key = SigningKey::generate(Algorithm::EdDSA)?;
//! let verifying = VerifyingKey::from_jwk(&key.public_jwk("2026-11"), None)?;
//! let token = Signer::new(key, "2026-11").sign_compact(Typ::Jwt, b"{}")?;
//!
//! let unverified = Compact::parse(&token)?;
//! assert_eq!(unverified.header().kid.as_deref(), Some("2026-11"));
//! assert_eq!(unverified.verify(&verifying)?, b"{}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`base64url`], [`json`] | the two encodings, strict |
//! | `algorithm`, `name`, `digest`, `unix_seconds` | algorithms, lists of names, SHA-256, points in time |
//! | `jwk`, `key_source` | public keys and JWK Sets, and the sources of keys for verifiers |
//! | `signing_key`, `symmetric_key`, `signer`, `key_error` | keys that sign |
//! | `verifying_key` | keys that verify |
//! | [`jws`] | compact JWS: parsed, then verified |
//! | [`jwt`] | access tokens, DPoP proofs, ID tokens, client assertions, status lists |
//!
//! Keys are at the root: [`SigningKey`] and [`Signer`] make signatures, [`Jwk`] and [`JwkSet`] publish
//! keys, [`VerifyingKey`] and [`KeySet`] check signatures, [`SymmetricKey`] is HS256. Times are
//! [`UnixSeconds`].

pub mod base64url;
pub mod json;
pub mod jws;
pub mod jwt;

mod algorithm;
mod digest;
mod jwk;
mod key_error;
mod key_source;
mod name;
mod signer;
mod signing_key;
mod symmetric_key;
mod unix_seconds;
mod verifying_key;

pub use algorithm::{Algorithm, UnknownAlgorithmError};
pub use jwk::{Jwk, JwkError, JwkSet, JwkSetError};
pub use jws::{Compact, Header, HeaderAlgorithm, HeaderError, JwsParseError, SignatureError};
pub use jwt::{
    Assertion, AssertionAudience, AssertionClaims, Confirmation, DpopError, DpopProof, DpopRequest,
    Expiry, IdToken, Provider, SenderProof, StatusList, StatusListName, StatusListToken,
    StatusReference, TokenProfile, VerifiedToken, Verifier, VerifyError, certificate_thumbprint,
    verify_id_token, verify_status_list,
};
pub use key_error::KeyError;
pub use key_source::{KeySet, KeySource, PublishedKeys, SkippedKey};
pub use name::{is_role, is_scope_token};
pub use signer::{Signer, SignerKey, Typ};
pub use signing_key::SigningKey;
pub use symmetric_key::SymmetricKey;
pub use unix_seconds::UnixSeconds;
pub use verifying_key::{BadSignatureError, VerifyingKey};

#[cfg(test)]
mod mutation;
#[cfg(test)]
mod rfc;
#[cfg(test)]
mod wycheproof;
