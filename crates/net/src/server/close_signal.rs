//! Asks the service of an upgraded connection to close it.

use std::time::Duration;

use tokio::sync::watch;

/// The reason why an upgraded connection is asked to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The server stops. What is still open at the end of [`Drain::grace`](crate::Drain::grace) is cut.
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

/// The time that a connection may take to say that it closes to make room: enough for a peer that is near to hear it.
pub(super) const LEAVING_TIME: Duration = Duration::from_millis(2);
