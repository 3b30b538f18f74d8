//! A connection's stream between the socket and hyper: what comes is looked at before hyper reads it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    activity::Activity,
    framing::MalformedAt,
    linger::Linger,
    listener::Io,
    pass_error::PassError,
    rejected::{ParserAnswer, Rejections},
    upgrade::ConnectionSlot,
};

/// A stream that reports what it does, and takes part in the accounts until it is dropped.
pub(super) struct WatchedIo {
    inner: Pin<Box<dyn Io>>,
    activity: Activity,
    rejections: Rejections,
    /// The rest of a malformed input that is read instead, then end of file.
    poison: Option<&'static [u8]>,
    linger: Linger,
    /// The rest of the answer that is written in place of hyper's own; nothing follows it.
    own_answer: Option<Vec<u8>>,
    /// After the socket: what is given back is free.
    _slot: ConnectionSlot,
}

impl WatchedIo {
    pub(super) fn new(
        inner: Pin<Box<dyn Io>>,
        activity: Activity,
        rejections: Rejections,
        slot: ConnectionSlot,
    ) -> Self {
        Self {
            inner,
            activity,
            rejections,
            poison: None,
            linger: Linger::default(),
            own_answer: None,
            _slot: slot,
        }
    }

    fn note(&self, polled: Poll<io::Result<()>>, context: &Context<'_>) -> Poll<io::Result<()>> {
        let written = polled.is_ready().then_some(0);
        match self.activity.wrote(written, context.waker()) {
            Ok(()) => polled,
            Err(refused) => Poll::Ready(Err(refused.into())),
        }
    }

    fn note_written(
        &self,
        polled: Poll<io::Result<usize>>,
        context: &Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let written = match &polled {
            Poll::Ready(written) => Some(*written.as_ref().unwrap_or(&0)),
            Poll::Pending => None,
        };
        match self.activity.wrote(written, context.waker()) {
            Ok(()) => polled,
            Err(refused) => Poll::Ready(Err(refused.into())),
        }
    }

    /// Returns true if hyper answers a request that it cannot parse; another answer, with the reason,
    /// is then written in its place.
    fn is_answered_in_place(&mut self, bytes: &[u8]) -> bool {
        if self.own_answer.is_none() && !self.activity.is_answering() {
            self.own_answer = ParserAnswer::parse(bytes).map(|answer| {
                self.rejections.tell(answer.status, answer.reason);
                answer.bytes
            });
        }
        self.own_answer.is_some()
    }

    /// Writes the rest of the answer that replaces hyper's.
    fn poll_own_answer(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.own_answer.as_mut().filter(|rest| !rest.is_empty()) {
            let polled = self.inner.as_mut().poll_write(context, rest);
            if let Poll::Ready(Ok(written)) = &polled {
                rest.drain(..(*written).min(rest.len()));
            }
            if ready!(self.note_written(polled, context))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Writes the reason why the connection ends, unless the peer has not read what was written before:
    /// the socket is then in the middle of a frame.
    fn say_goodbye(&mut self, context: &mut Context<'_>) {
        if self.activity.is_write_blocked() {
            return;
        }
        if self
            .inner
            .as_mut()
            .poll_write(context, CALM_DOWN)
            .is_ready()
        {
            let _ = self.inner.as_mut().poll_flush(context);
        }
    }
}

/// Gives as much as there is room for, and returns the rest.
fn pour<'a>(bytes: &'a [u8], buffer: &mut ReadBuf<'_>) -> &'a [u8] {
    let (now, later) = bytes.split_at(bytes.len().min(buffer.remaining()));
    buffer.put_slice(now);
    later
}

impl AsyncRead for WatchedIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(rest) = self.poison {
            self.poison = Some(pour(rest, buffer));
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let polled = self.inner.as_mut().poll_read(context, buffer);
        if polled.is_pending() {
            return match self.activity.heard_nothing(context.waker()) {
                Ok(()) => polled,
                Err(refused) => Poll::Ready(Err(refused.into())),
            };
        }
        let heard = buffer.filled().get(before..).unwrap_or_default();
        match self.activity.heard(heard) {
            Ok(()) => polled,
            Err(PassError::Malformed(MalformedAt(at))) => {
                buffer.set_filled(before + at);
                self.poison = Some(pour(POISON, buffer));
                polled
            }
            Err(refused) => {
                if matches!(refused, PassError::Flood) {
                    self.say_goodbye(context);
                }
                Poll::Ready(Err(refused.into()))
            }
        }
    }
}

impl AsyncWrite for WatchedIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_answered_in_place(bytes) {
            ready!(self.poll_own_answer(context))?;
            return Poll::Ready(Ok(bytes.len()));
        }
        let polled = self.inner.as_mut().poll_write(context, bytes);
        self.note_written(polled, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = self.inner.as_mut().poll_flush(context);
        if matches!(polled, Poll::Ready(Ok(()))) {
            self.activity.flushed();
        }
        self.note(polled, context)
    }

    /// Closes the connection; the peer hears the answer to a request of which more is on its way.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.linger.has_begun() {
            let polled = self.inner.as_mut().poll_shutdown(context);
            ready!(self.note(polled, context))?;
            if !self.activity.is_within_request() {
                return Poll::Ready(Ok(()));
            }
        }
        let this = &mut *self;
        this.linger.poll(this.inner.as_mut(), context).map(Ok)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = slices.iter().find(|slice| !slice.is_empty());
        if first.is_some_and(|first| self.is_answered_in_place(first)) {
            ready!(self.poll_own_answer(context))?;
            return Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()));
        }
        let polled = self.inner.as_mut().poll_write_vectored(context, slices);
        self.note_written(polled, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

/// GOAWAY with `ENHANCE_YOUR_CALM`, of no stream in particular (RFC 9113 §6.8).
const CALM_DOWN: &[u8] = b"\0\0\x08\x07\0\0\0\0\0\x7f\xff\xff\xff\0\0\0\x0b";

/// hyper answers 400 to it in a header, and gives up a body: an octet that no line may have, and the
/// end of a header, before which hyper does not look.
const POISON: &[u8] = b"\0\r\n\r\n";
