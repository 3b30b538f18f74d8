//! Limits the lines of one cause in a minute.
//!
//! A cause is the place in the code, of ours or of a library, that logs the event. So no place can
//! forget to be bounded, and the number of causes is that of the places.

use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::Arc,
    time::{Duration, Instant},
};

use airside_guard::access;
use parking_lot::{Mutex, MutexGuard};
use tracing::{
    Event, Level, Subscriber,
    callsite::Identifier,
    field::{Field, Visit},
};
use tracing_subscriber::layer::{Context, Layer};

/// Lets the first 15 events of a cause pass in each minute and counts the others; clones share it.
///
/// `debug` and `trace` always pass: an operator who switches them on wants all of them. So do the lines
/// of the access log, of which each request has one.
#[derive(Clone)]
pub(super) struct Throttle {
    causes: Arc<Mutex<Causes<Identifier>>>,
    now: fn() -> Instant,
}

/// The suppressed events of one cause in a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Summary {
    /// The message of the first event that was suppressed.
    pub(super) message: String,
    pub(super) target: &'static str,
    pub(super) suppressed: u64,
}

impl Throttle {
    pub(super) fn new(now: fn() -> Instant) -> Self {
        Self {
            causes: Arc::default(),
            now,
        }
    }

    /// Returns true if a summary may come without another line: a cause has had all its lines of a minute.
    pub(super) fn may_suppress(&self) -> bool {
        self.causes().may_suppress()
    }

    /// Returns what was suppressed in minutes that have ended.
    pub(super) fn ended(&self) -> Vec<Summary> {
        let now = (self.now)();
        self.causes().ended(now)
    }

    /// Returns what was suppressed and not summed up yet.
    pub(super) fn rest(&self) -> Vec<Summary> {
        self.causes().rest()
    }

    fn causes(&self) -> MutexGuard<'_, Causes<Identifier>> {
        self.causes.lock()
    }
}

impl<S: Subscriber> Layer<S> for Throttle {
    fn event_enabled(&self, event: &Event<'_>, _context: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        if *metadata.level() > Level::INFO || metadata.target() == access::TARGET {
            return true;
        }
        let cause = metadata.callsite();
        let admission = self.causes().admit(&cause, metadata.target(), (self.now)());
        if admission == Admission::FirstCounted {
            // outside of the lock: the code of a value that formats itself may log
            let message = Message::of(event);
            self.causes().name(&cause, message);
        }
        admission == Admission::Whole
    }
}

/// The beginning of an event's message.
#[derive(Default)]
struct Message(String);

impl Message {
    fn of(event: &Event<'_>) -> String {
        let mut message = Self::default();
        event.record(&mut message);
        message.0
    }
}

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
            let end = self.0.floor_char_boundary(MAX_MESSAGE_BYTES);
            self.0.truncate(end);
        }
    }
}

/// The minutes of all causes.
struct Causes<K>(HashMap<K, Minute>);

struct Minute {
    began: Instant,
    lines: u32,
    summary: Summary,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admission {
    Whole,
    /// The first one that is counted only: its cause has no name yet.
    FirstCounted,
    Counted,
}

impl<K> Default for Causes<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Clone + Eq + Hash> Causes<K> {
    fn admit(&mut self, cause: &K, target: &'static str, now: Instant) -> Admission {
        let minute = self.0.entry(cause.clone()).or_insert_with(|| Minute {
            began: now,
            lines: 0,
            summary: Summary {
                message: String::new(),
                target,
                suppressed: 0,
            },
        });
        if minute.has_ended(now) {
            // the writer is late: what was suppressed goes into the next summary
            minute.began = now;
            minute.lines = 0;
        }
        if minute.lines < LINES_A_MINUTE {
            minute.lines += 1;
            return Admission::Whole;
        }
        minute.summary.suppressed += 1;
        match minute.summary.suppressed {
            1 => Admission::FirstCounted,
            _ => Admission::Counted,
        }
    }

    fn may_suppress(&self) -> bool {
        let may_suppress =
            |minute: &Minute| minute.lines >= LINES_A_MINUTE || minute.summary.suppressed > 0;
        self.0.values().any(may_suppress)
    }

    fn name(&mut self, cause: &K, message: String) {
        if let Some(minute) = self.0.get_mut(cause) {
            minute.summary.message = message;
        }
    }

    fn ended(&mut self, now: Instant) -> Vec<Summary> {
        let ended = self.0.extract_if(|_, minute| minute.has_ended(now));
        told(ended.map(|(_, minute)| minute.summary))
    }

    fn rest(&mut self) -> Vec<Summary> {
        told(self.0.drain().map(|(_, minute)| minute.summary))
    }
}

impl Minute {
    fn has_ended(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.began) >= MINUTE
    }
}

fn told(all: impl Iterator<Item = Summary>) -> Vec<Summary> {
    all.filter(|summary| summary.suppressed > 0).collect()
}

const MINUTE: Duration = Duration::from_secs(60);
/// With 4 KiB a line at most: 1 KiB a second from one cause.
const LINES_A_MINUTE: u32 = 15;
const MAX_MESSAGE_BYTES: usize = 200;

#[cfg(test)]
mod tests;
