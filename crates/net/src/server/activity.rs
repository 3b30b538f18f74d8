//! The state of a connection, and the deadline of that state.
//!
//! hyper has one timer for "no request yet" and "half a request"; the first may last a minute, the
//! second must not.

mod state;

use std::{sync::Arc, task::Waker, time::Duration};

use parking_lot::{Mutex, MutexGuard};
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

use self::state::{State, Upgrade, Waiting};
use super::{
    CloseReason, CloseSignal, Limits, framing::Framing, listener::Protocol, pass_error::PassError,
    piece::PieceBudget, wait::Waits,
};

/// Shared by a connection's stream, its requests and its watcher.
#[derive(Clone)]
pub(super) struct Activity(Arc<Mutex<State>>);

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
            is_answering: false,
            framing: Framing::default(),
            pieces: PieceBudget::new(now),
            is_body_refused: false,
            upgrade: Upgrade::default(),
            leave: Some(leave),
            limits,
        };
        (Self(Arc::new(Mutex::new(state))), told)
    }

    /// Notes which protocol was agreed on, before the first byte of it.
    pub(super) fn agreed(&self, protocol: Protocol) {
        self.state().framing = Framing::new(protocol);
    }

    /// Returns when the connection must be closed if nothing changes; `None` while it works, and of
    /// one that speaks another protocol unless its peer takes no bytes.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let state = self.state();
        if let Some(since) = state.write_blocked {
            return Some(since + state.limits.write_timeout);
        }
        if state.upgrade.is_done {
            return None;
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
    /// A request that begins after this is still served: the connection checks again before it closes.
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
        let spare = (state.spare.take())
            .filter(|spare| Arc::strong_count(spare) == 1 && !spare.is_refused());
        let waits = spare.unwrap_or_else(|| Waits::new(state.opened));
        // the rest of the last request's body may have been waited for in vain
        waits.for_body.end();
        state.is_answering = true;
        state.requests.push(Arc::clone(&waits));
        state.multiplexed = multiplexed;
        Ongoing {
            activity: self.clone(),
            waits,
            multiplexed,
        }
    }

    /// Returns true if bytes that are written may belong to a request that a service saw, or to another
    /// protocol; if not, hyper answers by itself.
    pub(super) fn is_answering(&self) -> bool {
        let state = self.state();
        state.is_answering || state.upgrade.is_done || state.framing.is_http2()
    }

    /// Notes that everything that was written is on its way.
    pub(super) fn flushed(&self) {
        let mut state = self.state();
        state.is_answering &= !state.requests.is_empty();
    }

    /// Returns true if bytes have arrived that begin or end no request in one way only.
    pub(super) fn is_malformed(&self) -> bool {
        self.state().framing.is_malformed()
    }

    /// Returns true if the rest of a request is on its way, as far as its bytes have been seen.
    pub(super) fn is_within_request(&self) -> bool {
        self.state().framing.is_within_request()
    }

    /// Returns what tells the service of an upgraded connection to close it.
    pub(super) fn close_signal(&self) -> CloseSignal {
        let mut state = self.state();
        let close = (state.upgrade.close).get_or_insert_with(|| watch::Sender::new(None));
        CloseSignal::new(close.subscribe())
    }

    /// Notes that the connection speaks another protocol from here on.
    pub(super) fn switched(&self) {
        let mut state = self.state();
        state.framing.switch();
        state.upgrade.is_done = true;
    }

    pub(super) fn is_upgraded(&self) -> bool {
        self.state().upgrade.is_done
    }

    pub(super) fn ask_to_close(&self, reason: CloseReason) {
        if let Some(close) = &self.state().upgrade.close {
            close.send_replace(Some(reason));
        }
    }

    /// Makes the socket fail for its holder.
    pub(super) fn cut(&self) {
        let mut state = self.state();
        state.upgrade.is_cut = true;
        let wakers = std::mem::take(&mut state.upgrade.wakers);
        drop(state);
        wakers.into_iter().flatten().for_each(Waker::wake);
    }

    pub(super) fn heard(&self, bytes: &[u8]) -> Result<(), PassError> {
        let mut state = self.state();
        if state.upgrade.is_cut {
            return Err(PassError::Cut);
        }
        if state.upgrade.is_done {
            state.since = Instant::now();
            return Ok(());
        }
        // Frames of an idle HTTP/2 connection are not requests: they must not keep it open.
        if state.requests.is_empty() && !state.multiplexed && state.waiting == Waiting::Request {
            state.waiting = Waiting::RestOfHeader;
            state.since = Instant::now();
        }
        state.look_at(bytes)
    }

    /// Notes that nothing has arrived; the waiting task is woken when the connection is cut.
    pub(super) fn heard_nothing(&self, waker: &Waker) -> Result<(), PassError> {
        self.state().upgrade.wait(0, waker)
    }

    pub(super) fn wrote(&self, written: Option<usize>, waker: &Waker) -> Result<(), PassError> {
        let mut state = self.state();
        let Some(bytes) = written else {
            state.write_blocked.get_or_insert_with(Instant::now);
            return state.upgrade.wait(1, waker);
        };
        state.written_bytes += bytes as u64;
        state.write_blocked = None;
        if state.upgrade.is_done && bytes > 0 {
            state.since = Instant::now();
        }
        match state.upgrade.is_cut {
            true => Err(PassError::Cut),
            false => Ok(()),
        }
    }

    pub(super) fn is_write_blocked(&self) -> bool {
        self.state().write_blocked.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

/// One request under way.
pub(super) struct Ongoing {
    activity: Activity,
    waits: Arc<Waits>,
    multiplexed: bool,
}

impl Ongoing {
    /// True if it is one of several at a time, as with HTTP/2.
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

/// The interval at which a working connection is checked.
pub(super) const RECHECK: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests;
