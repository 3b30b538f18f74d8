//! The guard's own requests to upstreams.

use airside_net::chain;
use bytes::Bytes;
use http::Request;
use tokio::time::timeout;

use super::{LOOKUP_BYTES, LOOKUP_TIMEOUT, Upstreams};
use crate::{
    body::{self, hold::hold_answer},
    error::RequestError,
};

impl Upstreams {
    /// Fetches an address for a look-up.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if there is no answer in 5 seconds, an answer over 64 KiB, or the look-ups are
    /// overloaded.
    pub(crate) async fn ask(&self, url: &str) -> Result<FetchedAnswer, FetchError> {
        let _slot = self.lookups.acquire().await.map_err(FetchError::Refused)?;
        self.get(url).await
    }

    pub(super) async fn get(&self, url: &str) -> Result<FetchedAnswer, FetchError> {
        let request = Request::get(url).body(body::empty());
        let request = request.map_err(FetchError::Address)?;
        let client = self.client().ok_or(FetchError::NoClient)?;
        let asked = async {
            let response = client.request(request).await?;
            let status = response.status().as_u16();
            let answer = body::passing(response.into_body());
            let held = hold_answer(answer, LOOKUP_BYTES, LOOKUP_TIMEOUT).await;
            let body = held.map_err(|error| FetchError::Refused(error.why))?;
            Ok(FetchedAnswer { status, body })
        };
        let answer = timeout(LOOKUP_TIMEOUT, asked).await;
        answer.unwrap_or(Err(FetchError::TimedOut))
    }
}

/// The answer of an upstream to the guard's own request.
pub(crate) struct FetchedAnswer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

/// An upstream did not answer the guard's own request. Its text never has the address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// It is not an address.
    #[error("{0}")]
    Address(http::Error),
    /// No worker has a client.
    #[error("there is no client")]
    NoClient,
    /// The connection failed.
    #[error("{}", chain(.0))]
    Connection(#[from] hyper_util::client::legacy::Error),
    /// The look-ups are overloaded, or the answer is too long or incomplete.
    #[error("{0}")]
    Refused(RequestError),
    /// There was no answer in [`LOOKUP_TIMEOUT`].
    #[error("there was no answer within {} s", LOOKUP_TIMEOUT.as_secs())]
    TimedOut,
}
