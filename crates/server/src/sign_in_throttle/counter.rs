//! Failures by key, in bounded memory and in constant time.
//!
//! A key belongs to one of a fixed number of sets, and a set counts at most [`WAYS`] keys on their
//! own. Nothing that counts is ever evicted: when a set is full, its further keys share one count.
//! So a key may be refused for the failures of others, but never has more attempts than its own
//! failures leave it.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    marker::PhantomData,
    time::Duration,
};

use airside_oauth::time::Time;

/// Failures by key; a key at `limit` waits until its window ends.
#[derive(Debug)]
pub(super) struct FailureCounter<K: ?Sized> {
    limit: u32,
    window: Duration,
    /// Keyed at random: an attacker cannot choose names that fall into one set.
    hasher: RandomState,
    sets: Box<[Set]>,
    windows_begun: u64,
    key: PhantomData<fn(&K)>,
}

#[derive(Clone, Debug, Default)]
struct Set {
    own: Vec<(Tag, Failures)>,
    /// Of the keys that found no room; its window ends when no attempt has failed for that long.
    shared: Failures,
}

/// The hash of a key, which represents it: two keys with the same one share a count.
type Tag = u64;

#[derive(Clone, Copy, Debug)]
struct Failures {
    since: Time,
    count: u32,
    /// The number of the window that is counted, so that an earlier one gives nothing back to it.
    window: u64,
}

/// One failure that was counted.
#[derive(Debug)]
pub(super) struct CountedAttempt {
    tag: Tag,
    window: u64,
}

impl<K: Hash + ?Sized> FailureCounter<K> {
    pub(super) fn new(sets: usize, limit: u32, window: Duration) -> Self {
        Self {
            limit,
            window,
            hasher: RandomState::new(),
            sets: vec![Set::default(); sets.max(1)].into(),
            windows_begun: 0,
            key: PhantomData,
        }
    }

    /// Judges by another limit and window from now on; the failures of a window that is open stay.
    pub(super) fn set_limit(&mut self, limit: u32, window: Duration) {
        (self.limit, self.window) = (limit, window);
    }

    /// Returns how long the key must wait, if it is at its limit.
    pub(super) fn wait(&mut self, key: &K, now: Time) -> Option<Duration> {
        let (tag, window, limit) = (self.hasher.hash_one(key), self.window, self.limit);
        let failures = self.set(tag)?.of(tag, now, window)?;
        // a clock that went back prolongs no wait
        failures.since = failures.since.min(now);
        let end = failures.since.plus(window);
        let left = u64::try_from(end.as_millis().saturating_sub(now.as_millis())).unwrap_or(0);
        (failures.count >= limit).then(|| Duration::from_millis(left))
    }

    /// Counts a failure of the key.
    pub(super) fn count(&mut self, key: &K, now: Time) -> CountedAttempt {
        let (tag, window) = (self.hasher.hash_one(key), self.window);
        let begun = self.windows_begun;
        self.windows_begun = begun.wrapping_add(1);
        let counted = self.set(tag).map(|set| set.count(tag, now, window, begun));
        CountedAttempt {
            tag,
            window: counted.unwrap_or(begun),
        }
    }

    /// Takes back one failure.
    pub(super) fn undo(&mut self, counted: &CountedAttempt) {
        if let Some(set) = self.set(counted.tag) {
            set.undo(counted);
        }
    }

    /// Takes back every failure of the key; of a count that it shares, its own one alone.
    pub(super) fn clear(&mut self, counted: &CountedAttempt) {
        let Some(set) = self.set(counted.tag) else {
            return;
        };
        match set.position(counted.tag) {
            Some(at) => drop(set.own.swap_remove(at)),
            None => set.undo(counted),
        }
    }

    fn set(&mut self, tag: Tag) -> Option<&mut Set> {
        let sets = u64::try_from(self.sets.len()).unwrap_or(u64::MAX);
        // the upper half, so that the lower one tells the keys of a set apart
        let at = usize::try_from((tag >> 32) % sets).ok()?;
        self.sets.get_mut(at)
    }
}

impl Set {
    /// Returns the failures that a key has to answer for: its own, else the shared ones.
    fn of(&mut self, tag: Tag, now: Time, window: Duration) -> Option<&mut Failures> {
        self.own
            .retain(|(_, failures)| failures.is_live(now, window));
        match self.position(tag) {
            Some(at) => self.own.get_mut(at).map(|(_, failures)| failures),
            None => Some(&mut self.shared).filter(|shared| shared.is_live(now, window)),
        }
    }

    /// Counts in the window that is open, else in the new one `begun`; returns which.
    fn count(&mut self, tag: Tag, now: Time, window: Duration, begun: u64) -> u64 {
        if let Some(failures) = self.of(tag, now, window) {
            failures.count = failures.count.saturating_add(1);
            let counted = failures.window;
            if self.position(tag).is_none() {
                // INVARIANT: a shared window ends no earlier than that of any key in it
                self.shared.since = now;
            }
            return counted;
        }
        let first = Failures {
            since: now,
            count: 1,
            window: begun,
        };
        if self.own.len() < WAYS {
            self.own.push((tag, first));
        } else {
            self.shared = first;
        }
        begun
    }

    fn undo(&mut self, counted: &CountedAttempt) {
        let at = self.position(counted.tag);
        let own = at.and_then(|at| self.own.get_mut(at));
        let failures = match own {
            Some((_, failures)) => failures,
            None => &mut self.shared,
        };
        if failures.window != counted.window {
            return;
        }
        failures.count = failures.count.saturating_sub(1);
        let is_empty = failures.count == 0;
        if let Some(at) = at.filter(|_| is_empty) {
            self.own.swap_remove(at);
        }
    }

    fn position(&self, tag: Tag) -> Option<usize> {
        self.own.iter().position(|(own, _)| *own == tag)
    }
}

impl Failures {
    fn is_live(&self, now: Time, window: Duration) -> bool {
        self.count > 0 && now.within(window, self.since)
    }
}

impl Default for Failures {
    fn default() -> Self {
        Self {
            since: Time::from_millis(0),
            count: 0,
            window: 0,
        }
    }
}

/// The keys that a set counts on their own.
const WAYS: usize = 16;

#[cfg(test)]
mod tests;
