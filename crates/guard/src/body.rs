//! Bodies that pass through, and bodies that are held.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use airside_net::RequestBody;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Full, Limited, combinators::UnsyncBoxBody};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};

use crate::Refusal;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request or an answer on its way.
pub type Body = UnsyncBoxBody<Bytes, BoxError>;

/// A body that is there.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// No body.
pub fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// A request's body that is passed on while it arrives, at most so many bytes.
pub fn limited(body: RequestBody, most: usize) -> Body {
    if body.is_end_stream() {
        return empty();
    }
    WithoutTrailers(Limited::new(body, most)).boxed_unsync()
}

/// Trailers could say what the guard takes out of headers, and some servers take them for headers.
struct WithoutTrailers<B>(B);

impl<B: hyper::body::Body + Unpin> hyper::body::Body for WithoutTrailers<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let polled = Pin::new(&mut self.0).poll_frame(context);
        polled.map(|frame| frame.filter(|frame| frame.as_ref().map_or(true, Frame::is_data)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// An answer's body that is passed on while it arrives.
pub fn passing(body: Incoming) -> Body {
    body.map_err(Into::into).boxed_unsync()
}

/// Holds a request's body.
///
/// # Errors
///
/// [`Refusal::TooLarge`], or [`Refusal::Ambiguous`] if it does not arrive whole.
pub async fn hold_request(body: RequestBody, most: usize) -> Result<Bytes, Refusal> {
    match Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Refusal::TooLarge),
        Err(_) => Err(Refusal::Ambiguous("the body did not arrive whole")),
    }
}

/// Holds an answer's body.
///
/// # Errors
///
/// [`Refusal::BadAnswer`] if it is too large or does not arrive whole.
pub async fn hold_answer(body: Incoming, most: usize) -> Result<Bytes, Refusal> {
    match Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(_) => Err(Refusal::BadAnswer(
            "it is too large, or did not arrive whole",
        )),
    }
}
