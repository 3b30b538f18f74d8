//! The clock: an input, so that tests own the time.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use airside_policy::Timestamp;

/// Returns the time in seconds since 1970. Injected, so that tests own the time.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

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
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// Returns the time of the system, to the second, for columns such as `deleted_at`.
#[must_use]
pub fn now() -> Timestamp {
    let micros = system()().saturating_mul(1_000_000);
    Timestamp::from_unix_micros(micros).unwrap_or(Timestamp::EPOCH)
}
