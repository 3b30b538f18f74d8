//! A request's body that must arrive at some pace.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::Version;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::{
    runtime::Handle,
    time::{Instant, Sleep, sleep_until, timeout},
};

use super::{BoxError, wait::Waits};

/// The body of a request. It fails when its sender is too slow.
///
/// Only the time spent waiting for the sender counts: ten seconds, and one more for every 500 bytes
/// that have arrived.
#[derive(Debug)]
pub struct RequestBody {
    /// `None` while it is dropped.
    inner: Option<Incoming>,
    /// Whether the rest of it is taken when nobody wants it.
    is_drained: bool,
    pace: Pace,
    waits: Arc<Waits>,
}

/// The sender of a body is slower than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body of the request arrives too slowly")]
pub struct TooSlow;

#[derive(Debug, Default)]
struct Pace {
    received_bytes: u64,
    waited: Duration,
    waiting_since: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl RequestBody {
    pub(super) fn new(inner: Incoming, waits: Arc<Waits>, version: Version) -> Self {
        Self {
            inner: Some(inner),
            // HTTP/1 closes the connection instead
            is_drained: version == Version::HTTP_2,
            pace: Pace::default(),
            waits,
        }
    }
}

impl Drop for RequestBody {
    /// A body that is answered before it was read is still taken, if it is small: the stream would be reset,
    /// and clients take that for a failure although RFC 9113 §8.1 allows it.
    fn drop(&mut self) {
        self.waits.for_body.end();
        let rest = self.inner.take().filter(|_| self.is_drained);
        let rest = rest.filter(|rest| !rest.is_end_stream());
        if let (Some(rest), Ok(runtime)) = (rest, Handle::try_current()) {
            runtime.spawn(async {
                // what is more, or comes later, is reset
                let _ = timeout(DRAINING, Limited::new(rest, MOST_DRAINED).collect()).await;
            });
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(inner) = &mut self.inner else {
            return Poll::Ready(None);
        };
        match Pin::new(inner).poll_frame(context) {
            Poll::Ready(frame) => {
                self.waits.for_body.end();
                let data = frame
                    .as_ref()
                    .and_then(|frame| frame.as_ref().ok()?.data_ref());
                self.pace.received(data.map_or(0, Bytes::len));
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => {
                if self.waits.for_body.since().is_none() {
                    self.waits.for_body.begin();
                }
                let too_slow = self.pace.poll_too_slow(context);
                too_slow.map(|()| Some(Err(TooSlow.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let inner = self.inner.as_ref();
        inner.map_or_else(SizeHint::default, Incoming::size_hint)
    }
}

impl Pace {
    fn received(&mut self, bytes: usize) {
        self.received_bytes += bytes as u64;
        if let Some(since) = self.waiting_since.take() {
            self.waited += since.elapsed();
        }
    }

    /// Is ready when the sender has used up its time.
    fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        let deadline = since + self.allowance().saturating_sub(self.waited);
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if alarm.deadline() != deadline {
            alarm.as_mut().reset(deadline);
        }
        alarm.as_mut().poll(context)
    }

    fn allowance(&self) -> Duration {
        GRACE + Duration::from_secs(self.received_bytes / BYTES_PER_SECOND)
    }
}

const GRACE: Duration = Duration::from_secs(10);
const BYTES_PER_SECOND: u64 = 500;
/// Of a body that nobody wants: bytes, and how long they may take.
const MOST_DRAINED: usize = 64 * 1024;
const DRAINING: Duration = Duration::from_secs(2);
