//! The answers of a connection, each waiting for the service or for the peer.
//!
//! A peer that reads no bytes is noticed when writing. With HTTP/2 it may also open no window, and
//! hyper then polls an answer for no further piece. hyper takes a piece as soon as there is window for
//! its first byte, and how much of it waits for more is not known here: so the pieces are small.

use std::{
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body_util::Either;
use hyper::body::{Body, Frame, SizeHint};

use super::activity::Ongoing;

/// An answer's body that ends its request when it is sent or dropped.
pub(super) struct WatchedBody<B> {
    inner: B,
    /// The bytes that the service wrote and the client has not read.
    rest: Bytes,
    ongoing: Ongoing,
}

impl<B> WatchedBody<B> {
    pub(super) fn new(inner: B, ongoing: Ongoing) -> Self {
        ongoing.waits().for_answer.begin();
        Self {
            inner,
            rest: Bytes::new(),
            ongoing,
        }
    }

    fn next_piece(&mut self) -> Frame<Bytes> {
        let is_last = self.rest.len() <= PIECE || !self.ongoing.is_multiplexed();
        Frame::data(match is_last {
            true => mem::take(&mut self.rest),
            false => self.rest.split_to(PIECE),
        })
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for WatchedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let polled = if self.rest.is_empty() {
            let polled = Pin::new(&mut self.inner).poll_frame(context);
            polled.map_ok(|frame| match frame.into_data() {
                Ok(data) => {
                    self.rest = data;
                    self.next_piece()
                }
                Err(trailers) => trailers,
            })
        } else {
            Poll::Ready(Some(Ok(self.next_piece())))
        };
        let wait = &self.ongoing.waits().for_answer;
        match polled.is_pending() {
            true => wait.end(),
            false => wait.begin(),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (inner, rest) = (self.inner.size_hint(), self.rest.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower().saturating_add(rest));
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}

/// The service's body, or none.
pub(super) type Answer<B> = WatchedBody<Either<B, http_body_util::Full<Bytes>>>;

/// As much as a frame holds, unless the peer allows more.
const PIECE: usize = 16 * 1024;
