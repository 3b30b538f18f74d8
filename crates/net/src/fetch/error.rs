//! The reasons why a fetch fails.

use crate::TlsFault;

/// The reason why a fetch failed. For logs: the client that chose the URL learns only that it failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The URL is of a kind that is never fetched.
    #[error("`{url}` is not fetched: {reason}")]
    Forbidden {
        /// The URL without credentials, query and fragment.
        url: String,
        /// Which rule it breaks.
        reason: &'static str,
    },
    /// The name has no address, or the DNS did not answer.
    #[error("`{0}` has no address")]
    Unresolved(String),
    /// No connection, or it broke.
    #[error("`{host}` could not be reached")]
    Unreachable {
        /// The host name.
        host: String,
        /// The error of the operating system.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The certificate is refused, or TLS failed otherwise.
    #[error("there is no TLS connection to `{host}`")]
    Tls {
        /// The host name.
        host: String,
        /// The problem, and what to do.
        source: TlsFault,
    },
    /// The time is over.
    #[error("`{0}` did not answer in time")]
    Timeout(String),
    /// The answer is a redirect.
    #[error("`{0}` answered with a redirect, which is not followed")]
    Redirected(String),
    /// The body is larger than allowed.
    #[error("`{host}` answered with more than {max_body} bytes")]
    TooLarge {
        /// The host name.
        host: String,
        /// The bound in bytes.
        max_body: usize,
    },
    /// The body is compressed though that was not asked for.
    #[error("`{0}` answered with a compressed body")]
    Encoded(String),
    /// The TLS library refused its own defaults.
    #[error("tls cannot be set up")]
    Unsupported(#[source] rustls::Error),
}

impl FetchError {
    /// A connection that was not made, or broke.
    pub(super) fn broken(host: &str, source: Box<dyn std::error::Error + Send + Sync>) -> Self {
        let host = host.to_owned();
        match TlsFault::of(&*source) {
            Some(source) => Self::Tls { host, source },
            None => Self::Unreachable { host, source },
        }
    }
}
