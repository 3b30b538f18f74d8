//! The budget of a connection for the small pieces of its requests' bodies.
//!
//! A chunk or a DATA frame takes about 2 µs, however little is in it, so that a peer who sends single
//! bytes occupies a core with a few megabytes a second. A piece may be as small as its sender likes,
//! but not at any rate: what it lacks of 64 bytes is counted.

use std::{mem, time::Duration};

use tokio::time::Instant;

/// The pieces of bodies that have arrived, and the requests that they belong to.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// The bytes that the small pieces lack of [`FULL_BYTES`], added up.
    short_bytes: u64,
    requests: u64,
}

impl Pieces {
    pub(super) fn begin_request(&mut self) {
        self.requests += 1;
    }

    pub(super) fn add(&mut self, size_bytes: u64) {
        self.short_bytes += FULL_BYTES.saturating_sub(size_bytes);
    }

    pub(super) fn take(&mut self) -> Self {
        mem::take(self)
    }
}

/// The budget of one connection: 1 000 empty pieces, filled up again within a second.
///
/// Each request brings what its first 8 pieces may take: a request takes more than they.
#[derive(Debug)]
pub(super) struct PieceBudget {
    spent: u64,
    since: Instant,
}

/// A peer has sent more small pieces than its budget allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooManyPieces;

impl PieceBudget {
    pub(super) const fn new(since: Instant) -> Self {
        Self { spent: 0, since }
    }

    /// Takes what these pieces lack; the time is asked for only when the budget seems used up.
    pub(super) fn spend(
        &mut self,
        pieces: &Pieces,
        now: impl FnOnce() -> Instant,
    ) -> Result<(), TooManyPieces> {
        let spent = self.spent.saturating_add(pieces.short_bytes);
        self.spent = spent.saturating_sub(pieces.requests.saturating_mul(REQUEST));
        if self.spent <= MAX_SPENT {
            return Ok(());
        }
        let now = now();
        let passed = now.saturating_duration_since(self.since);
        self.since = now;
        self.spent = self.spent.saturating_sub(refilled(passed).min(MAX_SPENT));
        match self.spent <= MAX_SPENT {
            true => Ok(()),
            false => Err(TooManyPieces),
        }
    }
}

fn refilled(passed: Duration) -> u64 {
    let millis = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
    millis.saturating_mul(REFILL_PER_SECOND) / 1_000
}

/// A piece of this size costs nothing of the limit.
const FULL_BYTES: u64 = 64;
const MAX_SPENT: u64 = 1_000 * FULL_BYTES;
const REFILL_PER_SECOND: u64 = 1_000 * FULL_BYTES;
const REQUEST: u64 = 8 * FULL_BYTES;

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends the pieces at a pace; how many are taken.
    fn taken(sizes: impl Iterator<Item = u64>, every: Duration) -> usize {
        let mut now = Instant::now();
        let mut budget = PieceBudget::new(now);
        sizes
            .take_while(|size| {
                now += every;
                let mut pieces = Pieces::default();
                pieces.add(*size);
                budget.spend(&pieces, || now).is_ok()
            })
            .count()
    }

    /// D15
    #[test]
    fn small_pieces_have_a_budget_and_others_do_not_need_one() {
        let many = || std::iter::repeat_n(1, 100_000);
        let fast = Duration::from_micros(2);
        let taken_at_once = taken(many(), fast);
        assert!((1_000..1_100).contains(&taken_at_once), "{taken_at_once}");
        // the same many, as fast as anybody has a reason to send lines
        assert_eq!(taken(many(), Duration::from_millis(1)), 100_000);
        assert_eq!(taken(many().map(|_| 64), fast), 100_000);
        // after a day of silence there is no more to spend than at the start
        let mut since = Instant::now();
        let mut budget = PieceBudget::new(since);
        since += Duration::from_secs(86_400);
        let mut all = Pieces::default();
        (0..1_900).for_each(|_| all.add(0));
        assert_eq!(budget.spend(&all, || since), Ok(()));
        assert_eq!(budget.spend(&all, || since), Err(TooManyPieces));
    }

    #[test]
    fn each_request_may_have_some_small_pieces() {
        let now = Instant::now();
        let mut budget = PieceBudget::new(now);
        for _ in 0..10_000 {
            let mut pieces = Pieces::default();
            pieces.begin_request();
            (0..8).for_each(|_| pieces.add(1));
            assert_eq!(budget.spend(&pieces, || now), Ok(()));
        }
    }
}
