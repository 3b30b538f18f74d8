//! The reasons why a certificate could not be loaded.

use std::{io, path::PathBuf};

use super::PemError;

/// The reason why a certificate could not be loaded; each names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The file cannot be read.
    #[error("cannot read `{path}`: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file does not have the contents that it must have.
    #[error("`{path}` {why}")]
    Contents {
        /// The file.
        path: PathBuf,
        /// The sentence that begins with its name.
        why: PemError,
    },
    /// The private key is not the one of the certificate, or one of the two cannot be used.
    #[error(
        "the private key `{private_key}` cannot be used with the certificate `{certificate}`: {source}"
    )]
    Unusable {
        /// The certificate file.
        certificate: PathBuf,
        /// The key file.
        private_key: PathBuf,
        /// The error of rustls.
        source: rustls::Error,
    },
    /// The TLS library refused its own defaults.
    #[error("tls cannot be set up")]
    Unsupported(#[source] rustls::Error),
}
