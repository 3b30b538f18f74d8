//! Proof Key for Code Exchange (RFC 7636): `code_verifier` and `code_challenge`.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Returns a `code_verifier` of 43 characters. `entropy` must be random and used once.
///
/// Implements [RFC 7636 §4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1).
#[must_use]
pub fn code_verifier(entropy: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(entropy)
}

/// Returns the `code_challenge` of a `code_verifier`, by the method `S256`.
///
/// Implements [RFC 7636 §4.2](https://www.rfc-editor.org/rfc/rfc7636#section-4.2).
#[must_use]
pub fn code_challenge(code_verifier: &str) -> String {
    // RFC7636-4.2: code_challenge = BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, code_verifier.as_bytes()))
}

/// The `code_verifier` printed in RFC 7636, Appendix B: for measurements and tests, since it is not
/// secret.
pub const EXAMPLE_VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The `code_challenge` of [`EXAMPLE_VERIFIER`].
pub const EXAMPLE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_hashes_as_printed() {
        // RFC7636-4.2
        assert_eq!(code_challenge(EXAMPLE_VERIFIER), EXAMPLE_CHALLENGE);
        assert_ne!(code_challenge(EXAMPLE_CHALLENGE), EXAMPLE_CHALLENGE);
    }

    #[test]
    fn a_verifier_follows_from_the_entropy_alone() {
        // RFC7636-4.1
        assert_eq!(code_verifier([7; 32]), code_verifier([7; 32]));
        assert_ne!(code_verifier([7; 32]), code_verifier([8; 32]));
        assert_eq!(code_verifier([0xff; 32]).len(), 43);
    }
}
