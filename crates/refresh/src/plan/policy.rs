//! The pauses between fetches, and the times at which a value ages.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// The pauses between the fetches of one value.
#[derive(Clone, Copy, Debug)]
pub struct RefreshPolicy {
    /// The pause after the first failed fetch. It doubles with each further failure in a row.
    pub first_retry_seconds: i64,
    /// The longest pause while an older value is served.
    pub max_retry_seconds: i64,
    /// The longest pause while there is no value to serve.
    pub max_retry_seconds_without_value: i64,
    /// For so long after a failed fetch, or until the pause is over if that is later, no caller waits
    /// for the next fetch: the older value is served, or the cause of the failure is returned.
    pub no_wait_seconds: i64,
    /// Callers that lack something in the value, such as a key, cause one fetch in this time together.
    pub cooldown_seconds: i64,
    /// Returns how much shorter a pause is made, in 1024ths of it, so that many processes do not ask
    /// at the same moment after an outage.
    pub jitter: fn() -> u8,
}

impl RefreshPolicy {
    /// Pauses of 2 seconds, or up to 30 while an older value is served; a cooldown of 30 seconds.
    pub const DEFAULT: Self = Self {
        first_retry_seconds: 2,
        max_retry_seconds: 30,
        max_retry_seconds_without_value: 2,
        no_wait_seconds: 0,
        cooldown_seconds: 30,
        jitter: random_jitter,
    };
}

/// The time for which a value may be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// When the value was fetched.
    pub fetched_at: i64,
    /// From then on the next use starts a fetch in the background.
    pub refresh_at: i64,
    /// From then on callers wait for a fetch before they use the value, unless fetches fail.
    pub wait_at: i64,
    /// From then on the value is not served.
    pub expires_at: i64,
}

impl Freshness {
    /// Describes a value that is fresh for `fresh_seconds`: refreshed after three quarters of them, and
    /// neither served without waiting nor served at all after them.
    #[must_use]
    pub const fn new(fetched_at: i64, fresh_seconds: i64) -> Self {
        let end = fetched_at.saturating_add(fresh_seconds);
        Self {
            fetched_at,
            refresh_at: fetched_at.saturating_add(fresh_seconds / 4 * 3),
            wait_at: end,
            expires_at: end,
        }
    }

    /// Serves the value for `stale_seconds` more while fetches fail.
    #[must_use]
    pub const fn stale_for(self, stale_seconds: i64) -> Self {
        let expires_at = self.expires_at.saturating_add(stale_seconds);
        Self { expires_at, ..self }
    }

    /// Serves the value until it expires without making a caller wait for a newer one.
    #[must_use]
    pub const fn without_waiting(self) -> Self {
        Self {
            wait_at: self.expires_at,
            ..self
        }
    }
}

fn random_jitter() -> u8 {
    let [jitter, ..] = RandomState::new().build_hasher().finish().to_ne_bytes();
    jitter
}
