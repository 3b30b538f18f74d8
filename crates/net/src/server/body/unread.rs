//! The rest of a body that its service has not read: a small one is read before the answer, a large one
//! is drained after it.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Request, Response, StatusCode, Version,
    header::{CONNECTION, EXPECT},
};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame};
use parking_lot::Mutex;
use tokio::{
    runtime::Handle,
    time::{Instant, timeout},
};

use super::{
    pace::Pace,
    request_body::{Ahead, RequestBody, Shared, Source},
    served_by::ServedBy,
};
use crate::server::{BoxError, wait::Waits};

/// Calls a service, and returns its answer when the request has been read.
///
/// The rest of the body is read first if that is at most 64 KiB, within the time limit of the sender:
/// 10 seconds. The rest of a larger one is read after the answer, for at most 2 seconds
/// and 16 MiB, and over HTTP/1 the answer says `Connection: close`; before a successful answer over
/// HTTP/2, it is read with the same bounds. A [`Server`](crate::Server) does all this by itself; this
/// function is for a service that runs in another server.
///
/// # Errors
///
/// Those of the service.
pub async fn answer_when_read<B, A, E, F>(
    request: Request<B>,
    service: impl FnOnce(Request<RequestBody<B>>) -> F,
) -> Result<Response<A>, E>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
    F: Future<Output = Result<Response<A>, E>>,
{
    let version = request.version();
    let waits = || Waits::new(Instant::now());
    let (request, unread) = Unread::share(request, waits, ServedBy::Another);
    let mut response = service(request).await?;
    if !unread.read(response.status()).await {
        close(response.headers_mut(), version);
    }
    Ok(response)
}

/// Says that a connection ends with its answer, because the request has not been read to its end.
pub(in crate::server) fn close(headers: &mut HeaderMap, version: Version) {
    // RFC9112-9.6: the client must not send another request on it
    if version < Version::HTTP_2 {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
}

/// The part of a request's body that its service has not read.
pub(in crate::server) struct Unread<B> {
    /// `None` if there is no body.
    shared: Option<Arc<Shared<B>>>,
    /// True if the client sends the body only after `100 Continue`.
    waits_to_be_asked: bool,
    is_http2: bool,
}

impl<B> Unread<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    /// Gives the body to a service.
    pub(in crate::server) fn share(
        request: Request<B>,
        waits: impl FnOnce() -> Arc<Waits>,
        served_by: ServedBy,
    ) -> (Request<RequestBody<B>>, Self) {
        let (parts, inner) = request.into_parts();
        let is_http2 = parts.version == Version::HTTP_2;
        let expected = parts.headers.get(EXPECT);
        let waits_to_be_asked =
            expected.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        let shared = (!inner.is_end_stream()).then(|| {
            let source = Source {
                inner: Some(inner),
                pace: Pace::default(),
                is_over: false,
                is_begun: false,
                ahead: Ahead::default(),
                is_drained: false,
            };
            Arc::new(Shared {
                source: Mutex::new(source),
                waits: waits(),
                served_by,
                drain: start_to_drain,
            })
        });
        let body = RequestBody {
            shared: shared.clone(),
        };
        let unread = Self {
            shared,
            waits_to_be_asked,
            is_http2,
        };
        (Request::from_parts(parts, body), unread)
    }

    /// Reads what is left, if it is small, before an answer of this status; returns true if nothing is
    /// left then. What is left is drained when the service has dropped the body as well.
    pub(in crate::server) async fn read(self, status: StatusCode) -> bool {
        let Some(shared) = &self.shared else {
            return true;
        };
        let mut is_read = shared.source().is_end_stream();
        if !is_read && self.comes_first(shared) {
            is_read = ReadAhead::new(shared, MAX_FIRST).await;
        }
        // a client that hears of a failure sends no more; after a success, some send on and never end
        let is_held = Arc::strong_count(shared) > 1;
        if !is_read && self.is_http2 && status.is_success() && !is_held {
            let reading = timeout(DRAIN_TIME, ReadAhead::new(shared, MAX_DRAINED));
            is_read = reading.await.unwrap_or(false);
        }
        let mut source = shared.source();
        source.is_drained = !is_read && self.is_drained(&source, shared.served_by);
        is_read
    }

    /// Returns true if the rest is read before the answer, as far as it is small.
    fn comes_first(&self, shared: &Arc<Shared<B>>) -> bool {
        let source = shared.source();
        // RFC9110-10.1.1: a client that is answered instead of asked does not send it
        if self.waits_to_be_asked && !source.is_begun {
            return false;
        }
        let size = source.inner.as_ref().map(B::size_hint);
        let size = size.unwrap_or_default();
        // a stream of unknown length may be answered while it is sent: the answer is a part of the conversation
        let is_held = Arc::strong_count(shared) > 1;
        size.lower() <= MAX_FIRST && !(is_held && size.upper().is_none())
    }

    fn is_drained(&self, source: &Source<B>, served_by: ServedBy) -> bool {
        let is_asked_for = source.is_begun || !self.waits_to_be_asked;
        served_by != ServedBy::Http1 && is_asked_for
    }
}

