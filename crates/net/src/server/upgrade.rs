//! Connections that speak another protocol after an upgrade, until their socket closes.

use tokio::{
    sync::{oneshot, watch},
    time::{Duration, Instant, sleep_until},
};

use super::{
    activity::Activity,
    address_slot::AddressSlot,
    connection::{LEAVING_TIME, RECHECK},
    open::Registration,
};
use crate::Drain;

/// The reason why an upgraded connection is asked to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The server stops. What is still open at the end of [`Drain::grace`] is cut.
    Drain,
    /// Others need the room: the connection is cut 10 ms later.
    MakeRoom,
}

/// Tells the service of an upgraded connection when to close it.
///
/// It is in the extensions of each HTTP/1.1 request with an `Upgrade` header. A service that ignores
/// it has its connection cut instead.
#[derive(Clone, Debug)]
pub struct CloseSignal(watch::Receiver<Option<CloseReason>>);

impl CloseSignal {
    pub(super) const fn new(receiver: watch::Receiver<Option<CloseReason>>) -> Self {
        Self(receiver)
    }

    /// Waits until the connection is asked to close.
    pub async fn requested(&mut self) -> CloseReason {
        let asked = self.0.wait_for(Option::is_some).await;
        // the sender lives as long as the connection: without it there is nothing left to close
        asked
            .map_or(None, |reason| *reason)
            .unwrap_or(CloseReason::MakeRoom)
    }
}

/// All that a connection takes from others, given back when its socket is closed.
///
/// INVARIANT: it belongs to the socket, also after an upgrade: a connection counts until it ends.
pub(super) struct ConnectionSlot {
    pub(super) _registration: Registration,
    pub(super) _permit: Option<tokio::sync::OwnedSemaphorePermit>,
    pub(super) _address_slots: [AddressSlot; 2],
    /// Tells the watcher of the connection.
    pub(super) _ended: oneshot::Sender<()>,
}

/// The watcher of an upgraded connection, which is cut when this is dropped.
pub(super) struct UpgradedConnection {
    pub(super) activity: Activity,
    pub(super) drain: Drain,
    /// Resolves when the socket is closed.
    pub(super) ended: oneshot::Receiver<()>,
    pub(super) leave: oneshot::Receiver<()>,
}

impl UpgradedConnection {
    /// Waits for the end of the connection, which may have been asked for already.
    pub(super) async fn run(mut self, asked: Option<CloseReason>) {
        let mut until = asked.map(|reason| self.ask(reason));
        loop {
            let deadline = until.or_else(|| self.activity.deadline());
            let look = deadline.unwrap_or_else(|| Instant::now() + RECHECK);
            tokio::select! {
                biased;
                _ = &mut self.ended => return,
                () = self.drain.started(), if until.is_none() => {
                    until = Some(self.ask(CloseReason::Drain));
                }
                _ = &mut self.leave, if until.is_none() => {
                    until = Some(self.ask(CloseReason::MakeRoom));
                }
                () = sleep_until(look) => {
                    let deadline = until.or_else(|| self.activity.deadline());
                    if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                        return;
                    }
                }
            }
        }
    }

    /// Asks the service to close the connection; until when it may.
    fn ask(&self, reason: CloseReason) -> Instant {
        self.activity.ask_to_close(reason);
        let time = match reason {
            CloseReason::Drain => self.drain.grace(),
            CloseReason::MakeRoom => ROOM_TIME,
        };
        Instant::now() + time
    }
}

impl Drop for UpgradedConnection {
    fn drop(&mut self) {
        self.activity.cut();
    }
}

/// Enough for a frame that says goodbye, and shorter than the wait of those who need the room: they
/// would ask another one to leave.
const ROOM_TIME: Duration = LEAVING_TIME.saturating_mul(5);
