//! Keys that verify, each with exactly one algorithm (RFC 8725 §3.1), parsed once.

use std::fmt;

use aws_lc_rs::{
    hmac,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey,
        RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
        RsaPublicKeyComponents, VerificationAlgorithm,
    },
};

use crate::{
    Algorithm, Jwk, JwkError, KeyError,
    jwk::{Curve, Material},
};

/// A key that verifies signatures of one algorithm.
pub struct VerifyingKey {
    algorithm: Algorithm,
    kid: Option<String>,
    key: Key,
}

/// The signature is not one of this message by this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match")]
pub struct BadSignatureError;

impl VerifyingKey {
    /// Makes a key from a public JWK.
    ///
    /// Its algorithm is the JWK's `alg`. A JWK without `alg` takes `algorithm`, and without that the
    /// usual one of its type: RS256, ES256, ES384 or EdDSA.
    ///
    /// # Errors
    ///
    /// [`JwkError::Algorithm`] if `alg`, `algorithm` and the type of the key disagree;
    /// [`JwkError::NotForSignatures`] if `use` or `key_ops` say something else;
    /// [`JwkError::Invalid`] if the numbers do not make a key, such as a point that is not on its curve.
    pub fn from_jwk(jwk: &Jwk, algorithm: Option<Algorithm>) -> Result<Self, JwkError> {
        // RFC7517-4.2, RFC7517-4.3: a key for encryption verifies nothing
        if !jwk.is_for_verification() {
            return Err(JwkError::NotForSignatures);
        }
        let usual = jwk.material().algorithms().first().copied();
        let own = jwk.algorithm().or(algorithm).or(usual);
        let own = own.ok_or(JwkError::Unsupported)?;
        if algorithm.is_some_and(|expected| expected != own) {
            return Err(JwkError::Algorithm);
        }
        let key = Key::Public(parse(jwk.material(), own)?);
        Ok(Self {
            algorithm: own,
            kid: jwk.kid().map(str::to_owned),
            key,
        })
    }

    /// Makes an HS256 key from a shared secret; there is no other way to a symmetric key.
    ///
    /// # Errors
    ///
    /// [`KeyError::SecretTooShort`] below 32 bytes.
    pub fn from_secret(secret: &[u8]) -> Result<Self, KeyError> {
        Ok(Self {
            algorithm: Algorithm::HS256,
            kid: None,
            key: Key::Secret(Box::new(hmac_key(secret)?)),
        })
    }

    /// Returns the one algorithm that the key verifies.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the name that the JWK gave it.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Checks that `signature` is one of `message` by this key.
    ///
    /// # Errors
    ///
    /// [`BadSignatureError`] in every other case. ECDSA signatures must be `r` and `s` at full length,
    /// both from 1 to the order less 1; DER is refused (RFC 7518 §3.4).
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignatureError> {
        match &self.key {
            Key::Public(key) => key.verify_sig(message, signature),
            Key::Secret(key) => hmac::verify(key, message, signature),
        }
        .map_err(|_| BadSignatureError)
    }
}

enum Key {
    Public(ParsedPublicKey),
    Secret(Box<hmac::Key>),
}

pub(crate) fn hmac_key(secret: &[u8]) -> Result<hmac::Key, KeyError> {
    // RFC7518-3.2: a key of the same size as the hash output or larger
    if secret.len() < 32 {
        return Err(KeyError::SecretTooShort);
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, secret))
}

fn parse(material: &Material, algorithm: Algorithm) -> Result<ParsedPublicKey, JwkError> {
    let parsed = match (material, algorithm) {
        (Material::Rsa { n, e }, Algorithm::RS256) => rsa(n, e, &RSA_PKCS1_2048_8192_SHA256),
        (Material::Rsa { n, e }, Algorithm::PS256) => rsa(n, e, &RSA_PSS_2048_8192_SHA256),
        (
            Material::Ec {
                curve: Curve::P256,
                x,
                y,
            },
            Algorithm::ES256,
        ) => ec(x, y, &ECDSA_P256_SHA256_FIXED),
        (
            Material::Ec {
                curve: Curve::P384,
                x,
                y,
            },
            Algorithm::ES384,
        ) => ec(x, y, &ECDSA_P384_SHA384_FIXED),
        (Material::Ed25519 { x }, Algorithm::EdDSA) => ParsedPublicKey::new(&ED25519, x).ok(),
        _ => return Err(JwkError::Algorithm),
    };
    parsed.ok_or(JwkError::Invalid)
}

fn rsa(n: &[u8], e: &[u8], parameters: &'static RsaParameters) -> Option<ParsedPublicKey> {
    RsaPublicKeyComponents { n, e }
        .to_parsed_public_key(parameters)
        .ok()
}

/// The library refuses a point that is not on the curve, and infinity cannot be spelt this way.
fn ec(
    x: &[u8],
    y: &[u8],
    algorithm: &'static dyn VerificationAlgorithm,
) -> Option<ParsedPublicKey> {
    ParsedPublicKey::new(algorithm, [&[4], x, y].concat()).ok()
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("VerifyingKey");
        debug
            .field("algorithm", &self.algorithm)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
