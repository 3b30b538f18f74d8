//! The one thread that writes to standard error while a server runs.

use std::{
    io::{self, Write},
    sync::atomic::Ordering,
    time::Duration,
};

use tracing::{Dispatch, dispatcher, level_filters::LevelFilter};
use tracing_subscriber::layer::SubscriberExt as _;

use super::{
    format::Format,
    queue::{MAX_LINE_BYTES, Queue, State},
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
    /// True if a line may have been written in part.
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
        while self.step(self.patience()) == State::Open {}
        self.queue.end();
    }

    /// Returns how long to wait for a line: a thread that has no summary to write is not woken.
    fn patience(&self) -> Duration {
        match self.throttle.may_suppress() {
            true => TICK,
            false => AN_HOUR,
        }
    }

    /// Writes the lines that wait or arrive within `patience`, and the notes that are due.
    fn step(&mut self, patience: Duration) -> State {
        let (lines, state) = self.queue.take(patience);
        let mut rest = lines.as_slice();
        while !rest.is_empty() {
            let (together, later) = rest.split_at(how_many_together(rest));
            self.write(together);
            rest = later;
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

    /// Writes lines; those that cannot be written, on a full disk or to a closed pipe, are dropped.
    fn write(&mut self, lines: &[Vec<u8>]) {
        let mut text = lines.concat();
        if self.is_torn {
            text.insert(0, b'\n');
        }
        let unwritten = self.write_most(&text);
        self.is_torn = unwritten > 0;
        let mut end = 0;
        for line in lines.iter().rev() {
            if end < unwritten {
                self.queue.count_dropped();
            }
            end += line.len();
        }
    }

    /// Returns how many bytes at the end could not be written.
    fn write_most(&mut self, text: &[u8]) -> usize {
        let mut rest = text;
        while !rest.is_empty() {
            match self.sink.write(rest) {
                Ok(0) => break,
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        rest.len()
    }

    fn tell_dropped(&mut self) {
        let dropped = self.queue.dropped().load(Ordering::Relaxed);
        let lines = dropped - self.told;
        if lines > 0 {
            let note = self
                .notes
                .of(|| tracing::warn!(lines, "log lines were dropped"));
            self.write(&[note]);
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
        self.write(&[note]);
    }
}

/// Returns the number of lines that are written at once: at least one, and no more than a pipe keeps
/// together when others write to it as well (`PIPE_BUF`).
fn how_many_together(lines: &[Vec<u8>]) -> usize {
    let mut room = MAX_LINE_BYTES;
    let fitting = lines.iter().take_while(|line| {
        let left = room.checked_sub(line.len());
        room = left.unwrap_or_default();
        left.is_some()
    });
    fitting.count().max(1)
}

/// The maximal delay of a summary.
const TICK: Duration = Duration::from_secs(1);

/// Whatever is logged ends the wait.
const AN_HOUR: Duration = Duration::from_secs(60 * 60);

#[cfg(test)]
mod tests;
