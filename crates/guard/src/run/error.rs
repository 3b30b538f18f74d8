//! Why a guard does not serve.

use std::io;

use airside_net::TlsError;

use crate::guard::GuardError;

/// Why a guard does not serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// An address or a socket cannot be listened on.
    #[error("cannot listen on `{0}`: {1}")]
    Listen(String, #[source] io::Error),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Something else.
    #[error(transparent)]
    Guard(#[from] GuardError),
}
