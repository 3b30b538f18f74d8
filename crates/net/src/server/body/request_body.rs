//! The body that a service reads and the code that answers shares.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use parking_lot::{Mutex, MutexGuard};

use super::{
    pace::{Pace, TooSlow},
    served_by::ServedBy,
};
use crate::server::{BoxError, wait::Waits};

/// The body of a request. That of a [`Server`](crate::Server) fails when its sender is too slow.
///
/// Only the time spent waiting for the sender counts: ten seconds, and one more for every 500 bytes
/// that have arrived.
pub struct RequestBody<B = Incoming> {
    /// `None` if there is nothing to read.
    pub(super) shared: Option<Arc<Shared<B>>>,
}

/// A body, shared by the service and the code that answers.
pub(super) struct Shared<B> {
    pub(super) source: Mutex<Source<B>>,
    pub(super) waits: Arc<Waits>,
    pub(super) served_by: ServedBy,
    /// Reads what is left after the answer.
    pub(super) drain: fn(B),
}

pub(super) struct Source<B> {
    /// `None` once it is drained.
    pub(super) inner: Option<B>,
    pub(super) pace: Pace,
    pub(super) is_over: bool,
    /// True if the body has been asked for: the client may wait for that (`Expect: 100-continue`).
    pub(super) is_begun: bool,
    pub(super) ahead: Ahead,
    /// True if the rest is drained when the last of both is dropped.
    pub(super) is_drained: bool,
}

/// The part that was read to answer while the service still holds the body; the service reads it later.
#[derive(Default)]
pub(super) struct Ahead {
    pub(super) frames: VecDeque<Frame<Bytes>>,
    pub(super) failure: Option<BoxError>,
    /// True while it is being read: the service waits meanwhile, since a body wakes only its last reader.
    pub(super) is_reading: bool,
    pub(super) service: Option<Waker>,
}

type Polled = Poll<Option<Result<Frame<Bytes>, BoxError>>>;

impl<B> Shared<B> {
    pub(super) fn source(&self) -> MutexGuard<'_, Source<B>> {
        self.source.lock()
    }
}

impl<B> Source<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    pub(super) fn is_end_stream(&self) -> bool {
        self.is_over || self.inner.as_ref().is_none_or(B::is_end_stream)
    }

    pub(super) fn poll_next(&mut self, waits: &Waits, context: &mut Context<'_>) -> Polled {
        let Some(inner) = self.inner.as_mut().filter(|_| !self.is_over) else {
            return Poll::Ready(None);
        };
        self.is_begun = true;
        let Poll::Ready(frame) = Pin::new(inner).poll_frame(context) else {
            if waits.for_body.since().is_none() {
                waits.for_body.begin();
            }
            self.pace.wait();
            return Poll::Pending;
        };
        waits.for_body.end();
        self.is_over = !matches!(frame, Some(Ok(_)));
        let data = frame
            .as_ref()
            .and_then(|frame| frame.as_ref().ok()?.data_ref());
        self.pace.received(data.map_or(0, Bytes::len));
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    /// The service's next frame: first what was read ahead.
    pub(super) fn poll_service(&mut self, waits: &Waits, context: &mut Context<'_>) -> Polled {
        if let Some(frame) = self.ahead.frames.pop_front() {
            return Poll::Ready(Some(Ok(frame)));
        }
        if let Some(failure) = self.ahead.failure.take() {
            return Poll::Ready(Some(Err(failure)));
        }
        if self.ahead.is_reading {
            self.ahead.service = Some(context.waker().clone());
            return Poll::Pending;
        }
        self.poll_next(waits, context)
    }
}

impl<B> Body for RequestBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        let Some(shared) = &self.shared else {
            return Poll::Ready(None);
        };
        let mut source = shared.source();
        let polled = source.poll_service(&shared.waits, context);
        let is_paced = shared.served_by != ServedBy::Another;
        if polled.is_pending() && is_paced && !source.ahead.is_reading {
            ready!(source.pace.poll_too_slow(context));
            return Poll::Ready(Some(Err(TooSlow.into())));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.shared.as_ref().is_none_or(|shared| {
            let source = shared.source();
            let ahead = &source.ahead;
            ahead.frames.is_empty() && ahead.failure.is_none() && source.is_end_stream()
        })
    }

    fn size_hint(&self) -> SizeHint {
        let Some(shared) = &self.shared else {
            return SizeHint::with_exact(0);
        };
        let source = shared.source();
        let inner = source.inner.as_ref().map(B::size_hint).unwrap_or_default();
        let ahead = source.ahead.frames.iter().filter_map(Frame::data_ref);
        let ahead = ahead.map(|data| data.len() as u64).sum::<u64>();
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower().saturating_add(ahead));
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper.saturating_add(ahead));
        }
        hint
    }
}

impl<B> Drop for RequestBody<B> {
    fn drop(&mut self) {
        if let Some(shared) = &self.shared {
            shared.waits.for_body.end();
        }
    }
}

impl<B> Drop for Shared<B> {
    fn drop(&mut self) {
        let source = self.source.get_mut();
        if source.is_drained
            && !source.is_over
            && let Some(inner) = source.inner.take()
        {
            (self.drain)(inner);
        }
    }
}

impl<B> fmt::Debug for RequestBody<B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RequestBody")
            .finish_non_exhaustive()
    }
}
