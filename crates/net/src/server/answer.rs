//! The answers of a connection: whether they wait for us, or for the peer.
//!
//! A peer that takes no bytes is noticed when writing. With HTTP/2 it may also open no window, and
//! then nobody asks an answer for its next piece.

use std::{
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll},
};

use http_body_util::Either;
use hyper::body::{Body, Frame, SizeHint};

use super::activity::Ongoing;

/// Counted without a lock: every piece of every answer passes here.
#[derive(Default)]
pub(super) struct Answers {
    /// Answers whose next piece, or its absence, nobody has asked for.
    offered: AtomicUsize,
    /// Differs whenever one of them has moved.
    moves: AtomicUsize,
}

impl Answers {
    /// How many answers wait for the peer.
    pub(super) fn offered(&self) -> usize {
        self.offered.load(Ordering::Relaxed)
    }

    pub(super) fn moves(&self) -> usize {
        self.moves.load(Ordering::Relaxed)
    }

    fn moved(&self) {
        self.moves.fetch_add(1, Ordering::Relaxed);
    }
}

/// An answer's body that ends its request when it is sent or dropped.
pub(super) struct WatchedBody<B> {
    inner: B,
    /// Whether its next piece was asked for, and is not there yet.
    is_asked: bool,
    ongoing: Ongoing,
}

impl<B> WatchedBody<B> {
    pub(super) fn new(inner: B, ongoing: Ongoing) -> Self {
        let mut body = Self {
            inner,
            is_asked: true,
            ongoing,
        };
        body.note(false);
        body
    }

    fn note(&mut self, is_asked: bool) {
        let answers = self.ongoing.answers();
        answers.moved();
        match (self.is_asked, is_asked) {
            (true, false) => answers.offered.fetch_add(1, Ordering::Relaxed),
            (false, true) => answers.offered.fetch_sub(1, Ordering::Relaxed),
            _ => return,
        };
        self.is_asked = is_asked;
    }
}

impl<B> Drop for WatchedBody<B> {
    fn drop(&mut self) {
        self.note(true);
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
        self.note(polled.is_pending());
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
