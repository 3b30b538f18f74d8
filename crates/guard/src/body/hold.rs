//! Bodies that are held until they have been judged.

use std::{
    mem,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use airside_net::RequestBody;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body as _, Frame};
use tokio::time::{Instant, timeout_at};

use super::{Body, BoxError, begun, broken};
use crate::{access::elsewhere, error::RequestError};

/// Holds a request's body.
///
/// # Errors
///
/// [`RequestError::TooLarge`], or [`RequestError::Ambiguous`] if it does not arrive whole.
pub(crate) async fn hold_request(
    body: RequestBody,
    max_bytes: usize,
) -> Result<Bytes, RequestError> {
    match elsewhere(Limited::new(body, max_bytes).collect()).await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(broken(&*error)),
    }
}

/// An answer's body could not be held.
pub(crate) struct HoldError {
    pub(crate) why: RequestError,
    /// The whole body: the part that was read, and the rest as it arrives.
    pub(crate) body: Body,
}

impl HoldError {
    fn new(why: RequestError, read: ReadBytes, rest: Body) -> Self {
        let read = read.whole();
        let body = match read.is_empty() {
            true => rest,
            false => begun(read, rest, ()),
        };
        Self { why, body }
    }

    fn too_large(read: ReadBytes, rest: Body) -> Self {
        let why = RequestError::BadAnswer("it is larger than `limits.held_body_bytes`");
        Self::new(why, read, rest)
    }

    fn broken(read: ReadBytes, error: BoxError) -> Self {
        let failing = FailingBody {
            error: Some(error),
            has_waited: false,
        };
        let why = RequestError::BadAnswer("it did not arrive whole");
        Self::new(why, read, failing.boxed_unsync())
    }
}

/// Holds an answer's body of at most `most` bytes, for at most `patience`.
///
/// # Errors
///
/// [`HoldError`] with [`RequestError::BadAnswer`] if it is larger or does not arrive whole, and with
/// [`RequestError::UpstreamTimeout`] if it takes longer.
pub(crate) async fn hold_answer(
    mut body: Body,
    max_bytes: usize,
    patience: Duration,
) -> Result<Bytes, HoldError> {
    let deadline = Instant::now() + patience;
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut read = ReadBytes::of(announced.min(max_bytes));
    loop {
        let frame = match elsewhere(timeout_at(deadline, body.frame())).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(None) => return Ok(read.whole()),
            Ok(Some(Err(error))) => return Err(HoldError::broken(read, error)),
            Err(_) => return Err(HoldError::new(RequestError::UpstreamTimeout, read, body)),
        };
        if let Ok(data) = frame.into_data() {
            read.push(data);
        }
        if read.len() > max_bytes {
            return Err(HoldError::too_large(read, body));
        }
    }
}

/// The part of a body that has been read. What arrives at once is not copied.
struct ReadBytes {
    announced: usize,
    first: Bytes,
    joined: BytesMut,
}

impl ReadBytes {
    fn of(announced: usize) -> Self {
        Self {
            announced,
            first: Bytes::new(),
            joined: BytesMut::new(),
        }
    }

    fn len(&self) -> usize {
        self.first.len() + self.joined.len()
    }

    fn push(&mut self, data: Bytes) {
        if self.len() == 0 {
            self.first = data;
            return;
        }
        if self.joined.is_empty() {
            self.joined.reserve(self.announced.max(self.first.len()));
            self.joined.extend_from_slice(&mem::take(&mut self.first));
        }
        self.joined.extend_from_slice(&data);
    }

    fn whole(self) -> Bytes {
        match self.joined.is_empty() {
            true => self.first,
            false => self.joined.freeze(),
        }
    }
}

/// A body that fails after the bytes that were passed on before it.
struct FailingBody {
    error: Option<BoxError>,
    has_waited: bool,
}

impl hyper::body::Body for FailingBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if !mem::replace(&mut self.has_waited, true) {
            // a server sends what it has only when the body must be waited for
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.error.take().map(Err))
    }
}
