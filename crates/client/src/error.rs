//! The reasons for which a request has no answer.

use std::error::Error as StdError;

/// A request that could not be sent, or was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of a request is not a URL.
    #[error("the address is not a URL")]
    Url(#[source] url::ParseError),
    /// A method, URL or header that HTTP does not allow.
    #[error("the request is not valid HTTP")]
    Request(#[source] http::Error),
    /// The server cannot be reached, or ended the connection before its answer was complete.
    #[error("no answer from `{server}`")]
    NoAnswer {
        /// Host and port.
        server: String,
        /// The error of the connection.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// More redirects than a browser follows; the last one leads to this path.
    #[error("too many redirects, the last one to `{0}`")]
    Endless(String),
}

impl Error {
    pub(crate) fn no_answer(
        server: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::NoAnswer {
            server: server.into(),
            source: source.into(),
        }
    }
}
