//! When a status list is used, fetched and given up: pure, with the time as input.

/// One list and the plan for fetching it. Times are seconds since 1970.
///
/// Whoever is told to fetch holds the only fetch under way and must report its end by
/// [`Plan::fetched`] or [`Plan::failed`].
#[derive(Debug)]
pub(super) struct Plan<L> {
    held: Option<Held<L>>,
    fetching_since: Option<i64>,
    failed_at: Option<i64>,
}

#[derive(Debug)]
struct Held<L> {
    list: L,
    refresh_at: i64,
    stale_at: i64,
    expires_at: i64,
}

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step<L> {
    /// Go on with this list, or without any; fetch beside it where that is said.
    Answer {
        /// The last good list.
        list: Option<L>,
        /// Whether to fetch a newer one, without waiting for it.
        refresh: bool,
        /// Until when this answer stands; none if it must be asked for again.
        until: Option<i64>,
    },
    /// Fetch, wait for it, then ask again.
    Fetch,
    /// Somebody else fetches: wait for that, then ask again.
    Wait,
}

/// How long a list may be kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    /// `exp`.
    pub(super) expires_at: Option<i64>,
    /// `ttl`.
    pub(super) ttl_seconds: Option<i64>,
}

impl<L> Default for Plan<L> {
    fn default() -> Self {
        Self {
            held: None,
            fetching_since: None,
            failed_at: None,
        }
    }
}

impl<L: Clone> Plan<L> {
    /// Says which list tells the status of a token now.
    ///
    /// A list that is older than its `ttl` is not used before somebody tried to fetch another; while
    /// fetches fail, nobody waits for the next one.
    pub(super) fn step(&mut self, now: i64) -> Step<L> {
        let held = self.held.as_ref().filter(|held| now < held.expires_at);
        let answer = |refresh, until| Step::Answer {
            list: held.map(|held| held.list.clone()),
            refresh,
            until,
        };
        if let Some(held) = held.filter(|held| now < held.refresh_at) {
            return answer(false, Some(held.refresh_at.min(held.expires_at)));
        }
        let fresh = held.is_some_and(|held| now < held.stale_at);
        let failing = self.since(self.failed_at, FAILING_SECONDS, now);
        let fetching = self.since(self.fetching_since, FLIGHT_SECONDS, now);
        let paused = self.since(self.failed_at, RETRY_SECONDS, now);
        let step = match (fetching || paused, fresh || failing) {
            (true, true) => return answer(false, None),
            (true, false) => return Step::Wait,
            (false, true) => answer(true, None),
            (false, false) => Step::Fetch,
        };
        self.fetching_since = Some(now);
        step
    }

    /// Takes a list that was fetched. `ttl` is honoured between 10 seconds and a day, and five minutes
    /// if absent; no list is kept longer than a day.
    pub(super) fn fetched(&mut self, list: L, life: Life, now: i64) {
        let ttl = life.ttl_seconds.unwrap_or(DEFAULT_TTL_SECONDS);
        let ttl = ttl.clamp(MIN_TTL_SECONDS, DAY_SECONDS);
        let day = now.saturating_add(DAY_SECONDS);
        self.held = Some(Held {
            list,
            refresh_at: now.saturating_add(ttl / 4 * 3),
            stale_at: now.saturating_add(ttl),
            expires_at: life.expires_at.map_or(day, |exp| exp.min(day)),
        });
        self.fetching_since = None;
        self.failed_at = None;
    }

    /// Notes that a fetch brought no good list; the last good one stays. Tells whether the one before
    /// had brought one.
    pub(super) fn failed(&mut self, now: i64) -> bool {
        self.fetching_since = None;
        self.failed_at.replace(now).is_none()
    }

    /// The last good list, which may have expired.
    pub(super) fn held(&self) -> Option<&L> {
        self.held.as_ref().map(|held| &held.list)
    }

    /// Puts the same list in its place; none if its key is not trusted any more.
    pub(super) fn replace(&mut self, list: Option<L>) {
        let held = self.held.take().zip(list);
        self.held = held.map(|(held, list)| Held { list, ..held });
    }

    /// A clock that was set back counts as over.
    fn since(&self, start: Option<i64>, length: i64, now: i64) -> bool {
        let elapsed = start.map(|start| now.saturating_sub(start));
        elapsed.is_some_and(|elapsed| (0..length).contains(&elapsed))
    }
}

