//! Bodies that pass through, and bodies that are held.

pub(crate) mod hold;

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

use crate::{error::RequestError, slot::ConnectionSlot};

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request or an answer on its way.
pub(crate) type Body = UnsyncBoxBody<Bytes, BoxError>;

/// Returns a body made of these bytes.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// Returns an empty body.
pub(crate) fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Returns a request's body that fails after `max_bytes` bytes and drops trailers.
pub(crate) fn limited(body: RequestBody, max_bytes: usize) -> Body {
    if body.is_end_stream() {
        return empty();
    }
    WithoutTrailers(Limited::new(body, max_bytes)).boxed_unsync()
}

/// Waits for the first bytes of a request's body; `None` if it has none.
///
/// # Errors
///
/// As [`broken`].
pub(crate) async fn first(body: &mut Body) -> Result<Option<Bytes>, RequestError> {
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

/// Returns a body that starts with `first`; `leave` is dropped when the body has ended.
pub(crate) fn begun(first: Bytes, rest: Body, leave: impl Send + Unpin + 'static) -> Body {
    let begun = BegunBody {
        first: Some(first),
        rest,
        _leave: leave,
    };
    begun.boxed_unsync()
}

struct BegunBody<L> {
    first: Option<Bytes>,
    rest: Body,
    _leave: L,
}

impl<L: Unpin> hyper::body::Body for BegunBody<L> {
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
/// [`RequestError::TooLarge`], or [`RequestError::Ambiguous`] if it did not arrive whole.
pub(crate) fn broken(error: &(dyn std::error::Error + Send + Sync + 'static)) -> RequestError {
    request_error(error).unwrap_or(RequestError::Ambiguous("the body did not arrive whole"))
}

/// Returns the refusal that an error of a body stands for, if it is one.
pub(crate) fn request_error(error: &(dyn std::error::Error + 'static)) -> Option<RequestError> {
    match error.downcast_ref::<RequestError>() {
        Some(error) => Some(error.clone()),
        None => error
            .is::<LengthLimitError>()
            .then_some(RequestError::TooLarge),
    }
}

/// Drops trailers: some servers read them as headers, which the guard has filtered.
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

/// An answer's body that keeps its connection to the upstream until it ends.
#[derive(Debug)]
pub(crate) struct AnswerBody {
    body: Incoming,
    _connection: ConnectionSlot,
}

impl AnswerBody {
    pub(crate) fn new(body: Incoming, connection: ConnectionSlot) -> Self {
        Self {
            body,
            _connection: connection,
        }
    }
}

impl hyper::body::Body for AnswerBody {
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

/// Returns an answer's body that is streamed.
pub(crate) fn passing<B>(body: B) -> Body
where
    B: hyper::body::Body<Data = Bytes, Error = hyper::Error> + Send + 'static,
{
    body.map_err(Into::into).boxed_unsync()
}
