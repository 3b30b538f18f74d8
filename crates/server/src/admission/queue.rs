//! The requests that wait for a permit: work that has begun first, then the higher rank; within a rank the
//! newest first.

use std::collections::BTreeMap;

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
    ranks: [BTreeMap<u64, T>; RANKS],
    last_number: u64,
    /// The number of wait in `ranks`.
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
            ranks: std::array::from_fn(|_| BTreeMap::new()),
            last_number: 0,
            count: 0,
            max_waiting,
        }
    }

    /// Adds a value; takes another one out if they become too many.
    pub(super) fn add(&mut self, rank: Rank, value: T) -> Added<T> {
        self.last_number += 1;
        let number = self.last_number;
        match rank {
            Rank::Begun => drop(self.begun.insert(number, value)),
            Rank::Waits(rank) => {
                if let Some(values) = self.ranks.get_mut(rank) {
                    values.insert(number, value);
                    self.count += 1;
                }
            }
        }
        let mut ranks = self.ranks.iter_mut();
        let pushed_out = match self.count > self.max_waiting {
            true => ranks.find_map(|values| values.pop_first()),
            false => None,
        };
        self.count -= usize::from(pushed_out.is_some());
        Added {
            number,
            pushed_out: pushed_out.map(|(_number, value)| value),
        }
    }

    /// Takes the value that is next.
    pub(super) fn next(&mut self) -> Option<T> {
        if let Some((_number, value)) = self.begun.pop_first() {
            return Some(value);
        }
        let mut highest_first = self.ranks.iter_mut().rev();
        let (_number, value) = highest_first.find_map(|values| values.pop_last())?;
        self.count -= 1;
        Some(value)
    }

    /// Takes a value out that waits no more, if it is still there.
    pub(super) fn remove(&mut self, rank: Rank, number: u64) -> Option<T> {
        match rank {
            Rank::Begun => self.begun.remove(&number),
            Rank::Waits(rank) => {
                let removed = self.ranks.get_mut(rank)?.remove(&number);
                self.count -= usize::from(removed.is_some());
                removed
            }
        }
    }
}