const MIN_TTL_SECONDS: i64 = 10;
const DEFAULT_TTL_SECONDS: i64 = 5 * 60;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// After a failure: nobody asks.
const RETRY_SECONDS: i64 = 2;
/// After a failure: nobody waits.
const FAILING_SECONDS: i64 = 60;
/// A fetch whose end was never reported does not block the next one for ever.
const FLIGHT_SECONDS: i64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_000_000;

    fn life(ttl_seconds: Option<i64>, lives_seconds: Option<i64>) -> Life {
        Life {
            expires_at: lives_seconds.map(|seconds| START + seconds),
            ttl_seconds,
        }
    }

    fn holding(life: Life) -> Plan<&'static str> {
        let mut plan = Plan::default();
        assert_eq!(plan.step(START), Step::Fetch);
        plan.fetched("first", life, START);
        plan
    }

    fn answer(list: Option<&'static str>, refresh: bool) -> Step<&'static str> {
        Step::Answer {
            list,
            refresh,
            until: None,
        }
    }

    #[test]
    fn the_first_token_fetches_and_the_others_wait() {
        let mut plan = Plan::<&str>::default();
        assert_eq!(plan.step(START), Step::Fetch);
        assert_eq!(plan.step(START), Step::Wait);
        assert_eq!(plan.step(START + FLIGHT_SECONDS), Step::Fetch);
    }

    #[test]
    fn a_list_is_refreshed_ahead_by_one_and_waited_for_when_it_is_old() {
        let mut plan = holding(life(Some(60), Some(900)));
        let fresh = Step::Answer {
            list: Some("first"),
            refresh: false,
            until: Some(START + 45),
        };
        assert_eq!(plan.step(START + 44), fresh);
        assert_eq!(plan.step(START + 45), answer(Some("first"), true));
        assert_eq!(plan.step(START + 46), answer(Some("first"), false));
        plan.fetched("second", life(Some(60), Some(900)), START + 47);
        // nobody asked meanwhile: what is in it now is not known
        assert_eq!(plan.step(START + 107), Step::Fetch);
        assert_eq!(plan.step(START + 107), Step::Wait);
    }

    #[test]
    fn while_fetches_fail_the_last_list_serves_until_it_expires_and_nobody_waits() {
        let mut plan = holding(life(Some(60), Some(900)));
        assert_eq!(plan.step(START + 60), Step::Fetch);
        assert!(plan.failed(START + 65), "the first failure");
        assert_eq!(plan.step(START + 66), answer(Some("first"), false));
        assert_eq!(plan.step(START + 67), answer(Some("first"), true));
        assert_eq!(plan.step(START + 68), answer(Some("first"), false));
        assert!(!plan.failed(START + 72));
        assert_eq!(plan.step(START + 73), answer(Some("first"), false));
        // nobody asked for a while: the issuer may be well again
        assert_eq!(plan.step(START + 72 + FAILING_SECONDS), Step::Fetch);
        plan.failed(START + 899);
        assert_eq!(plan.step(START + 899), answer(Some("first"), false));
        assert_eq!(plan.step(START + 900), answer(None, false));
        assert_eq!(plan.step(START + 901), answer(None, true));
        plan.fetched("second", life(None, None), START + 902);
        assert!(
            plan.failed(START + 903),
            "the first failure after a success"
        );
    }

    #[test]
    fn what_a_list_says_of_its_life_is_honoured_within_bounds() {
        let until = |life| match holding(life).step(START) {
            Step::Answer { until, .. } => until.map(|until| until - START),
            step => panic!("{step:?}"),
        };
        assert_eq!(until(life(Some(60), None)), Some(45));
        assert_eq!(until(life(Some(1), None)), Some(6));
        assert_eq!(until(life(None, None)), Some(225));
        assert_eq!(until(life(Some(i64::MAX), None)), Some(DAY_SECONDS / 4 * 3));
        let mut endless = holding(life(None, Some(i64::MAX / 2)));
        endless.failed(START + DAY_SECONDS - 1);
        assert_eq!(
            endless.step(START + DAY_SECONDS - 1),
            answer(Some("first"), false)
        );
        assert_eq!(endless.step(START + DAY_SECONDS), answer(None, false));
    }

    #[test]
    fn a_list_that_expires_before_it_is_due_is_not_used() {
        let mut plan = holding(life(Some(60), Some(20)));
        let until = Some(START + 20);
        assert!(matches!(plan.step(START + 19), Step::Answer { until: at, .. } if at == until));
        assert_eq!(plan.step(START + 20), Step::Fetch);
    }
}
