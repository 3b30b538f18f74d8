//! Plain HTTP over connections that are kept.

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::{answer::Answer, error::Error, request::Request, transport::Transport};

/// Plain HTTP/1.1 to any server; connections are kept and used again. Clones share them.
#[derive(Clone, Debug)]
pub struct Pool(Client<HttpConnector, Full<Bytes>>);

impl Pool {
    /// Returns a pool without connections.
    #[must_use]
    pub fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// Sends a request and reads the whole answer, without a time limit.
    ///
    /// # Errors
    ///
    /// - [`Error::Request`] if HTTP does not allow the URL or a header.
    /// - [`Error::NoAnswer`] if the server cannot be reached or its answer is not complete.
    pub async fn send(&self, request: &Request) -> Result<Answer, Error> {
        let http = request.to_http()?;
        let server = http.uri().authority().map(ToString::to_string);
        let server = server.unwrap_or_default();
        let response = self.0.request(http).await;
        let response = response.map_err(|error| Error::no_answer(&server, error))?;
        let answer = Answer::read(response).await;
        answer.map_err(|error| Error::no_answer(server, error))
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport for Pool {
    type Error = Error;

    async fn send(&mut self, request: &Request) -> Result<Answer, Error> {
        Self::send(self, request).await
    }
}
