//! The `Authorization` header of a client.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::parameters::encode_value;

/// Returns the `Authorization` header of a client that authenticates with its secret.
///
/// Client id and secret are form-encoded first, so that a colon or a percent sign in them keeps its
/// meaning.
///
/// Implements [RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1).
#[must_use]
pub fn basic(client_id: &str, client_secret: &str) -> String {
    // RFC6749-2.3.1: client id and secret are form-encoded before they are joined
    basic_verbatim(&encode_value(client_id), &encode_value(client_secret))
}

/// Returns the `Authorization` header of two values that are encoded already, or must not be.
///
/// Implements [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2).
#[must_use]
pub fn basic_verbatim(user_id: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user_id}:{password}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_form_encoded_before_they_are_joined() {
        // RFC6749-2.3.1
        assert_eq!(basic("web", "secret"), basic_verbatim("web", "secret"));
        assert_eq!(basic("a:b", "c d%"), basic_verbatim("a%3Ab", "c+d%25"));
    }

    #[test]
    fn the_example_of_the_specification_is_encoded_as_printed() {
        // RFC7617-2
        let printed = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
        assert_eq!(basic_verbatim("Aladdin", "open sesame"), printed);
    }
}
