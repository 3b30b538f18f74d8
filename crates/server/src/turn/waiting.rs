//! Those who wait: the highest rank first, in a rank the newest first.

use std::collections::BTreeMap;

use super::BEGUN;

/// Values by rank and by the order in which they came.
pub(super) struct Waiting<T> {
    ranks: [BTreeMap<u64, T>; BEGUN + 1],
    came: u64,
    count: usize,
    most: usize,
}

impl<T> Waiting<T> {
    /// Nobody; later so many at most, not counting the highest rank.
    pub(super) fn new(most: usize) -> Self {
        Self {
            ranks: Default::default(),
            came: 0,
            count: 0,
            most,
        }
    }

    /// Adds one and says its number. If they become too many, the oldest of the lowest rank is dropped.
    pub(super) fn add(&mut self, rank: usize, value: T) -> u64 {
        self.came += 1;
        if let Some(those) = self.ranks.get_mut(rank) {
            those.insert(self.came, value);
            self.count += 1;
        }
        if self.count > self.most {
            let (_begun, classes) = self.ranks.split_last_mut().unzip();
            let lowest = classes
                .into_iter()
                .flatten()
                .find(|those| !those.is_empty());
            if lowest.is_some_and(|those| those.pop_first().is_some()) {
                self.count -= 1;
            }
        }
        self.came
    }

    /// Takes the one whose turn it is.
    pub(super) fn next(&mut self) -> Option<T> {
        let highest = self.ranks.iter_mut().rev().find(|those| !those.is_empty());
        let (_number, value) = highest?.pop_last()?;
        self.count -= 1;
        Some(value)
    }

    /// Takes away one that waits no more, if it is still there.
    pub(super) fn remove(&mut self, rank: usize, number: u64) {
        let removed = self
            .ranks
            .get_mut(rank)
            .and_then(|those| those.remove(&number));
        if removed.is_some() {
            self.count -= 1;
        }
    }
}
