//! Base64url without padding (RFC 7515 §2), where every value has one spelling.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The text is not base64url in its one spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not base64url without padding")]
pub struct Base64UrlError;

/// Encodes bytes, without padding.
#[must_use]
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes text that has exactly the spelling which [`encode`] gives.
///
/// # Errors
///
/// [`Base64UrlError`] if there is padding, white space, a character of another alphabet, or a bit set
/// behind the last byte: two spellings of one value would make two tokens of one.
pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, Base64UrlError> {
    // RFC7515-2: no padding, no line breaks, no white space
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Base64UrlError)
}

/// Appends the encoding of `bytes` to `text`.
pub(crate) fn encode_into(bytes: &[u8], text: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, text);
}

/// Returns the length of the encoding of this many bytes.
pub(crate) fn encoded_len(bytes: usize) -> usize {
    bytes.saturating_mul(4).div_ceil(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC7515-2
    #[test]
    fn every_value_has_one_spelling() {
        assert_eq!(decode("AQ"), Ok(vec![1]));
        for text in [
            "AQ==", "AR", "A", "A+", "A/", "AQ\n", " AQ", "AQ ", "A\u{e9}",
        ] {
            assert_eq!(decode(text), Err(Base64UrlError), "{text}");
        }
    }

    #[test]
    fn the_predicted_length_is_the_length() {
        for length in 0..100 {
            assert_eq!(encode(vec![7; length]).len(), encoded_len(length));
        }
    }
}
