//! Request objects (OIDC Core §6.1), which are refused.

use airside_jose::base64url;
use serde::Deserialize;

/// The parameters of a request object that say how its refusal is sent.
///
/// Nothing else of it is read, and its signature is not verified: a client can send both beside it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RefusedRequestObject {
    /// The `response_mode`, which may be one that does not exist.
    pub(super) response_mode: Option<String>,
    /// Returned as it was sent (RFC 6749 §4.1.2.1).
    pub(super) state: Option<String>,
}

impl RefusedRequestObject {
    /// Reads the value of `request`; one that is encrypted or malformed says nothing.
    pub(super) fn read(text: &str) -> Self {
        let payload = text.split('.').nth(1).unwrap_or_default();
        let payload = base64url::decode(payload).unwrap_or_default();
        serde_json::from_slice(&payload).unwrap_or_default()
    }
}
