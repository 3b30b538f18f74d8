//! What a connection is doing, and until when it may go on doing it.
//!
//! hyper has one timer for "no request yet" and "half a request"; the first may last a minute, the
//! second must not.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::oneshot,
    time::Instant,
};

use super::{
    Limits,
    framing::{Framing, MalformedAt},
    listener::Io,
    wait::{Wait, Waits},
};

/// Shared by a connection's stream, its requests and its watcher.
#[derive(Clone)]
pub(super) struct Activity(Arc<Mutex<State>>);

struct State {
    requests: Vec<Arc<Waits>>,
    /// Of a request that has ended, for the next one.
    spare: Option<Arc<Waits>>,
    multiplexed: bool,
    waiting: Waiting,
    since: Instant,
    write_blocked: Option<Instant>,
    opened: Instant,
    written_bytes: u64,
    framing: Framing,
    /// Tells the connection to make room; used once.
    leave: Option<oneshot::Sender<()>>,
    limits: Limits,
}

/// What a connection without requests waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    Request,
    RestOfHeader,
}

impl Activity {
    /// Begins with the connection, and says what resolves when it has to make room.
    pub(super) fn new(limits: Limits) -> (Self, oneshot::Receiver<()>) {
        let (leave, told) = oneshot::channel();
        let now = Instant::now();
        let state = State {
            requests: Vec::new(),
            spare: None,
            multiplexed: false,
            waiting: Waiting::RestOfHeader,
            since: now,
            write_blocked: None,
            opened: now,
            written_bytes: 0,
            framing: Framing::default(),
            leave: Some(leave),
            limits,
        };
        (Self(Arc::new(Mutex::new(state))), told)
    }

