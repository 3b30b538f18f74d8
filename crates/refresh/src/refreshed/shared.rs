//! The part of a value that its clones and the fetch under way share.

use std::{
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwapOption;
use tokio::sync::watch;

use crate::plan::{Answer, Flight, Freshness, Plan};

pub(super) struct Shared<T> {
    /// The last answer, which is read without a lock.
    pub(super) recent: ArcSwapOption<RecentValue<T>>,
    pub(super) plan: Mutex<Plan<T, RefreshError>>,
    /// Counts fetches that ended.
    pub(super) finished: watch::Sender<u64>,
    pub(super) jitter: fn() -> u8,
    pub(super) clock: Clock,
}

/// A value that is served without asking the plan.
pub(super) struct RecentValue<T> {
    pub(super) value: T,
    pub(super) from: i64,
    pub(super) until: i64,
}

/// Returns the time in seconds, counted from any fixed moment.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The cause for which there is no value: the error of the fetch. Clones share it.
#[derive(Clone, Debug, thiserror::Error)]
#[error(transparent)]
pub struct RefreshError(Arc<dyn Error + Send + Sync>);

impl RefreshError {
    /// Makes it of the error of a fetch.
    pub fn new(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }
}

/// The outcome of a fetch.
pub type FetchResult<T> = Result<(T, Freshness), RefreshError>;

impl<T: Clone> Shared<T> {
    pub(super) fn plan(&self) -> MutexGuard<'_, Plan<T, RefreshError>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ask(&self, now: i64) -> (Answer<T, RefreshError>, Option<Flight>) {
        let mut plan = self.plan();
        let step = plan.ask(now);
        if let Answer::Serve { value, until } = &step.answer {
            self.recent.store(Some(Arc::new(RecentValue {
                value: value.clone(),
                from: now,
                until: *until,
            })));
        }
        (step.answer, step.fetch)
    }

    pub(super) fn outcome(&self) -> Result<T, RefreshError> {
        let outcome = self.plan().outcome((self.clock)());
        outcome.unwrap_or_else(|| Err(RefreshError::new(FlightError::Expired)))
    }

    fn finish(&self, flight: Flight, fetched: FetchResult<T>) {
        let mut plan = self.plan();
        match fetched {
            Ok((value, freshness)) => plan.fetched(flight, value, freshness),
            Err(cause) => plan.failed(flight, cause, (self.jitter)(), (self.clock)()),
        }
        self.recent.store(None);
        drop(plan);
        self.finished.send_modify(|count| *count += 1);
    }
}

/// A fetch under way, whose end is reported even if its task panics or its runtime stops.
pub(super) struct Landing<T: Clone> {
    pub(super) shared: Arc<Shared<T>>,
    pub(super) flight: Option<Flight>,
}

impl<T: Clone> Landing<T> {
    pub(super) fn land(&mut self, fetched: FetchResult<T>) {
        if let Some(flight) = self.flight.take() {
            self.shared.finish(flight, fetched);
        }
    }
}

impl<T: Clone> Drop for Landing<T> {
    fn drop(&mut self) {
        self.land(Err(RefreshError::new(FlightError::Lost)));
    }
}

/// The causes for which a fetch said nothing itself.
#[derive(Debug, thiserror::Error)]
pub(super) enum FlightError {
    #[error("the fetch was stopped")]
    Lost,
    #[error("the fetch did not end in time")]
    TimedOut,
    #[error("the fetched value has expired")]
    Expired,
}
