//! The clock: an input, so that tests own the time.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use airside_jose::UnixSeconds;
use airside_policy::Timestamp;

/// Returns the time. Injected, so that tests own it.
pub type Clock = Arc<dyn Fn() -> UnixSeconds + Send + Sync>;

/// Returns the system's clock.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where this crate reads the clock"
)]
pub fn system() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_secs()).map_or(UnixSeconds::MAX, UnixSeconds::new)
    })
}

/// Returns the clock as [`Refreshed`](airside_refresh::Refreshed) takes one.
pub(crate) fn for_refreshed(clock: &Clock) -> airside_refresh::refreshed::Clock {
    let clock = Arc::clone(clock);
    Arc::new(move || clock().as_i64())
}

/// Returns the time of the system, to the second, for columns such as `deleted_at`.
#[must_use]
pub fn now() -> Timestamp {
    let micros = system()().as_i64().saturating_mul(1_000_000);
    Timestamp::from_unix_micros(micros).unwrap_or(Timestamp::EPOCH)
}
