//! The lifetimes that this process issues with are on record before it issues: in the store, where
//! every node finds how long any token can live.
//!
//! The record holds for a day ahead and is renewed half a day before its end, so that tokens are issued
//! without the store for that long.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use airside_oauth::{profile::Lifetimes, state::lifetime::RecordedLifetime, time::Time};
use airside_store::{Backend, Unavailable};

/// Until when the lifetimes of this process are on record.
#[derive(Debug)]
pub struct LifetimeRecord {
    until: AtomicI64,
}

impl Default for LifetimeRecord {
    fn default() -> Self {
        Self {
            until: AtomicI64::new(i64::MIN),
        }
    }
}

impl LifetimeRecord {
    /// Records the lifetimes, if their record ends within half a day.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed.
    pub async fn renew(
        &self,
        store: &dyn Backend,
        lifetimes: &Lifetimes,
        now: Time,
    ) -> Result<(), Unavailable> {
        if self.until() >= now.plus(AHEAD / 2) {
            return Ok(());
        }
        let until = now.plus(AHEAD);
        let records = Vec::from(RecordedLifetime::all(lifetimes, until));
        store.record_lifetimes(records, now).await?;
        self.until.fetch_max(until.as_millis(), Ordering::Relaxed);
        Ok(())
    }

    /// Returns the end of the record.
    pub(crate) fn until(&self) -> Time {
        Time::from_millis(self.until.load(Ordering::Relaxed))
    }
}

const AHEAD: Duration = Duration::from_secs(24 * 60 * 60);
