//! Bodies that pass through, and bodies that are held.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use airside_net::RequestBody;
use bytes::Bytes;
use http_body_util::{
    BodyExt as _, Empty, Full, LengthLimitError, Limited, combinators::UnsyncBoxBody,
};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};

use crate::{Refusal, access::elsewhere, room::Place};

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

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

/// Waits for the first bytes of a request's body; `None` if it has none.
///
/// # Errors
///
/// As [`broken`].
pub(crate) async fn first(body: &mut Body) -> Result<Option<Bytes>, Refusal> {
    loop {
        let frame = body.frame().await.transpose();
        let Some(frame) = frame.map_err(|error| broken(&*error))? else {
            return Ok(None);
        };
        match frame.into_data() {
            Ok(data) if !data.is_empty() => return Ok(Some(data)),
            _ => {}
        }
    }
}

/// A request's body whose first bytes are there, with the leave to send the rest: that is given back when
/// the body has ended.
pub(crate) fn begun(first: Bytes, rest: Body, leave: impl Send + Unpin + 'static) -> Body {
    let begun = Begun {
        first: Some(first),
        rest,
        _leave: leave,
    };
    begun.boxed_unsync()
}

struct Begun<L> {
    first: Option<Bytes>,
    rest: Body,
    _leave: L,
}

impl<L: Unpin> hyper::body::Body for Begun<L> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(Ok(Frame::data(first)))),
            None => Pin::new(&mut self.rest).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let first = self.first.as_ref().map_or(0, |first| first.len() as u64);
        let rest = self.rest.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(first));
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(first));
        }
        hint
    }
}

/// Returns what is wrong with a request's body that could not be read: the refusal of what is in it,
/// [`Refusal::TooLarge`], or [`Refusal::Ambiguous`] if it did not arrive whole.
pub(crate) fn broken(error: &(dyn std::error::Error + Send + Sync + 'static)) -> Refusal {
    refusal(error).unwrap_or(Refusal::Ambiguous("the body did not arrive whole"))
}

/// Returns the refusal that an error of a body stands for, if it is one.
pub(crate) fn refusal(error: &(dyn std::error::Error + 'static)) -> Option<Refusal> {
    match error.downcast_ref::<Refusal>() {
        Some(refusal) => Some(refusal.clone()),
        None => error.is::<LengthLimitError>().then_some(Refusal::TooLarge),
    }
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

/// An answer's body, which has a connection to its upstream until it ends.
#[derive(Debug)]
pub struct Answer {
    body: Incoming,
    _connection: Place,
}

impl Answer {
    pub(crate) fn new(body: Incoming, connection: Place) -> Self {
        Self {
            body,
            _connection: connection,
        }
    }
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body that is passed on while it arrives.
pub fn passing(body: Answer) -> Body {
    body.map_err(Into::into).boxed_unsync()
}

/// Holds a request's body.
///
/// # Errors
///
/// [`Refusal::TooLarge`], or [`Refusal::Ambiguous`] if it does not arrive whole.
pub async fn hold_request(body: RequestBody, most: usize) -> Result<Bytes, Refusal> {
    match elsewhere(Limited::new(body, most).collect()).await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(broken(&*error)),
    }
}

/// Holds an answer's body.
///
/// # Errors
///
/// [`Refusal::BadAnswer`] if it is too large or does not arrive whole.
pub async fn hold_answer<B>(body: B, most: usize) -> Result<Bytes, Refusal>
where
    B: hyper::body::Body<Data = Bytes, Error = hyper::Error>,
{
    match elsewhere(Limited::new(body, most).collect()).await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(_) => Err(Refusal::BadAnswer(
            "it is too large, or did not arrive whole",
        )),
    }
}
