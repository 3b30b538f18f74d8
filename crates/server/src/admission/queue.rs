//! The requests that wait for a permit: work that has begun first, then the higher rank; within a rank first
//! come, first served, and newest first while the rank is overloaded.
//!
//! It has no clock: the caller says how long it has existed.

mod throughput;

use std::{collections::BTreeMap, time::Duration};

use self::throughput::Throughput;

/// The rank of a request in the queue.
#[derive(Clone, Copy)]
pub(super) enum Rank {
    /// Before all others, in the order of arrival: the work may hold what others wait for.
    Begun,
    /// The higher the number, the sooner.
    Waits(usize),
}

/// Values by rank and by the order in which they came.
pub(super) struct Queue<T, const RANKS: usize> {
    begun: BTreeMap<u64, T>,
    ranks: [RankQueue<T>; RANKS],
    last_number: u64,
    /// The number of values in `ranks`.
    count: usize,
    max_waiting: usize,
}

/// The outcome of adding a value.
pub(super) struct Added<T> {
    /// The number of the value.
    pub(super) number: u64,
    /// The oldest value of the lowest rank, if there were too many.
    pub(super) pushed_out: Option<T>,
}

impl<T, const RANKS: usize> Queue<T, RANKS> {
    /// Makes an empty queue for at most `max_waiting` values, not counting work that has begun.
    pub(super) fn new(max_waiting: usize) -> Self {
        Self {
            begun: BTreeMap::new(),
            ranks: std::array::from_fn(|_| RankQueue::default()),
            last_number: 0,
            count: 0,
            max_waiting,
        }
    }

    /// Adds a value; takes another one out if they become too many.
    pub(super) fn add(&mut self, rank: Rank, value: T, now: Duration) -> Added<T> {
        self.last_number += 1;
        let number = self.last_number;
        match rank {
            Rank::Begun => drop(self.begun.insert(number, value)),
            Rank::Waits(rank) => {
                if let Some(queue) = self.ranks.get_mut(rank) {
                    queue.values.insert(number, (now, value));
                    self.count += 1;
                }
            }
        }
        Added {
            number,
            pushed_out: self.push_out(),
        }
    }

    /// Takes out the oldest value of the lowest rank, if there are too many.
    fn push_out(&mut self) -> Option<T> {
        if self.count <= self.max_waiting {
            return None;
        }
        let mut ranks = self.ranks.iter_mut();
        let (_number, (_since, value)) = ranks.find_map(|queue| queue.values.pop_first())?;
        self.count -= 1;
        Some(value)
    }

    /// Takes the value that is next.
    pub(super) fn next(&mut self, now: Duration) -> Option<T> {
        if let Some((_number, value)) = self.begun.pop_first() {
            return Some(value);
        }
        let mut highest_first = self.ranks.iter_mut().rev();
        let value = highest_first.find_map(|queue| queue.next(now))?;
        self.count -= 1;
        Some(value)
    }

    /// Takes a value out that waits no more, if it is still there.
    pub(super) fn remove(&mut self, rank: Rank, number: u64) -> Option<T> {
        match rank {
            Rank::Begun => self.begun.remove(&number),
            Rank::Waits(rank) => {
                let (_since, value) = self.ranks.get_mut(rank)?.values.remove(&number)?;
                self.count -= 1;
                Some(value)
            }
        }
    }
}

/// The values of one rank by their number, with the time at which each came.
struct RankQueue<T> {
    values: BTreeMap<u64, (Duration, T)>,
    throughput: Throughput,
}

impl<T> RankQueue<T> {
    fn next(&mut self, now: Duration) -> Option<T> {
        let next = match self.is_overloaded(now) {
            true => self.values.pop_last(),
            false => self.values.pop_first(),
        };
        let (_number, (_since, value)) = next?;
        self.throughput.count(now);
        Some(value)
    }

    /// Returns true if the oldest value has waited for [`MAX_FAIR_WAIT`], and more wait than can be served
    /// in that time: by first come, first served, all of them would be late.
    ///
    /// The first alone would not do. After a pause of the machine, and with callers who ask again as soon
    /// as they are answered, the newest would be served for ever, and the oldest never.
    fn is_overloaded(&mut self, now: Duration) -> bool {
        let Some((_number, (since, _value))) = self.values.first_key_value() else {
            return false;
        };
        let is_late = now.saturating_sub(*since) >= MAX_FAIR_WAIT;
        is_late && self.values.len() > self.throughput.best(now)
    }
}

impl<T> Default for RankQueue<T> {
    fn default() -> Self {
        Self {
            values: BTreeMap::new(),
            throughput: Throughput::default(),
        }
    }
}

/// First come, first served while nothing waits for longer.
const MAX_FAIR_WAIT: Duration = throughput::PERIOD;

#[cfg(test)]
mod tests;
