//! The one thread that writes to standard error while a server runs.

use std::{
    io::{self, Write},
    sync::atomic::Ordering,
    time::Duration,
};

use tracing::{Dispatch, dispatcher, level_filters::LevelFilter};
use tracing_subscriber::layer::SubscriberExt as _;

use super::{
    Format,
    queue::{Queue, State},
    throttle::{Summary, Throttle},
};

/// Writes the lines of a queue, and notes about dropped and suppressed ones.
pub(super) struct Writer<W> {
    queue: Queue,
    throttle: Throttle,
    notes: Notes,
    sink: W,
    /// The number of dropped lines that a note has reported.
    told: u64,
    /// Whether a line may have been written in part.
    is_torn: bool,
}

/// Lines that the writer makes itself: they pass no full queue, no filter and no throttle.
pub(super) struct Notes {
    dispatch: Dispatch,
    lines: Queue,
}

impl Notes {
    pub(super) fn new(format: Format) -> Self {
        let lines = Queue::default();
        let subscriber = tracing_subscriber::registry().with(LevelFilter::WARN);
        Self {
            dispatch: subscriber.with(format.lines(lines.clone())).into(),
            lines,
        }
    }

    /// Returns what is logged meanwhile as lines.
    fn of(&self, log: impl FnOnce()) -> Vec<u8> {
        dispatcher::with_default(&self.dispatch, log);
        self.lines.take(Duration::ZERO).0.concat()
    }
}

impl<W: Write> Writer<W> {
    pub(super) fn new(queue: Queue, throttle: Throttle, notes: Notes, sink: W) -> Self {
        Self {
            queue,
            throttle,
            notes,
            sink,
            told: 0,
            is_torn: false,
        }
    }

    /// Writes until the queue is closed and empty.
    pub(super) fn run(mut self) {
        while self.step(TICK) == State::Open {}
        self.queue.end();
    }

    /// Writes the lines that wait or arrive within `patience`, and the notes that are due.
    fn step(&mut self, patience: Duration) -> State {
        let (lines, state) = self.queue.take(patience);
        for line in &lines {
            self.write(line);
        }
        if !lines.is_empty() && !self.is_torn {
            self.tell_dropped();
        }
        let summaries = match state {
            State::Open => self.throttle.ended(),
            State::Closing | State::Written => self.throttle.rest(),
        };
        summaries.iter().for_each(|one| self.sum_up(one));
        state
    }

    /// Writes a line; one that cannot be written, on a full disk or to a closed pipe, is dropped.
    fn write(&mut self, line: &[u8]) {
        if self.try_write(line).is_err() {
            self.is_torn = true;
            self.queue.count_dropped();
        }
    }

    fn try_write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_torn {
            self.sink.write_all(b"\n")?;
            self.is_torn = false;
        }
        self.sink.write_all(line)
    }

    fn tell_dropped(&mut self) {
        let dropped = self.queue.dropped().load(Ordering::Relaxed);
        let lines = dropped - self.told;
        if lines > 0 {
            let note = self
                .notes
                .of(|| tracing::warn!(lines, "log lines were dropped"));
            self.write(&note);
            if !self.is_torn {
                self.told = dropped;
            }
        }
    }

    fn sum_up(&mut self, summary: &Summary) {
        let Summary {
            message,
            target,
            suppressed,
        } = summary;
        let note = self.notes.of(|| {
            tracing::warn!(
                suppressed,
                cause = message,
                source = target,
                "similar log lines were suppressed"
            );
        });
        self.write(&note);
    }
}

/// How late a summary may be.
const TICK: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
