//! A way to send requests.

use crate::{answer::Answer, error::Error, request::Request};

/// A way to send requests: a pool of connections, one connection, or one of these with bounds or a
/// narrator.
#[expect(
    async_fn_in_trait,
    reason = "whether the future is `Send` depends on the way to send, and no caller is generic over both"
)]
pub trait Transport {
    /// The error of a request without an answer.
    type Error: From<Error>;

    /// Sends a request and reads the whole answer.
    async fn send(&mut self, request: &Request) -> Result<Answer, Self::Error>;
}
