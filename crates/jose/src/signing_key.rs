//! Private keys: made, loaded and used to sign, parsed once.

use std::fmt;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
        RsaEncoding, RsaKeyPair,
    },
};
use zeroize::Zeroizing;

use crate::{Algorithm, Jwk, KeyError, SymmetricKey, jwk::Material};

/// A private key that signs with one algorithm.
pub struct SigningKey {
    algorithm: Algorithm,
    pair: Pair,
    public: Material,
    pkcs8: Zeroizing<Vec<u8>>,
}

impl SigningKey {
    /// Generates a key; RSA keys have 2048 bits and take about 100 ms of CPU.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotAsymmetric`] for HS256, [`KeyError::Generation`] if the library refuses.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let pair = Pair::generate(algorithm)?;
        let pkcs8 = pair.to_pkcs8().ok_or(KeyError::Generation)?;
        Self::new(algorithm, pair, pkcs8).ok_or(KeyError::Generation)
    }

    /// Loads a key from unencrypted PKCS#8 DER (RFC 5208); Ed25519 also from version 2 (RFC 5958).
    ///
    /// # Errors
    ///
    /// [`KeyError::NotAsymmetric`] for HS256; [`KeyError::Rejected`] if the bytes are not a key for
    /// the algorithm, or an RSA key outside 2048 to 8192 bits.
    pub fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let pair = Pair::from_pkcs8(algorithm, pkcs8)?;
        Self::new(algorithm, pair, Zeroizing::new(pkcs8.to_vec())).ok_or(KeyError::Rejected)
    }

    /// Makes the HS256 key of a shared secret, which has no public half and hence another type.
    ///
    /// # Errors
    ///
    /// [`KeyError::SecretTooShort`] below 32 bytes.
    pub fn from_secret(secret: &[u8]) -> Result<SymmetricKey, KeyError> {
        SymmetricKey::from_secret(secret)
    }

    fn new(algorithm: Algorithm, pair: Pair, pkcs8: Zeroizing<Vec<u8>>) -> Option<Self> {
        let public = pair.public()?;
        Some(Self {
            algorithm,
            pair,
            public,
            pkcs8,
        })
    }

    /// Returns the key as PKCS#8 DER, which wipes itself when dropped.
    #[must_use]
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.pkcs8.clone()
    }

    /// Returns the one algorithm that the key signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the public half, with `alg`, `"use": "sig"` and the `kid`.
    #[must_use]
    pub fn public_jwk(&self, kid: &str) -> Jwk {
        Jwk::for_signatures(self.public.clone(), self.algorithm, kid)
    }

    /// Signs `message`; ECDSA signatures are `r` and `s` at full length (RFC 7518 §3.4).
    ///
    /// # Errors
    ///
    /// [`KeyError::Signing`] if the library refuses.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.pair.sign(message).ok_or(KeyError::Signing)
    }

    pub(crate) fn signature_len(&self) -> usize {
        match &self.pair {
            Pair::Rsa(pair, _) => pair.public_modulus_len(),
            Pair::Ec(_) if self.algorithm == Algorithm::ES384 => 96,
            Pair::Ec(_) | Pair::Ed25519(_) => 64,
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

enum Pair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Pair {
    fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        match PairKind::of(algorithm)? {
            PairKind::Rsa(encoding) => {
                RsaKeyPair::generate(KeySize::Rsa2048).map(|pair| Self::Rsa(pair, encoding))
            }
            PairKind::Ec(curve) => EcdsaKeyPair::generate(curve).map(Self::Ec),
            PairKind::Ed25519 => Ed25519KeyPair::generate().map(Self::Ed25519),
        }
        .map_err(|_| KeyError::Generation)
    }

    fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        match PairKind::of(algorithm)? {
            PairKind::Rsa(encoding) => {
                RsaKeyPair::from_pkcs8(pkcs8).map(|pair| Self::Rsa(pair, encoding))
            }
            PairKind::Ec(curve) => EcdsaKeyPair::from_pkcs8(curve, pkcs8).map(Self::Ec),
            PairKind::Ed25519 => Ed25519KeyPair::from_pkcs8(pkcs8).map(Self::Ed25519),
        }
        .map_err(|_| KeyError::Rejected)
    }

    fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = match self {
            Self::Rsa(pair, _) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
                der.as_ref().to_vec()
            }
            Self::Ec(pair) => pair.to_pkcs8v1().ok()?.as_ref().to_vec(),
            Self::Ed25519(pair) => pair.to_pkcs8v1().ok()?.as_ref().to_vec(),
        };
        Some(Zeroizing::new(bytes))
    }

    fn public(&self) -> Option<Material> {
        match self {
            Self::Rsa(pair, _) => Material::from_pkcs1(pair.public_key().as_ref()),
            Self::Ec(pair) => Material::from_point(pair.public_key().as_ref()),
            Self::Ed25519(pair) => Material::from_ed25519(pair.public_key().as_ref()),
        }
    }

    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &SystemRandom::new(), message, &mut signature)
                    .ok()?;
                Some(signature)
            }
            Self::Ec(pair) => Some(
                pair.sign(&SystemRandom::new(), message)
                    .ok()?
                    .as_ref()
                    .to_vec(),
            ),
            Self::Ed25519(pair) => Some(pair.try_sign(message).ok()?.as_ref().to_vec()),
        }
    }
}

/// The parameters of a key pair.
enum PairKind {
    Rsa(&'static dyn RsaEncoding),
    Ec(&'static EcdsaSigningAlgorithm),
    Ed25519,
}

impl PairKind {
    fn of(algorithm: Algorithm) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::RS256 => Ok(Self::Rsa(&RSA_PKCS1_SHA256)),
            Algorithm::PS256 => Ok(Self::Rsa(&RSA_PSS_SHA256)),
            Algorithm::ES256 => Ok(Self::Ec(&ECDSA_P256_SHA256_FIXED_SIGNING)),
            Algorithm::ES384 => Ok(Self::Ec(&ECDSA_P384_SHA384_FIXED_SIGNING)),
            Algorithm::EdDSA => Ok(Self::Ed25519),
            Algorithm::HS256 => Err(KeyError::NotAsymmetric),
        }
    }
}

#[cfg(test)]
mod tests;
