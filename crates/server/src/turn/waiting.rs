//! Those who wait: who has begun first, then the higher rank; in a rank the newest first.

use std::collections::BTreeMap;

/// Where somebody waits.
#[derive(Clone, Copy)]
pub(super) enum Rank {
    /// Before everybody else, in the order in which they came: they may hold what others wait for.
    Begun,
    /// The higher the number, the sooner.
    Waits(usize),
}

/// Values by rank and by the order in which they came.
pub(super) struct Waiting<T, const RANKS: usize> {
    begun: BTreeMap<u64, T>,
    ranks: [BTreeMap<u64, T>; RANKS],
    came: u64,
    /// How many wait in `ranks`.
    count: usize,
    most: usize,
}

impl<T, const RANKS: usize> Waiting<T, RANKS> {
    /// Nobody; later so many at most, not counting those who have begun.
    pub(super) fn new(most: usize) -> Self {
        Self {
            begun: BTreeMap::new(),
            ranks: std::array::from_fn(|_| BTreeMap::new()),
            came: 0,
            count: 0,
            most,
        }
    }

    /// Adds one. Says its number, and who has to go if they become too many: the oldest of the
    /// lowest rank.
    pub(super) fn add(&mut self, rank: Rank, value: T) -> (u64, Option<T>) {
        self.came += 1;
        match rank {
            Rank::Begun => drop(self.begun.insert(self.came, value)),
            Rank::Waits(rank) => {
                if let Some(those) = self.ranks.get_mut(rank) {
                    those.insert(self.came, value);
                    self.count += 1;
                }
            }
        }
        let mut ranks = self.ranks.iter_mut();
        let excess = match self.count > self.most {
            true => ranks.find_map(|those| those.pop_first()),
            false => None,
        };
        self.count -= usize::from(excess.is_some());
        (self.came, excess.map(|(_number, value)| value))
    }

    /// Takes the one whose turn it is.
    pub(super) fn next(&mut self) -> Option<T> {
        if let Some((_number, value)) = self.begun.pop_first() {
            return Some(value);
        }
        let mut highest_first = self.ranks.iter_mut().rev();
        let (_number, value) = highest_first.find_map(|those| those.pop_last())?;
        self.count -= 1;
        Some(value)
    }

    /// Takes away one that waits no more, if it is still there.
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