/// Reads a body in the service's place, and keeps what it reads if the service still holds the body.
struct ReadAhead<'a, B> {
    shared: &'a Arc<Shared<B>>,
    room: u64,
}

impl<'a, B> ReadAhead<'a, B> {
    fn new(shared: &'a Arc<Shared<B>>, room: u64) -> Self {
        shared.source().ahead.is_reading = true;
        Self { shared, room }
    }
}

impl<B> Future for ReadAhead<'_, B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Output = bool;

    /// Is ready when nothing is left, and if it is more or comes later than an answer waits for.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        let shared = self.shared;
        let mut source = shared.source();
        loop {
            let Poll::Ready(frame) = source.poll_next(&shared.waits, context) else {
                ready!(source.pace.poll_late(context));
                return Poll::Ready(false);
            };
            let frame = match frame {
                None => return Poll::Ready(true),
                Some(Ok(frame)) => frame,
                Some(Err(error)) => {
                    source.ahead.failure = Some(error);
                    return Poll::Ready(false);
                }
            };
            let room = self.room.checked_sub(length(&frame));
            if Arc::strong_count(shared) > 1 {
                source.ahead.frames.push_back(frame);
            }
            match room {
                Some(room) => self.room = room,
                None => return Poll::Ready(source.is_end_stream()),
            }
        }
    }
}

impl<B> Drop for ReadAhead<'_, B> {
    fn drop(&mut self) {
        let mut source = self.shared.source();
        source.ahead.is_reading = false;
        let service = source.ahead.service.take();
        drop(source);
        if let Some(service) = service {
            service.wake();
        }
    }
}

/// Drains a body, if it is dropped where a runtime is: otherwise the connection ends as well.
fn start_to_drain<B>(body: B)
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
{
    if let Ok(runtime) = Handle::try_current() {
        // what is more, or comes later, is refused
        runtime.spawn(timeout(DRAIN_TIME, drain(body)));
    }
}

async fn drain<B: Body<Data = Bytes> + Unpin>(mut body: B) {
    let mut read_bytes = 0;
    while read_bytes < MAX_DRAINED
        && let Some(Ok(frame)) = body.frame().await
    {
        read_bytes += length(&frame);
    }
}

fn length(frame: &Frame<Bytes>) -> u64 {
    frame.data_ref().map_or(0, |data| data.len() as u64)
}

/// The number of bytes read before the answer.
const MAX_FIRST: u64 = 64 * 1024;
/// The number of bytes read after the answer: more than the system's buffers of a connection hold.
pub(in crate::server) const MAX_DRAINED: u64 = 16 * 1024 * 1024;
/// The time for which the rest is read after the answer.
pub(in crate::server) const DRAIN_TIME: Duration = Duration::from_secs(2);
