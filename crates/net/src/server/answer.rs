//! The answers of a connection: whether they wait for us, or for the peer.
//!
//! A peer that takes no bytes is noticed when writing. With HTTP/2 it may also open no window, and
//! then nobody asks an answer for its next piece.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http_body_util::Either;
use hyper::body::{Body, Frame, SizeHint};

use super::activity::Ongoing;

/// An answer's body that ends its request when it is sent or dropped.
pub(super) struct WatchedBody<B> {
    inner: B,
    ongoing: Ongoing,
}

impl<B> WatchedBody<B> {
    pub(super) fn new(inner: B, ongoing: Ongoing) -> Self {
        ongoing.waits().for_answer.begin();
        Self { inner, ongoing }
    }
}

impl<B: Body + Unpin> Body for WatchedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        let wait = &self.ongoing.waits().for_answer;
        match polled.is_pending() {
            true => wait.end(),
            false => wait.begin(),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// The service's body, or none.
pub(super) type Answer<B> = WatchedBody<Either<B, http_body_util::Empty<bytes::Bytes>>>;
