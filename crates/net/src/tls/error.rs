//! The reasons why a certificate could not be loaded.

use std::{io, path::PathBuf};

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
    /// The certificate file holds no PEM certificate.
    #[error("`{0}` holds no certificate: PEM blocks `BEGIN CERTIFICATE` are expected")]
    NoCertificate(PathBuf),
    /// The key file holds no PEM private key.
    #[error("`{0}` holds no private key: an unencrypted PEM block `BEGIN PRIVATE KEY` is expected")]
    NoPrivateKey(PathBuf),
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
