//! The value that callers share, and its fetches.

mod shared;

pub use shared::{Clock, FetchResult, RefreshError};

use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use tokio::{sync::watch, time::timeout};

use self::shared::{FlightError, Landing, Shared};
use crate::plan::{Answer, CachedValue, Flight, Freshness, Newer, Plan, RefreshPolicy};

/// A value that is fetched when it is needed. Clones share everything.
///
/// Each method that may fetch takes the fetch as an argument and calls it only if one is due. It runs in
/// a task of its own, so that a caller that hangs up does not end it for the others.
#[derive(Clone)]
pub struct Refreshed<T> {
    shared: Arc<Shared<T>>,
}

impl<T: Clone + Send + Sync + 'static> Refreshed<T> {
    /// Makes a value that is fetched at its first use.
    #[must_use]
    pub fn new(policy: RefreshPolicy, clock: Clock) -> Self {
        Self {
            shared: Arc::new(Shared {
                recent: ArcSwapOption::empty(),
                plan: Mutex::new(Plan::new(policy)),
                finished: watch::Sender::new(0),
                jitter: policy.jitter,
                clock,
            }),
        }
    }

    /// Returns the value; waits only if there is none that may be served meanwhile.
    ///
    /// # Errors
    ///
    /// The cause of the failed fetch if there is no value that may be served.
    pub async fn get<F>(&self, fetch: impl FnOnce() -> F) -> Result<T, RefreshError>
    where
        F: Future<Output = FetchResult<T>> + Send + 'static,
    {
        let now = (self.shared.clock)();
        if let Some(recent) = self.shared.recent.load().as_ref()
            && (recent.from..recent.until).contains(&now)
        {
            return Ok(recent.value.clone());
        }
        let mut finished = self.finished();
        let (answer, flight) = self.shared.ask(now);
        if let Some(flight) = flight {
            self.spawn(flight, fetch());
        }
        match answer {
            Answer::Serve { value, .. } => Ok(value),
            Answer::Fail(cause) => Err(cause),
            Answer::Wait => {
                // fails only if the sender is gone, and `self` holds it
                let _ = finished.changed().await;
                self.shared.outcome()
            }
        }
    }

    /// Waits for a fetch that may bring something that the value lacks; returns false if there was one
    /// only a moment ago.
    pub async fn fetch_newer<F>(&self, fetch: impl FnOnce() -> F) -> bool
    where
        F: Future<Output = FetchResult<T>> + Send + 'static,
    {
        let mut finished = self.finished();
        let newer = self.shared.plan().ask_newer((self.shared.clock)());
        match newer {
            Newer::Fetch(flight) => self.spawn(flight, fetch()),
            Newer::Wait => {}
            Newer::CoolingDown => return false,
        }
        finished.changed().await.is_ok()
    }

    /// Fetches a value that is known to have changed just now, and waits for it.
    ///
    /// # Errors
    ///
    /// The cause of the failed fetch.
    pub async fn fetch_now<F>(&self, fetch: impl FnOnce() -> F) -> Result<(), RefreshError>
    where
        F: Future<Output = FetchResult<T>> + Send + 'static,
    {
        let mut finished = self.finished();
        let flight = loop {
            let flight = self.shared.plan().demand();
            if let Some(flight) = flight {
                break flight;
            }
            // a fetch that may have begun before the change
            let _ = finished.changed().await;
        };
        finished.mark_unchanged();
        self.spawn(flight, fetch());
        let _ = finished.changed().await;
        self.failure().map_or(Ok(()), Err)
    }

    /// Takes a value that was fetched before the process began.
    pub fn restore(&self, value: T, freshness: Freshness) {
        let mut plan = self.shared.plan();
        plan.restore(value, freshness);
        self.shared.recent.store(None);
    }

    /// Puts what `change` makes of the value in its place; with `None` there is no value. It is served
    /// for as long as the value would have been.
    pub fn replace(&self, change: impl FnOnce(&T) -> Option<T>) {
        let mut plan = self.shared.plan();
        plan.replace(change);
        self.shared.recent.store(None);
    }

    /// Returns the value that may be served now; fetches none.
    #[must_use]
    pub fn cached(&self) -> Option<CachedValue<T>> {
        self.shared.plan().cached((self.shared.clock)()).cloned()
    }

    /// Returns the cause for which the last fetch brought no value; `None` if it brought one.
    #[must_use]
    pub fn failure(&self) -> Option<RefreshError> {
        self.shared.plan().failure().cloned()
    }

    /// Follows the number of fetches that ended.
    #[must_use]
    pub fn finished(&self) -> watch::Receiver<u64> {
        self.shared.finished.subscribe()
    }

    fn spawn<F>(&self, flight: Flight, fetch: F)
    where
        F: Future<Output = FetchResult<T>> + Send + 'static,
    {
        let mut landing = Landing {
            shared: Arc::clone(&self.shared),
            flight: Some(flight),
        };
        tokio::spawn(async move {
            let fetched = timeout(MAX_FLIGHT, fetch).await;
            landing.land(fetched.unwrap_or_else(|_| Err(RefreshError::new(FlightError::TimedOut))));
        });
    }
}

impl<T> fmt::Debug for Refreshed<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Refreshed").finish_non_exhaustive()
    }
}

/// A fetch that hangs does not block the next one for ever.
const MAX_FLIGHT: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;
