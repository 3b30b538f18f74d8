//! The graceful stop.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

/// Stops servers gracefully: no new connections, idle ones close, requests under way finish.
///
/// Clones share one state, so one handle stops every server it was given to.
#[derive(Clone, Debug)]
pub struct Drain {
    started: Arc<watch::Sender<bool>>,
    grace: Duration,
}

impl Drain {
    /// Makes a handle whose requests under way get 10 seconds to finish.
    #[must_use]
    pub fn new() -> Self {
        Self::with_grace(GRACE)
    }

    /// Makes a handle whose requests under way get `grace` to finish.
    #[must_use]
    pub fn with_grace(grace: Duration) -> Self {
        Self {
            started: Arc::new(watch::Sender::new(false)),
            grace,
        }
    }

    /// Starts the stop. Calling it again changes nothing.
    pub fn start(&self) {
        self.started.send_replace(true);
    }

    /// Returns true if the stop has started; readiness answers 503 from then on.
    #[must_use]
    pub fn is_started(&self) -> bool {
        *self.started.borrow()
    }

    /// Waits until the stop starts.
    pub async fn started(&self) {
        let mut receiver = self.started.subscribe();
        // The sender lives as long as `self`: the wait cannot fail.
        let _ = receiver.wait_for(|started| *started).await;
    }

    /// Returns how long requests under way get to finish.
    #[must_use]
    pub fn grace(&self) -> Duration {
        self.grace
    }
}

impl Default for Drain {
    fn default() -> Self {
        Self::new()
    }
}

const GRACE: Duration = Duration::from_secs(10);
