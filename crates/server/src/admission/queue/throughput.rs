//! The number of values that a rank can serve.

use std::time::Duration;

/// Counts of the values that were served in the last periods.
#[derive(Default)]
pub(super) struct Throughput {
    /// The present period first.
    served: [usize; PERIODS],
    /// The number of the present period.
    period: u128,
}

impl Throughput {
    /// Counts a value that is served now.
    pub(super) fn count(&mut self, now: Duration) {
        self.go_on(now);
        let [present, ..] = &mut self.served;
        *present += 1;
    }

    /// Returns the largest number of values served in one of the last periods: a short pause of the machine
    /// is not a loss of throughput.
    pub(super) fn best(&mut self, now: Duration) -> usize {
        self.go_on(now);
        self.served.iter().copied().max().unwrap_or_default()
    }

    fn go_on(&mut self, now: Duration) {
        let period = now.as_millis() / PERIOD.as_millis();
        let begun = period.saturating_sub(self.period).min(PERIODS as u128);
        for _ in 0..begun {
            self.served.rotate_right(1);
            let [present, ..] = &mut self.served;
            *present = 0;
        }
        self.period = period;
    }
}

/// The time for which values are counted.
pub(super) const PERIOD: Duration = Duration::from_millis(100);

/// Together longer than a value waits: a pause that leaves none of them whole has cost every value.
const PERIODS: usize = 4;
