//! Tries whether the store can be written, for `/health/ready`.

use std::time::Duration;

use airside_net::chain;
use airside_oauth::time::Time;
use airside_store::{Backend, Unavailable};
use tokio::{sync::Mutex, time::timeout};

use crate::clock::Clock;

/// The last attempt to write. However many ask, there is at most one in half a second.
#[derive(Debug, Default)]
pub struct WriteProbe(Mutex<Option<Attempt>>);

#[derive(Clone, Copy, Debug)]
struct Attempt {
    at: Time,
    succeeded: bool,
}

impl WriteProbe {
    /// Tries a write, unless one was tried within the last half second.
    ///
    /// Returns false if the store fails, or does not answer within 2 s.
    pub async fn can_write(&self, store: &dyn Backend, clock: &dyn Clock) -> bool {
        let mut latest = self.0.lock().await;
        let before = match *latest {
            Some(attempt) if attempt.is_fresh(clock.now()) => return attempt.succeeded,
            Some(attempt) => attempt.succeeded,
            None => true,
        };
        // a cancelled attempt counts too: a client that disconnects cannot cause more of them
        *latest = Some(Attempt {
            at: clock.now(),
            succeeded: before,
        });
        let tried = timeout(PATIENCE, store.try_write()).await;
        let tried = tried.unwrap_or_else(|_| Err(Unavailable::new("no answer within 2 s")));
        log_change(before, &tried);
        let succeeded = tried.is_ok();
        *latest = Some(Attempt {
            at: clock.now(),
            succeeded,
        });
        succeeded
    }
}

impl Attempt {
    /// A clock that was set back makes no attempt last longer.
    fn is_fresh(self, now: Time) -> bool {
        now >= self.at && now.within(FRESH, self.at)
    }
}

fn log_change(before: bool, tried: &Result<(), Unavailable>) {
    match tried {
        Err(cause) if before => {
            tracing::error!(
                error = chain(cause),
                "degraded: the store cannot be written"
            );
        }
        Ok(()) if !before => tracing::info!("the store can be written again"),
        _ => {}
    }
}

const FRESH: Duration = Duration::from_millis(500);

/// Less than most probes of health wait.
const PATIENCE: Duration = Duration::from_secs(2);
