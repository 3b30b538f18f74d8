//! The reasons why a resource server cannot be set up.

use airside_net::{FetchError, TlsError};

/// The reason why a [`ResourceServer`](super::ResourceServer) cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetUpError {
    /// TLS to the issuer cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] FetchError),
    /// The file of certificate authorities cannot be used.
    #[error(transparent)]
    Authorities(#[from] TlsError),
    /// The client's id and secret make no header.
    #[error("the client's id and secret cannot be sent")]
    Credentials,
    /// The system gives no random bytes.
    #[error("the system has no randomness")]
    NoRandomness,
}
