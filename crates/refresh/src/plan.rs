//! When a value is served, waited for, fetched and given up: pure, with time and jitter as inputs.
//!
//! Times are whole seconds on the clock of the caller: only their differences count, so the plan knows no
//! epoch and needs no type of its own for them.

mod policy;

pub use policy::{Freshness, RefreshPolicy};

/// A value and the plan for fetching it.
#[derive(Debug)]
pub struct Plan<T, E> {
    policy: RefreshPolicy,
    cached: Option<CachedValue<T>>,
    in_flight: bool,
    failure: Option<Failure<E>>,
    newer_asked_at: Option<i64>,
}

/// A value that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedValue<T> {
    /// The value.
    pub value: T,
    /// The time for which it may be served.
    pub freshness: Freshness,
}

/// The failed fetches since the last good one.
#[derive(Debug)]
struct Failure<E> {
    cause: E,
    at: i64,
    in_a_row: u32,
    pause_seconds: i64,
}

/// The permission to fetch, of which there is one at a time. It must come back by [`Plan::fetched`] or
/// [`Plan::failed`].
#[derive(Debug, PartialEq, Eq)]
#[must_use = "no other fetch begins before this one's end is reported"]
pub struct Flight(());

/// The next step for a caller that needs the value.
#[derive(Debug, PartialEq, Eq)]
pub struct Step<T, E> {
    /// The answer to the caller.
    pub answer: Answer<T, E>,
    /// The fetch to begin now.
    pub fetch: Option<Flight>,
}

/// The answer to a caller that needs the value.
#[derive(Debug, PartialEq, Eq)]
// Exhaustive: callers must handle each.
pub enum Answer<T, E> {
    /// This value.
    Serve {
        /// The value.
        value: T,
        /// Until then, unless a fetch ends, the answer is the same and no fetch is due.
        until: i64,
    },
    /// The outcome of the fetch under way: see [`Plan::outcome`].
    Wait,
    /// The cause of the last failed fetch.
    Fail(E),
}

/// The next step for a caller that lacks something in the value.
#[derive(Debug, PartialEq, Eq)]
// Exhaustive: callers must handle each.
pub enum Newer {
    /// Fetch, and wait for the end.
    Fetch(Flight),
    /// Wait for the end of the fetch under way.
    Wait,
    /// Do without: another caller had a fetch made a moment ago.
    CoolingDown,
}

impl<T: Clone, E: Clone> Plan<T, E> {
    /// Makes a plan for a value that is not there yet.
    pub const fn new(policy: RefreshPolicy) -> Self {
        Self {
            policy,
            cached: None,
            in_flight: false,
            failure: None,
            newer_asked_at: None,
        }
    }

    /// Decides for a caller that needs the value.
    pub fn ask(&mut self, now: i64) -> Step<T, E> {
        let cached = self.cached(now);
        if let Some(cached) = cached.filter(|cached| now < cached.freshness.refresh_at) {
            return Step {
                answer: serve(cached, cached.freshness.refresh_at),
                fetch: None,
            };
        }
        let no_wait = self.failure.as_ref().filter(|failure| {
            let seconds = self.policy.no_wait_seconds.max(failure.pause_seconds);
            is_within(failure.at, seconds, now)
        });
        let paused_until = self.paused_until(now).filter(|_| !self.in_flight);
        let answer = match (cached, no_wait) {
            (Some(cached), _) if now < cached.freshness.wait_at => {
                let due = cached.freshness.wait_at;
                serve(cached, paused_until.map_or(due, |until| until.min(due)))
            }
            // the next caller asks again: neither the pause nor the time without waiting lasts
            (Some(cached), Some(_)) => serve(cached, now),
            (None, Some(failure)) => Answer::Fail(failure.cause.clone()),
            (_, None) => Answer::Wait,
        };
        let may_fetch = !self.in_flight && paused_until.is_none();
        let fetch = may_fetch.then(|| self.take_off());
        Step { answer, fetch }
    }

    /// Decides for a caller that lacks something in the value, such as a key that a token names.
    pub fn ask_newer(&mut self, now: i64) -> Newer {
        if self.in_flight {
            return Newer::Wait;
        }
        let asked_at = self.newer_asked_at;
        if asked_at.is_some_and(|at| is_within(at, self.policy.cooldown_seconds, now)) {
            return Newer::CoolingDown;
        }
        self.newer_asked_at = Some(now);
        Newer::Fetch(self.take_off())
    }

