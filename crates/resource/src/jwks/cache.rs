//! When keys are used, fetched and given up: pure, with the time as input.

use std::time::Duration;

/// The keys of one issuer and the plan for fetching them. Times are seconds since 1970.
///
/// Whoever gets [`Step::UseAndRefresh`] or [`Step::Refresh`] holds the only fetch under way and must
/// report its end by [`Cache::fetched`] or [`Cache::failed`].
#[derive(Debug)]
pub struct Cache<K> {
    held: Option<Held<K>>,
    fetching_since: Option<i64>,
    failed_at: Option<i64>,
    unknown_kid_at: Option<i64>,
}

#[derive(Debug)]
struct Held<K> {
    keys: K,
    fetched_at: i64,
    fresh_seconds: i64,
}

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<K> {
    /// Use these keys; nothing else is due before `until`.
    Use {
        /// The keys.
        keys: K,
        /// When to ask again, in seconds since 1970.
        until: i64,
    },
    /// Use these keys and fetch new ones beside it.
    UseAndRefresh(K),
    /// Fetch, then ask again.
    Refresh,
    /// Somebody else fetches: wait for that, then ask again.
    Wait,
    /// There are no keys, or none that could help.
    Refuse,
}

impl<K> Default for Cache<K> {
    fn default() -> Self {
        Self {
            held: None,
            fetching_since: None,
            failed_at: None,
            unknown_kid_at: None,
        }
    }
}

impl<K: Clone> Cache<K> {
    /// Says which keys verify a token now.
    pub fn current(&mut self, now: i64) -> Step<K> {
        let Some(held) = self.held.as_ref().filter(|held| held.usable(now)) else {
            return self.fetch_unless_failed(EMPTY_RETRY_SECONDS, now);
        };
        let keys = held.keys.clone();
        let due = held.refresh_at();
        if now < due {
            return Step::Use { keys, until: due };
        }
        if let Some(since) = self.fetching_since.filter(|_| self.is_fetching(now)) {
            let until = since.saturating_add(FLIGHT_SECONDS);
            return Step::Use { keys, until };
        }
        if let Some(failed) = self.failed_at.filter(|at| within(*at, RETRY_SECONDS, now)) {
            let until = failed.saturating_add(RETRY_SECONDS);
            return Step::Use { keys, until };
        }
        self.fetching_since = Some(now);
        Step::UseAndRefresh(keys)
    }

    /// Tells whether the last fetch brought no good keys.
    pub fn has_failed(&self) -> bool {
        self.failed_at.is_some()
    }

    /// Says whether to fetch because the issuer says that its keys are others now: always, unless
    /// somebody does.
    pub fn told(&mut self, now: i64) -> Step<K> {
        if self.is_fetching(now) {
            return Step::Wait;
        }
        self.fetching_since = Some(now);
        Step::Refresh
    }

    /// Says whether a fetch may bring a key that is not held.
    ///
    /// Unknown keys cause one fetch in 30 seconds for everyone together, successful or not.
    pub fn unknown_kid(&mut self, now: i64) -> Step<K> {
        if self.is_fetching(now) {
            return Step::Wait;
        }
        if self
            .unknown_kid_at
            .is_some_and(|at| within(at, UNKNOWN_KID_SECONDS, now))
        {
            return Step::Refuse;
        }
        self.unknown_kid_at = Some(now);
        self.fetching_since = Some(now);
        Step::Refresh
    }

    /// Takes the keys of a finished fetch; they replace the old ones.
    ///
    /// `max_age` is honoured between 60 seconds and 24 hours, and 5 minutes if absent.
    pub fn fetched(&mut self, keys: K, max_age: Option<Duration>, now: i64) {
        let seconds = max_age.map_or(DEFAULT_FRESH_SECONDS, |age| {
            i64::try_from(age.as_secs()).unwrap_or(i64::MAX)
        });
        self.held = Some(Held {
            keys,
            fetched_at: now,
            fresh_seconds: seconds.clamp(MIN_FRESH_SECONDS, MAX_FRESH_SECONDS),
        });
        self.fetching_since = None;
        self.failed_at = None;
    }

    /// Takes keys that were fetched before the process began; they are used until newer ones come.
    pub fn restored(&mut self, keys: K, fetched_at: i64) {
        self.held = Some(Held {
            keys,
            fetched_at,
            fresh_seconds: 0,
        });
    }

    /// Returns when the keys that verify a token now were fetched; `None` if there are none.
    pub fn fetched_at(&self, now: i64) -> Option<i64> {
        let held = self.held.as_ref().filter(|held| held.usable(now));
        held.map(|held| held.fetched_at)
    }

    /// Notes that a fetch brought no good keys; the last good ones stay.
    pub fn failed(&mut self, now: i64) {
        self.fetching_since = None;
        self.failed_at = Some(now);
    }

    fn fetch_unless_failed(&mut self, pause_seconds: i64, now: i64) -> Step<K> {
        if self.is_fetching(now) {
            return Step::Wait;
        }
        if self
            .failed_at
            .is_some_and(|at| within(at, pause_seconds, now))
        {
            return Step::Refuse;
        }
        self.fetching_since = Some(now);
        Step::Refresh
    }

    /// A fetch whose end was never reported does not block the next one for ever.
    fn is_fetching(&self, now: i64) -> bool {
        self.fetching_since
            .is_some_and(|since| within(since, FLIGHT_SECONDS, now))
    }
}

impl<K> Held<K> {
    fn refresh_at(&self) -> i64 {
        self.fetched_at.saturating_add(self.fresh_seconds / 4 * 3)
    }

    fn usable(&self, now: i64) -> bool {
        let end = self.fetched_at.saturating_add(self.fresh_seconds);
        now <= end.saturating_add(STALE_SECONDS)
    }
}

/// Tells whether `start` is less than `length` ago; a clock that was set back counts as over.
fn within(start: i64, length: i64, now: i64) -> bool {
    let elapsed = now.saturating_sub(start);
    (0..length).contains(&elapsed)
}

const MIN_FRESH_SECONDS: i64 = 60;
const DEFAULT_FRESH_SECONDS: i64 = 5 * 60;
const MAX_FRESH_SECONDS: i64 = 24 * 60 * 60;
/// How long keys outlive their freshness while the issuer is down.
const STALE_SECONDS: i64 = 24 * 60 * 60;
const UNKNOWN_KID_SECONDS: i64 = 30;
const RETRY_SECONDS: i64 = 30;
/// Without any keys nothing can be verified: try again soon.
const EMPTY_RETRY_SECONDS: i64 = 1;
const FLIGHT_SECONDS: i64 = 30;

#[cfg(test)]
mod tests;
