//! The use of a limit by each key, in bounded memory and constant time.
//!
//! The generic cell rate algorithm keeps one number a key: the time from which on the key has all of
//! its requests again. A key belongs to one of a fixed number of sets, and a set has room for
//! [`WAYS`] keys. While it is full, its further keys share one number: a key may wait for what others
//! used, but never gets more than its limit.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    time::Duration,
};

use parking_lot::Mutex;

use super::written::Rate;

/// The use of one limit.
#[derive(Debug)]
pub(super) struct Table {
    /// A key may send all requests of a window at once, and one more each time this interval has passed.
    interval: Duration,
    requests: u32,
    /// Keyed at random, so that callers cannot choose keys of one set.
    hasher: RandomState,
    sets: Box<[Mutex<Set>]>,
}

#[derive(Debug, Default)]
struct Set {
    own: Vec<(u64, FullAt)>,
    shared: FullAt,
}

/// The time at which a key has all of its requests again, since the start.
type FullAt = Duration;

impl Table {
    pub(super) fn new(sets: usize, rate: Rate) -> Self {
        let interval = rate.window / rate.requests.get();
        Self {
            interval: interval.max(Duration::from_nanos(1)),
            requests: rate.requests.get(),
            hasher: RandomState::new(),
            sets: (0..sets.max(1)).map(|_| Mutex::default()).collect(),
        }
    }

    /// Counts one request of a key: returns how many are left, or the time until the next one.
    pub(super) fn take(&self, key: &(impl Hash + ?Sized), now: Duration) -> Result<u32, Duration> {
        let tag = self.hasher.hash_one(key);
        let sets = u64::try_from(self.sets.len()).unwrap_or(u64::MAX);
        // the upper half, so that the lower one tells the keys of a set apart
        let at = usize::try_from((tag >> 32) % sets).unwrap_or(0);
        let Some(set) = self.sets.get(at) else {
            return Ok(0);
        };
        let mut set = set.lock();
        self.use_one(set.of(tag, now), now)
    }

    fn use_one(&self, full_at: &mut FullAt, now: Duration) -> Result<u32, Duration> {
        let used = full_at.saturating_sub(now);
        let max_used = self
            .interval
            .saturating_mul(self.requests.saturating_sub(1));
        if used > max_used {
            return Err(used.saturating_sub(max_used));
        }
        *full_at = now.saturating_add(used).saturating_add(self.interval);
        let left = max_used.saturating_sub(used).as_nanos() / self.interval.as_nanos().max(1);
        Ok(u32::try_from(left).unwrap_or(u32::MAX))
    }
}

impl Set {
    /// Returns the number that stands for a key: its own, else the shared one that is in use, else a
    /// new one.
    fn of(&mut self, tag: u64, now: Duration) -> &mut FullAt {
        self.own.retain(|(_, full_at)| *full_at > now);
        let known = self.own.iter().position(|(own, _)| *own == tag);
        // INVARIANT: a key that used the shared number goes on with it until nothing of it is used
        let has_room = self.own.len() < WAYS && self.shared <= now;
        let at = match known {
            None if has_room => {
                self.own.push((tag, FullAt::ZERO));
                self.own.len().checked_sub(1)
            }
            known => known,
        };
        match at.and_then(|at| self.own.get_mut(at)) {
            Some((_, full_at)) => full_at,
            None => &mut self.shared,
        }
    }
}

const WAYS: usize = 16;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn table(sets: usize, rate: &str) -> Table {
        Table::new(sets, Rate::parse(rate).unwrap())
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn as_many_at_once_as_in_a_window_and_then_one_each_time_its_share_has_passed() {
        let table = table(1, "4/s");
        for left in [3, 2, 1, 0] {
            assert_eq!(table.take("a", at(0)), Ok(left));
        }
        assert_eq!(table.take("a", at(0)), Err(at(250)));
        assert_eq!(table.take("a", at(249)), Err(at(1)));
        assert_eq!(table.take("a", at(250)), Ok(0));
        assert_eq!(table.take("a", at(250)), Err(at(250)));
        assert_eq!(table.take("a", at(2_000)), Ok(3));
    }

    #[test]
    fn no_key_gets_more_than_its_limit_however_many_there_are() {
        let (small, exact) = (table(1, "3/s"), HashMap::<u32, Table>::new());
        let mut exact = exact;
        let mut state = 1_u32;
        for step in 0..20_000_u64 {
            // a linear congruence: the same in every run
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = (state >> 16) % 40;
            let now = at(step * 7);
            let alone = exact.entry(key).or_insert_with(|| table(1, "3/s"));
            if small.take(&key, now).is_ok() {
                assert!(alone.take(&key, now).is_ok(), "{key} at {now:?}");
            }
        }
    }

    #[test]
    fn a_full_table_is_as_large_as_before_and_keeps_those_who_wait() {
        let table = table(4, "2/h");
        for _ in 0..2 {
            assert!(table.take("waits", at(0)).is_ok());
        }
        for key in 0..10_000 {
            let _ = table.take(&key, at(1));
        }
        assert!(table.take("waits", at(1)).is_err());
        for set in &table.sets {
            assert!(set.lock().own.capacity() <= WAYS);
        }
        // an hour later there is room for everybody
        let hours = at(3 * 3_600_000);
        assert_eq!(table.take("waits", hours), Ok(1));
        assert_eq!(table.take("new", hours), Ok(1));
    }
}