    /// Returns when the connection must be closed if nothing changes; `None` while it works.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let state = self.state();
        if let Some(since) = state.write_blocked {
            return Some(since + state.limits.write_timeout);
        }
        if !state.requests.is_empty() {
            let since = state.stalled_since()?;
            return Some(since + state.limits.write_timeout);
        }
        Some(match state.waiting {
            Waiting::Request => state.since + state.limits.idle_timeout,
            Waiting::RestOfHeader => state.since + state.limits.header_timeout,
        })
    }

    /// Returns since when no request is under way and no answer waits for the peer; but for the last
    /// piece of an HTTP/2 answer, for a part of which the peer may have opened no window.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        self.state().idle_since()
    }

    /// The same, of a connection that has not been told to leave.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        let state = self.state();
        state.idle_since().filter(|_| state.leave.is_some())
    }

    /// Returns since when the peer has held all that is under way, once that is long; not of a
    /// connection that has been told to leave.
    pub(super) fn held_since(&self) -> Option<Instant> {
        let state = self.state();
        state.held_since().filter(|_| state.leave.is_some())
    }

    pub(super) fn is_held(&self) -> bool {
        self.state().held_since().is_some()
    }

    /// Asks the connection to make room, unless something has begun; tells whether it was asked.
    ///
    /// What begins after this is still served: the connection looks again before it closes.
    pub(super) fn tell_to_leave(&self) -> bool {
        let mut state = self.state();
        if state.idle_since().is_none() && state.held_since().is_none() {
            return false;
        }
        let leave = state.leave.take();
        leave.is_some_and(|leave| leave.send(()).is_ok())
    }

    /// Notes a request; it lasts until the answer's body is sent or dropped.
    pub(super) fn request(&self, multiplexed: bool) -> Ongoing {
        let mut state = self.state();
        // a body may outlive its request
        let spare = (state.spare.take()).filter(|spare| Arc::strong_count(spare) == 1);
        let waits = spare.unwrap_or_else(|| Waits::new(state.opened));
        state.requests.push(Arc::clone(&waits));
        state.multiplexed = multiplexed;
        Ongoing {
            activity: self.clone(),
            waits,
            multiplexed,
        }
    }

    /// Tells whether bytes have arrived that begin or end no request in one way only.
    pub(super) fn is_malformed(&self) -> bool {
        self.state().framing.is_malformed()
    }

    /// Notes that the connection speaks another protocol from here on.
    pub(super) fn switched(&self) {
        self.state().framing.switch();
    }

    fn heard(&self, bytes: &[u8]) -> Result<(), Refused> {
        let mut state = self.state();
        // Frames of an idle HTTP/2 connection are no request: they must not keep it open.
        if state.requests.is_empty() && !state.multiplexed && state.waiting == Waiting::Request {
            state.waiting = Waiting::RestOfHeader;
            state.since = Instant::now();
        }
        state.framing.read(bytes).map_err(Refused::Malformed)?;
        if state.is_flooded() {
            return Err(Refused::Flood);
        }
        Ok(())
    }

    fn wrote(&self, blocked: bool, bytes: usize) {
        let mut state = self.state();
        state.written_bytes += bytes as u64;
        state.write_blocked = match (blocked, state.write_blocked) {
            (true, None) => Some(Instant::now()),
            (true, since) => since,
            (false, _) => None,
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn idle_since(&self) -> Option<Instant> {
        (self.requests.is_empty() && self.write_blocked.is_none()).then_some(self.since)
    }

    /// Returns since when no request goes on because the peer takes no bytes, or because each waits
    /// for it; `None` until that has lasted.
    fn held_since(&self) -> Option<Instant> {
        let waits = self.requests.iter().filter_map(|waits| waits.since());
        let all_wait = waits.max().filter(|_| self.all_wait());
        let since = self.write_blocked.or(all_wait);
        since.filter(|since| since.elapsed() >= HELD)
    }

    /// Returns since when the peer has taken nothing of some answer, while each request waits for it.
    ///
    /// The oldest counts, whatever the others do: they could hold it for ever.
    fn stalled_since(&self) -> Option<Instant> {
        let answers = self.requests.iter().map(|waits| &waits.for_answer);
        let oldest = answers.filter_map(Wait::since).min();
        oldest.filter(|_| self.all_wait())
    }

    /// Tells whether each request waits for the peer.
    fn all_wait(&self) -> bool {
        self.requests.iter().all(|waits| waits.since().is_some())
    }

    /// Tells whether far more frames want an answer than an honest peer has a reason to send.
    ///
    /// That is one a second, and one for each piece of an answer (some measure the way with it). What
    /// the frame itself brings back is less than what a reason takes.
    fn is_flooded(&self) -> bool {
        let explained = WANTING_FRAMES + self.written_bytes / BYTES_EACH;
        let wanting = self.framing.wanting();
        wanting > explained && wanting - explained > self.opened.elapsed().as_secs()
    }
}

/// Why bytes are not passed on.
enum Refused {
    Malformed(MalformedAt),
    Flood,
}

/// One request under way.
pub(super) struct Ongoing {
    activity: Activity,
    waits: Arc<Waits>,
    multiplexed: bool,
}

impl Ongoing {
    /// Whether it is one of several at a time, as with HTTP/2.
    pub(super) const fn is_multiplexed(&self) -> bool {
        self.multiplexed
    }

    pub(super) fn waits(&self) -> &Arc<Waits> {
        &self.waits
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        let mut state = self.activity.state();
        state
            .requests
            .retain(|waits| !Arc::ptr_eq(waits, &self.waits));
        self.waits.for_answer.end();
        state.spare = Some(Arc::clone(&self.waits));
        state.waiting = Waiting::Request;
        state.since = Instant::now();
    }
}

/// A stream that reports what it does.
pub(super) struct WatchedIo {
    inner: Pin<Box<dyn Io>>,
    activity: Activity,
    /// What is read instead, once something malformed has arrived; then nothing more.
    poison: Option<&'static [u8]>,
}

impl WatchedIo {
    pub(super) fn new(inner: Pin<Box<dyn Io>>, activity: Activity) -> Self {
        Self {
            inner,
            activity,
            poison: None,
        }
    }

    fn note<T>(&self, polled: Poll<T>) -> Poll<T> {
        self.activity.wrote(polled.is_pending(), 0);
        polled
    }

    fn note_written(&self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let written = match &polled {
            Poll::Ready(Ok(written)) => *written,
            _ => 0,
        };
        self.activity.wrote(polled.is_pending(), written);
        polled
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
            return polled;
        }
        let heard = buffer.filled().get(before..).unwrap_or_default();
        match self.activity.heard(heard) {
            Ok(()) => polled,
            Err(Refused::Malformed(MalformedAt(at))) => {
                buffer.set_filled(before + at);
                self.poison = Some(pour(POISON, buffer));
                polled
            }
            Err(Refused::Flood) => {
                let flood = "a flood of frames that want an answer";
                Poll::Ready(Err(io::Error::other(flood)))
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
        let polled = self.inner.as_mut().poll_write(context, bytes);
        self.note_written(polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = self.inner.as_mut().poll_flush(context);
        self.note(polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = self.inner.as_mut().poll_shutdown(context);
        self.note(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = self.inner.as_mut().poll_write_vectored(context, slices);
        self.note_written(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

/// How long the peer may let all wait before the connection makes room for others.
const HELD: Duration = Duration::from_secs(3);
/// PING and SETTINGS frames that need no reason.
const WANTING_FRAMES: u64 = 300;
/// What is written at least for a frame with a reason: the answer to a PING, which is 17 bytes, and
/// a piece of an answer to a request, which is 10.
const BYTES_EACH: u64 = 24;

/// hyper answers 400 to it in a header, and gives up a body: an octet that no line may have, and the
/// end of a header, before which hyper does not look.
const POISON: &[u8] = b"\0\r\n\r\n";
