//! The reasons why a certificate could not be loaded.

use std::{io, path::PathBuf};

use super::PemError;

/// The reason why a certificate could not be loaded; each names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The file cannot be read.
    #[error("cannot read `{path}`: {cause}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the operating system, which the text tells: it is not a source, or it is told twice.
        cause: io::Error,
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
        "the private key `{private_key}` cannot be used with the certificate `{certificate}`: {}", reason(.cause)
    )]
    Unusable {
        /// The certificate file.
        certificate: PathBuf,
        /// The key file.
        private_key: PathBuf,
        /// The error of rustls, which is about files: as a source it would be told as one of a connection.
        cause: rustls::Error,
    },
    /// The TLS library refused its own defaults.
    #[error("tls cannot be set up")]
    Unsupported(#[source] rustls::Error),
}

fn reason(cause: &rustls::Error) -> String {
    match cause {
        rustls::Error::InconsistentKeys(_) => OTHER_KEY.to_owned(),
        other => other.to_string(),
    }
}

const OTHER_KEY: &str = "it belongs to another one: the first certificate of the file must be the server's, and those of its authorities follow it";
