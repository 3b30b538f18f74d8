//! The state behind an [`Activity`](super::Activity).

use std::{sync::Arc, task::Waker, time::Duration};

use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

use crate::server::{
    CloseReason, Limits,
    framing::{Framing, MalformedAt},
    pass_error::PassError,
    piece::{PieceBudget, TooManyPieces},
    wait::{Wait, Waits},
};

pub(super) struct State {
    pub(super) requests: Vec<Arc<Waits>>,
    /// Of a request that has ended, for the next one.
    pub(super) spare: Option<Arc<Waits>>,
    pub(super) multiplexed: bool,
    pub(super) waiting: Waiting,
    pub(super) since: Instant,
    pub(super) write_blocked: Option<Instant>,
    pub(super) opened: Instant,
    pub(super) written_bytes: u64,
    /// True if the bytes written may belong to a request that a service saw.
    pub(super) is_answering: bool,
    pub(super) framing: Framing,
    pub(super) pieces: PieceBudget,
    /// HTTP/1: more small pieces have come than the budget allows; nothing more is read.
    pub(super) is_body_refused: bool,
    pub(super) upgrade: Upgrade,
    /// Tells the connection to make room; used once.
    pub(super) leave: Option<oneshot::Sender<()>>,
    pub(super) limits: Limits,
}

/// The state of a connection that speaks another protocol, or may come to.
#[derive(Default)]
pub(super) struct Upgrade {
    pub(super) is_done: bool,
    pub(super) is_cut: bool,
    /// Asks the service to close it.
    pub(super) close: Option<watch::Sender<Option<CloseReason>>>,
    /// The waker of the task that waits for the socket.
    pub(super) wakers: [Option<Waker>; 2],
}

/// The event that a connection without requests waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    Request,
    RestOfHeader,
}

impl State {
    pub(super) fn look_at(&mut self, bytes: &[u8]) -> Result<(), PassError> {
        if let Err(at) = self.framing.read(bytes) {
            return Err(match self.framing.is_other_protocol() {
                true => PassError::OtherProtocol,
                false => PassError::Malformed(at),
            });
        }
        if self.is_flooded() {
            return Err(PassError::Flood);
        }
        let pieces = self.framing.take_pieces();
        if self.is_body_refused {
            self.requests.iter().for_each(|waits| waits.refuse());
            return Err(PassError::Malformed(MalformedAt(0)));
        }
        match self.pieces.spend(&pieces, Instant::now) {
            Ok(()) => Ok(()),
            Err(TooManyPieces) if self.framing.is_http2() => Err(PassError::Flood),
            // the request may begin in these very bytes: with the next ones it is there to be refused
            Err(TooManyPieces) => {
                self.is_body_refused = true;
                Ok(())
            }
        }
    }

    pub(super) fn idle_since(&self) -> Option<Instant> {
        (self.requests.is_empty() && self.write_blocked.is_none()).then_some(self.since)
    }

    /// Returns since when no request goes on because the peer takes no bytes, or because each waits
    /// for it; `None` until that has lasted.
    pub(super) fn held_since(&self) -> Option<Instant> {
        let waits = self.requests.iter().filter_map(|waits| waits.since());
        let all_wait = waits.max().filter(|_| self.all_wait());
        let since = self.write_blocked.or(all_wait);
        since.filter(|since| since.elapsed() >= HELD)
    }

    /// Returns since when the peer has not read any of some answer, while each request waits for it.
    ///
    /// The oldest counts: the others could keep the connection for ever.
    pub(super) fn stalled_since(&self) -> Option<Instant> {
        let answers = self.requests.iter().map(|waits| &waits.for_answer);
        let oldest = answers.filter_map(Wait::since).min();
        oldest.filter(|_| self.all_wait())
    }

    /// Returns true if each request waits for the peer.
    pub(super) fn all_wait(&self) -> bool {
        self.requests.iter().all(|waits| waits.since().is_some())
    }

    /// Returns true if far more frames require an answer than an honest peer sends.
    ///
    /// An honest peer sends one a second, and one for each piece of an answer (some measure the round
    /// trip with it). The answer to the frame itself is shorter than a piece that would justify it.
    pub(super) fn is_flooded(&self) -> bool {
        let explained = WANTING_FRAMES + self.written_bytes / BYTES_EACH;
        let wanting = self.framing.wanting();
        wanting > explained && wanting - explained > self.opened.elapsed().as_secs()
    }
}

impl Upgrade {
    pub(super) fn wait(&mut self, side: usize, waker: &Waker) -> Result<(), PassError> {
        if self.is_cut {
            return Err(PassError::Cut);
        }
        if self.is_done
            && let Some(waiting) = self.wakers.get_mut(side)
        {
            *waiting = Some(waker.clone());
        }
        Ok(())
    }
}

/// The time that the peer may let all requests wait before the connection makes room for others.
const HELD: Duration = Duration::from_secs(3);

/// PING and SETTINGS frames that need no reason.
const WANTING_FRAMES: u64 = 300;

/// The least number of bytes written for a justified frame: the answer to a PING, which is 17 bytes,
/// and a piece of an answer to a request, which is 10.
const BYTES_EACH: u64 = 24;
