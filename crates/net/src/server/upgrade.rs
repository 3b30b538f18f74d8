//! Connections that speak another protocol after an upgrade, until their socket closes.

use tokio::{
    sync::oneshot,
    time::{Duration, Instant, sleep_until},
};

use super::{
    CloseReason,
    activity::{Activity, RECHECK},
    address_slot::AddressSlot,
    close_signal::LEAVING_TIME,
    open::Registration,
};
use crate::Drain;

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
