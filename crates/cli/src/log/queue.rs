//! Lines that wait for the writer.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use parking_lot::{Condvar, Mutex, MutexGuard};
use serde_json::{Map, Value};

/// A bounded queue of lines; clones share it.
///
/// Adding a line never waits for the writer: a line that finds no room is dropped and counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    dropped: Arc<AtomicU64>,
}

#[derive(Debug, Default)]
struct Waiting {
    lines: Vec<Vec<u8>>,
    size_bytes: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Open,
    /// The process is about to exit.
    Closing,
    /// Everything is written.
    Written,
}

impl Queue {
    /// Adds a line with its line break; shortens it to 4 KiB.
    pub(super) fn push(&self, mut line: Vec<u8>) {
        if line.len() > MAX_LINE_BYTES {
            line = shortened(&line);
        }
        let mut waiting = self.waiting();
        let has_room = waiting.lines.len() < MAX_LINES
            && waiting.size_bytes.saturating_add(line.len()) <= MAX_BYTES;
        if has_room {
            waiting.size_bytes += line.len();
            waiting.lines.push(line);
            if waiting.lines.len() == 1 {
                self.0.changed.notify_all();
            }
        } else {
            self.count_dropped();
        }
    }

    /// Takes every waiting line; waits up to `patience` for the first one, and then a moment for those
    /// that follow it: to wake the writer for each line of many would cost more than the lines.
    pub(super) fn take(&self, patience: Duration) -> (Vec<Vec<u8>>, State) {
        let is_idle =
            |waiting: &mut Waiting| waiting.lines.is_empty() && waiting.state == State::Open;
        let mut waiting = self.waiting();
        (self.0.changed).wait_while_for(&mut waiting, is_idle, patience);
        let is_open =
            |waiting: &mut Waiting| !waiting.lines.is_empty() && waiting.state == State::Open;
        let moment = patience.min(MOMENT);
        (self.0.changed).wait_while_for(&mut waiting, is_open, moment);
        waiting.size_bytes = 0;
        (std::mem::take(&mut waiting.lines), waiting.state)
    }

    /// Asks the writer to finish and waits up to `patience` until it has.
    pub(super) fn close(&self, patience: Duration) {
        let mut waiting = self.waiting();
        waiting.state = State::Closing;
        self.0.changed.notify_all();
        let unwritten = |waiting: &mut Waiting| waiting.state != State::Written;
        (self.0.changed).wait_while_for(&mut waiting, unwritten, patience);
    }

    /// Says that everything is written.
    pub(super) fn end(&self) {
        self.waiting().state = State::Written;
        self.0.changed.notify_all();
    }

    pub(super) fn count_dropped(&self) {
        self.0.dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.0.dropped)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock()
    }
}

/// Each write is one line: that is how the formatter writes.
impl io::Write for Queue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Cuts a text; of a JSON object it cuts the long strings, so that it stays JSON.
fn shortened(line: &[u8]) -> Vec<u8> {
    let Ok(mut object) = serde_json::from_slice::<Map<String, Value>>(line) else {
        let mut text = String::from_utf8_lossy(line).into_owned();
        clip(&mut text, MAX_LINE_BYTES - CUT.len() - 1);
        text.push('\n');
        return text.into_bytes();
    };
    let mut room = MAX_LINE_BYTES;
    loop {
        room /= 2;
        object
            .values_mut()
            .for_each(|value| clip_strings(value, room));
        let mut text = serde_json::to_vec(&object).unwrap_or_default();
        text.push(b'\n');
        if text.len() <= MAX_LINE_BYTES || room < MIN_STRING_BYTES {
            return text;
        }
    }
}

fn clip_strings(value: &mut Value, room: usize) {
    match value {
        Value::String(text) => clip(text, room),
        Value::Array(values) => values
            .iter_mut()
            .for_each(|value| clip_strings(value, room)),
        Value::Object(object) => object
            .values_mut()
            .for_each(|value| clip_strings(value, room)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn clip(text: &mut String, room: usize) {
    if text.len() > room {
        text.truncate(text.floor_char_boundary(room));
        text.push_str(CUT);
    }
}

const CUT: &str = "…";
/// The time by which a line is delayed so that others are written with it.
const MOMENT: Duration = Duration::from_millis(5);
const MAX_LINES: usize = 8192;
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Longer ones are shortened, because callers choose what some lines quote.
pub(super) const MAX_LINE_BYTES: usize = 4096;
const MIN_STRING_BYTES: usize = 16;

#[cfg(test)]
mod tests;
