//! A guard does not serve.

use std::io;

use airside_net::TlsError;

use crate::guard::GuardError;

/// A guard does not serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// An address or a socket cannot be bound.
    #[error("cannot listen on `{0}`: {1}")]
    Listen(String, #[source] io::Error),
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The guard cannot be set up.
    #[error(transparent)]
    Guard(#[from] GuardError),
}
