//! The error of a database address.

use std::path::PathBuf;

/// An address, or a file that it names, cannot be used. Never quotes the address: it may hold a
/// password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The user or the password has a character that separates parts of an address.
    #[error("{0}")]
    NotEncoded(&'static str),
    /// The TLS parameters contradict each other, or one is incomplete.
    #[error("{0}")]
    TlsParameters(&'static str),
    /// The driver does not understand the rest of the address.
    #[error("{0}")]
    Malformed(String),
    /// A file that a TLS parameter names cannot be used.
    #[error("`{parameter}` {}: {cause}", .path.display())]
    File {
        /// The name of the parameter.
        parameter: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        cause: String,
    },
    /// The files can be read, and TLS cannot be set up with them.
    #[error("TLS to the database cannot be set up: {0}")]
    Tls(String),
}
