//! The errors of client metadata (RFC 7591 §3.2.2).

use std::fmt;

/// One thing that is wrong with a client's metadata (RFC 7591 §3.2.2).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {message}")]
pub struct MetadataError {
    /// The member.
    pub field: &'static str,
    /// The registered error code.
    pub code: MetadataErrorCode,
    /// The received value, the expected one and the remedy: continues the name of the member.
    pub message: String,
}

/// The error codes of client registration (RFC 7591 §3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetadataErrorCode {
    /// A member other than `redirect_uris` is wrong.
    InvalidClientMetadata,
    /// A redirect URI is wrong or missing.
    InvalidRedirectUri,
}

impl MetadataErrorCode {
    /// The registered spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
        }
    }
}

impl fmt::Display for MetadataErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
