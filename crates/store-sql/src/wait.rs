//! The longest time that a request has waited.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::{Mutex, MutexGuard};

/// Those who wait for one thing.
#[derive(Clone, Default)]
pub(crate) struct Waits(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    came: u64,
    since: BTreeMap<u64, Instant>,
}

impl Waits {
    /// Somebody waits, until what is returned is dropped.
    pub(crate) fn begin(&self) -> Wait {
        let mut state = self.state();
        state.came += 1;
        let number = state.came;
        state.since.insert(number, Instant::now());
        drop(state);
        Wait {
            waits: self.clone(),
            number,
        }
    }

    /// Zero if none waits.
    pub(crate) fn longest(&self) -> Duration {
        let state = self.state();
        let oldest = state.since.first_key_value();
        oldest.map_or(Duration::ZERO, |(_, since)| since.elapsed())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

/// One that waits.
pub(crate) struct Wait {
    waits: Waits,
    number: u64,
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.waits.state().since.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_counts_until_it_is_gone() {
        let waits = Waits::default();
        assert_eq!(waits.longest(), Duration::ZERO);
        let oldest = waits.begin();
        let newest = waits.begin();
        let since = |number| waits.state().since[&number];
        let (first, second) = (since(oldest.number), since(newest.number));
        assert!(waits.longest() >= second - first);
        drop(oldest);
        assert!(waits.state().since.first_key_value() == Some((&newest.number, &second)));
        drop(newest);
        assert_eq!(waits.longest(), Duration::ZERO);
    }
}