    /// Permits a fetch because the value is known to have changed; `None` while one is under way, which
    /// may have begun before the change.
    pub fn demand(&mut self) -> Option<Flight> {
        (!self.in_flight).then(|| self.take_off())
    }

    /// Returns what a caller that waited for the end of a fetch gets: the newest value, else the cause of
    /// the failure; `None` if the value may not be served at all.
    pub fn outcome(&self, now: i64) -> Option<Result<T, E>> {
        let value = self.cached(now).map(|cached| Ok(cached.value.clone()));
        value.or_else(|| self.failure().cloned().map(Err))
    }

    /// Takes a value that was fetched, in place of the older one.
    pub fn fetched(&mut self, flight: Flight, value: T, freshness: Freshness) {
        let Flight(()) = flight;
        self.in_flight = false;
        self.failure = None;
        self.restore(value, freshness);
    }

    /// Takes the cause for which a fetch brought no value; the older one stays. `jitter` shortens the
    /// pause by so many 1024ths.
    pub fn failed(&mut self, flight: Flight, cause: E, jitter: u8, now: i64) {
        let Flight(()) = flight;
        self.in_flight = false;
        let before = self.failure.as_ref().map_or(0, |failure| failure.in_a_row);
        let max = match self.cached(now) {
            Some(_) => self.policy.max_retry_seconds,
            None => self.policy.max_retry_seconds_without_value,
        };
        let pause = self.pause_seconds(before, max);
        let shorter = pause.saturating_mul(i64::from(jitter)) / 1024;
        self.failure = Some(Failure {
            cause,
            at: now,
            in_a_row: before.saturating_add(1),
            pause_seconds: pause.saturating_sub(shorter).max(1),
        });
    }

    /// Takes a value that was fetched before the process began.
    pub fn restore(&mut self, value: T, freshness: Freshness) {
        self.cached = Some(CachedValue { value, freshness });
    }

    /// Puts what `change` makes of the cached value in its place, for as long as it would have been
    /// served; with `None` there is no value.
    pub fn replace(&mut self, change: impl FnOnce(&T) -> Option<T>) {
        let cached = self.cached.take();
        self.cached = cached.and_then(|CachedValue { value, freshness }| {
            let value = change(&value)?;
            Some(CachedValue { value, freshness })
        });
    }

    /// Returns the value that may be served now.
    pub fn cached(&self, now: i64) -> Option<&CachedValue<T>> {
        let cached = self.cached.as_ref();
        cached.filter(|cached| now < cached.freshness.expires_at)
    }

    /// Returns the cause for which the last fetch brought no value.
    pub fn failure(&self) -> Option<&E> {
        self.failure.as_ref().map(|failure| &failure.cause)
    }

    /// Returns the pause after one more failure than `before`, without jitter.
    fn pause_seconds(&self, before: u32, max: i64) -> i64 {
        let doubled = 1_i64.checked_shl(before).filter(|factor| *factor > 0);
        let first = self.policy.first_retry_seconds;
        first.saturating_mul(doubled.unwrap_or(i64::MAX)).min(max)
    }

    fn paused_until(&self, now: i64) -> Option<i64> {
        let failure = self.failure.as_ref()?;
        let is_paused = is_within(failure.at, failure.pause_seconds, now);
        is_paused.then(|| failure.at.saturating_add(failure.pause_seconds))
    }

    // INVARIANT: this is the only place that makes a `Flight`, and nothing else sets `in_flight`
    const fn take_off(&mut self) -> Flight {
        self.in_flight = true;
        Flight(())
    }
}

fn serve<T: Clone, E>(cached: &CachedValue<T>, until: i64) -> Answer<T, E> {
    Answer::Serve {
        value: cached.value.clone(),
        until: until.min(cached.freshness.expires_at),
    }
}

/// Returns true if `start` is less than `seconds` ago. A clock that was set back counts as over.
fn is_within(start: i64, seconds: i64, now: i64) -> bool {
    (0..seconds).contains(&now.saturating_sub(start))
}

#[cfg(test)]
mod tests;
