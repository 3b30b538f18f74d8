//! The counters of a guard, and their text for a scraper.
//!
//! | module | holds |
//! |---|---|
//! | [`definition`] | every metric: its name, what it means, its labels |
//! | `histogram` | durations, counted by size |
//! | `text` | the text format of Prometheus |

pub mod definition;
mod histogram;
pub(crate) mod text;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use aws_lc_rs::rand;
use parking_lot::Mutex;

use self::{
    definition::{OWN_DURATION, REQUEST_DURATION, REQUESTS},
    histogram::Histogram,
    text::MetricsText,
};
use crate::{
    operation::Operations,
    outcome::{self, Outcome},
};

/// The counters of a guard; they survive a configuration reload.
pub struct Metrics {
    /// The counts by the operation's name. Those of earlier configurations stay.
    operations: Mutex<BTreeMap<String, Arc<Counts>>>,
    whole: Histogram,
    own: Histogram,
    /// The number of lines that the log of this process has dropped.
    log: OnceLock<Arc<AtomicU64>>,
    /// The prefix of the ids of requests that came without one.
    trace: u64,
    traces: AtomicU64,
}

/// The requests of one operation, by outcome.
struct Counts {
    operation: String,
    outcomes: [AtomicU64; outcome::COUNT],
}

impl Counts {
    fn add(&self, outcome: Outcome) {
        if let Some(count) = self.outcomes.get(outcome.index()) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The counters of one configuration.
pub(crate) struct Counters {
    metrics: Arc<Metrics>,
    operations: Vec<Arc<Counts>>,
    undeclared: Arc<Counts>,
}

impl Metrics {
    /// Starts all counters at zero.
    ///
    /// # Errors
    ///
    /// Fails if the system has no randomness.
    pub fn draw() -> Result<Self, aws_lc_rs::error::Unspecified> {
        let mut bytes = [0; 8];
        rand::fill(&mut bytes)?;
        Ok(Self {
            operations: Mutex::default(),
            whole: Histogram::default(),
            own: Histogram::default(),
            log: OnceLock::new(),
            trace: u64::from_be_bytes(bytes),
            traces: AtomicU64::new(1),
        })
    }

    /// Shows the number of log lines that were dropped; only the first call counts.
    pub fn watch_log(&self, dropped: Arc<AtomicU64>) {
        drop(self.log.set(dropped));
    }

    /// Returns the number of log lines that were dropped, if the log of this process is watched.
    pub(crate) fn log_lines_dropped(&self) -> Option<u64> {
        let dropped = self.log.get()?;
        Some(dropped.load(Ordering::Relaxed))
    }

    fn counts(&self, operation: String) -> Arc<Counts> {
        let mut all = self.operations.lock();
        let counts = all.entry(operation).or_insert_with_key(|operation| {
            Arc::new(Counts {
                operation: operation.clone(),
                outcomes: [const { AtomicU64::new(0) }; outcome::COUNT],
            })
        });
        Arc::clone(counts)
    }

    pub(crate) fn render_requests(&self, text: &mut MetricsText) {
        text.head(&REQUESTS);
        let all = self.operations.lock();
        for counts in all.values() {
            for (index, count) in counts.outcomes.iter().enumerate() {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let [outcome, status, reason] = Outcome::labels(index);
                    let labels = [&counts.operation, outcome, status, reason];
                    text.sample(&REQUESTS, &labels, count);
                }
            }
        }
        drop(all);
        self.whole.render(&REQUEST_DURATION, text);
        self.own.render(&OWN_DURATION, text);
    }
}

impl Counters {
    /// Returns the counters of these operations.
    pub(crate) fn new(metrics: Arc<Metrics>, operations: &Operations) -> Self {
        let counted = operations.iter().map(|one| metrics.counts(one.name()));
        Self {
            operations: counted.collect(),
            undeclared: metrics.counts(UNDECLARED.to_owned()),
            metrics,
        }
    }

    /// Counts a request of the operation at a position; `own` is the guard's part of its time.
    pub(crate) fn count(
        &self,
        operation: Option<usize>,
        outcome: Outcome,
        took: Duration,
        own: Duration,
    ) {
        let counts = operation.and_then(|at| self.operations.get(at));
        counts.unwrap_or(&self.undeclared).add(outcome);
        self.metrics.whole.observe(took);
        self.metrics.own.observe(own);
    }

    /// Counts a request that was rejected before the guard saw it, which takes no time of its own.
    pub(crate) fn count_rejected(&self, outcome: Outcome) {
        self.undeclared.add(outcome);
    }

    /// Returns the name of the operation at a position.
    pub(crate) fn name(&self, operation: usize) -> Option<&str> {
        let counts = self.operations.get(operation)?;
        Some(&counts.operation)
    }

    /// Names a request: 32 hexadecimal digits, as of a trace (W3C Trace Context §3.2.2.3).
    pub(crate) fn next_trace_id(&self) -> String {
        let number = self.metrics.traces.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}{number:016x}", self.metrics.trace)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// The label of requests without an operation; no operation has this name.
const UNDECLARED: &str = "-";
