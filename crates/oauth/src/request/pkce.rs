//! Proof Key for Code Exchange (RFC 7636): only `S256`.

use std::{fmt, str::FromStr};

use aws_lc_rs::{constant_time, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// The SHA-256 of a `code_verifier`, as sent to the authorization endpoint.
///
/// Its text is 43 characters of base64url without padding. The method `plain` cannot be expressed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeChallenge([u8; 32]);

impl CodeChallenge {
    /// Checks the `code_verifier` that a code is redeemed with.
    ///
    /// The verifier has 43 to 128 characters of unreserved ASCII: letters, digits, `-._~`. The
    /// comparison takes the same time wherever the two digests differ.
    ///
    /// # Errors
    ///
    /// - [`PkceError::Malformed`] if the verifier has another length or another character; the
    ///   token endpoint answers `invalid_request`.
    /// - [`PkceError::Mismatch`] if it hashes to another challenge; the token endpoint answers
    ///   `invalid_grant`, and the code stays unredeemed.
    ///
    /// # Example
    ///
    /// The pair that RFC 7636 prints in Appendix B:
    ///
    /// ```
    /// use airside_oauth::request::pkce::{CodeChallenge, PkceError};
    ///
    /// let challenge: CodeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".parse()?;
    /// assert!(challenge.verify("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").is_ok());
    /// assert_eq!(challenge.verify("too-short"), Err(PkceError::Malformed));
    /// # Ok::<(), PkceError>(())
    /// ```
    ///
    /// Implements [RFC 7636 §4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6).
    pub fn verify(&self, verifier: &str) -> Result<(), PkceError> {
        // RFC7636-4.1: 43*128unreserved
        if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(is_unreserved) {
            return Err(PkceError::Malformed);
        }
        let computed = digest::digest(&digest::SHA256, verifier.as_bytes());
        // RFC7636-4.6: BASE64URL-ENCODE(SHA256(ASCII(code_verifier))) == code_challenge
        constant_time::verify_slices_are_equal(computed.as_ref(), &self.0)
            .map_err(|_| PkceError::Mismatch)
    }
}

impl FromStr for CodeChallenge {
    type Err = PkceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // 32 bytes have one spelling: padding and stray trailing bits are refused
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| PkceError::Malformed)?;
        bytes.try_into().map(Self).map_err(|_| PkceError::Malformed)
    }
}

impl TryFrom<String> for CodeChallenge {
    type Error = PkceError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CodeChallenge> for String {
    fn from(challenge: CodeChallenge) -> Self {
        challenge.to_string()
    }
}

impl fmt::Display for CodeChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for CodeChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // public by nature: it travels through the browser
        write!(f, "CodeChallenge({self})")
    }
}

/// The reason why a challenge or a verifier is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PkceError {
    /// The text has a length or a character that RFC 7636 does not allow.
    #[error("not a well-formed code_challenge or code_verifier")]
    Malformed,
    /// The verifier belongs to another challenge.
    #[error("the code_verifier does not hash to the code_challenge")]
    Mismatch,
}

/// RFC3986-2.3: the characters that are never escaped.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn challenge_of(verifier: &str) -> CodeChallenge {
        let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
        URL_SAFE_NO_PAD.encode(digest).parse().unwrap()
    }

    #[test]
    fn the_pair_of_the_rfc_verifies() {
        // RFC7636-B
        let challenge: CodeChallenge = CHALLENGE.parse().unwrap();
        assert_eq!(challenge.verify(VERIFIER), Ok(()));
        assert_eq!(challenge.to_string(), CHALLENGE);
    }

    #[test]
    fn another_verifier_is_a_mismatch() {
        // RFC7636-4.6
        let challenge: CodeChallenge = CHALLENGE.parse().unwrap();
        assert_eq!(challenge.verify(&"a".repeat(43)), Err(PkceError::Mismatch));
        // `plain` does not exist: the challenge itself is just another verifier
        assert_eq!(challenge.verify(CHALLENGE), Err(PkceError::Mismatch));
    }

    #[test]
    fn a_verifier_outside_its_bounds_is_malformed_even_if_it_hashes_right() {
        // RFC7636-4.1
        for length in [0, 1, 42, 129, 4096] {
            let verifier = "a".repeat(length);
            let verdict = challenge_of(&verifier).verify(&verifier);
            assert_eq!(verdict, Err(PkceError::Malformed), "{length}");
        }
        for length in [43, 128] {
            let verifier = "~".repeat(length);
            assert_eq!(
                challenge_of(&verifier).verify(&verifier),
                Ok(()),
                "{length}"
            );
        }
    }

    #[test]
    fn a_verifier_with_another_character_is_malformed() {
        // RFC7636-4.1
        for character in [" ", "+", "/", "=", "%", "\0", "\n", "é"] {
            let verifier = format!("{}{character}", "a".repeat(50));
            let verdict = challenge_of(&verifier).verify(&verifier);
            assert_eq!(verdict, Err(PkceError::Malformed), "{character:?}");
        }
    }

    #[test]
    fn only_43_strict_characters_are_a_challenge() {
        // RFC7636-4.2
        let padded = format!("{CHALLENGE}=");
        let standard = CHALLENGE.replace('-', "+");
        let trailing_bits = format!("{}N", CHALLENGE.strip_suffix('M').unwrap());
        let short = CHALLENGE.strip_suffix('M').unwrap();
        for text in [
            "",
            &padded,
            &standard,
            &trailing_bits,
            short,
            &CHALLENGE.repeat(2),
        ] {
            assert_eq!(
                text.parse::<CodeChallenge>(),
                Err(PkceError::Malformed),
                "{text}"
            );
        }
    }

    #[test]
    fn a_challenge_is_a_string_on_the_wire() {
        let json = format!("\"{CHALLENGE}\"");
        let challenge: CodeChallenge = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&challenge).unwrap(), json);
    }
}
