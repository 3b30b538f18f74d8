//! The signature algorithms that exist here (RFC 7518 §3.1, RFC 8037 §3.1).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A signature algorithm, named as in the `alg` of a header or a key.
///
/// `none` cannot be expressed. Names are compared byte for byte: `es256` is not one.
// Exhaustive: a new algorithm must be decided on everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes.
    PS256,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// Ed25519; Ed448 does not exist here.
    EdDSA,
    /// HMAC with SHA-256, by a secret that both sides hold.
    HS256,
}

impl Algorithm {
    /// Returns the name as registered by IANA.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDSA => "EdDSA",
            Self::HS256 => "HS256",
        }
    }

    /// Tells whether the key that verifies can also sign.
    #[must_use]
    pub fn is_symmetric(self) -> bool {
        self == Self::HS256
    }
}

/// The text names no algorithm that exists here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a signature algorithm: expected RS256, PS256, ES256, ES384, EdDSA or HS256")]
pub struct UnknownAlgorithmError;

impl FromStr for Algorithm {
    type Err = UnknownAlgorithmError;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithmError> {
        // RFC7515-4.1.1: the value is case-sensitive
        let found = ALL.into_iter().find(|algorithm| algorithm.as_str() == name);
        found.ok_or(UnknownAlgorithmError)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Algorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Algorithm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

const ALL: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
    Algorithm::HS256,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC7515-4.1.1
    #[test]
    fn names_are_exact_and_none_does_not_exist() {
        for algorithm in ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
        }
        for name in [
            "none", "nOnE", "NONE", "", "es256", "EDDSA", "RS256 ", "RS1", "HS512",
        ] {
            assert_eq!(
                name.parse::<Algorithm>(),
                Err(UnknownAlgorithmError),
                "{name}"
            );
        }
    }
}
