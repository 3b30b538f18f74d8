//! The events as they happen: alarms, revocations and refusals, in the order in which they pass.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use airside_oauth::{
    state::event::{Event, EventKind},
    time::Time,
};
use airside_server::clock::{Clock, SystemClock};
use anyhow::Result;
use tokio::sync::{broadcast, mpsc::UnboundedReceiver};

use crate::{
    tap::{Passage, Passed},
    world::AuditTrail,
};

/// The last lines, and those who wait for the next one. Clones share everything.
#[derive(Clone)]
pub struct LiveLog(Arc<Inside>);

struct Inside {
    kept: Mutex<Kept>,
    sender: broadcast::Sender<LiveLine>,
}

#[derive(Default)]
struct Kept {
    lines: VecDeque<LiveLine>,
    /// The time of the last alarm, until the guard has refused what it ended.
    alarm: Option<Time>,
}

impl Kept {
    /// Returns the milliseconds since the alarm that a line follows from.
    fn after_alarm(&mut self, at: Time, kind: LineKind) -> Option<i64> {
        let alarm = match kind {
            LineKind::Alarm => {
                self.alarm = Some(at);
                None
            }
            LineKind::Told => self.alarm,
            LineKind::Refused => self.alarm.take(),
            LineKind::Note => None,
        };
        alarm.map(|alarm| at.as_millis().saturating_sub(alarm.as_millis()))
    }

    fn push(&mut self, line: LiveLine) {
        if self.lines.len() >= MAX_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct LiveLine {
    pub at: Time,
    pub kind: LineKind,
    pub text: String,
    /// Milliseconds since the alarm that this follows from.
    pub after_ms: Option<i64>,
}

/// The kind of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A copied code or token was used.
    Alarm,
    /// The guard was told what is revoked.
    Told,
    /// The guard refused.
    Refused,
    /// Anything else that is worth a line.
    Note,
}

impl LiveLog {
    pub fn new() -> Self {
        Self(Arc::new(Inside {
            kept: Mutex::default(),
            sender: broadcast::Sender::new(MAX_LINES),
        }))
    }

    /// Returns the last lines, oldest first.
    pub fn lines(&self) -> Vec<LiveLine> {
        self.kept().lines.iter().cloned().collect()
    }

    /// Hears of every later line.
    pub fn follow(&self) -> broadcast::Receiver<LiveLine> {
        self.0.sender.subscribe()
    }

    /// Tells what the scanner does.
    pub fn scanner(&self, what: &str) {
        let text = format!("the scanner: {what}");
        self.tell(SystemClock.now(), LineKind::Note, text);
    }

    /// Writes lines until nothing passes any more.
    pub async fn watch(self, mut passages: UnboundedReceiver<Passage>, trail: AuditTrail) {
        let mut seen = Seen(SystemClock.now(), Vec::new());
        while let Some(passage) = passages.recv().await {
            match passage.what {
                Passed::TokenRequest => {
                    // a store that cannot be read has no line
                    drop(self.read(&trail, &mut seen).await);
                }
                Passed::Revocations(count) => self.told(passage.at, count),
                Passed::Refusal(outcome) => {
                    let text = format!("the guard answers {outcome}");
                    self.tell(passage.at, LineKind::Refused, text);
                }
            }
        }
    }

    async fn read(&self, trail: &AuditTrail, seen: &mut Seen) -> Result<()> {
        let events = trail.since(seen.0).await?;
        for event in events.iter().rev().filter(|event| !seen.has(event)) {
            self.event(event);
        }
        if let Some(last) = events.first() {
            *seen = Seen(last.at, events.iter().map(|event| event.id).collect());
        }
        Ok(())
    }

    fn event(&self, event: &Event) {
        let kind = match event.kind {
            EventKind::CodeReused | EventKind::RefreshTokenReused => LineKind::Alarm,
            EventKind::GrantRevoked | EventKind::KeyCreated => LineKind::Note,
            _ => return,
        };
        let text = match event.detail.is_empty() {
            true => event.kind.meaning(),
            false => &event.detail,
        };
        let text = format!("{}: {text}", event.kind.as_str());
        self.tell(event.at, kind, text);
    }

    fn told(&self, at: Time, count: usize) {
        let text = match count {
            1 => "the guard is told of 1 revocation".to_owned(),
            count => format!("the guard is told of {count} revocations"),
        };
        self.tell(at, LineKind::Told, text);
    }

    fn tell(&self, at: Time, kind: LineKind, text: String) {
        let mut kept = self.kept();
        let line = LiveLine {
            at,
            kind,
            text,
            after_ms: kept.after_alarm(at, kind),
        };
        kept.push(line.clone());
        // it has no receiver while no page is open
        drop(self.0.sender.send(line));
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time of the last events that have their lines, and these events.
struct Seen(Time, Vec<airside_oauth::id::EventId>);

impl Seen {
    fn has(&self, event: &Event) -> bool {
        self.1.contains(&event.id)
    }
}

/// Lines that are kept.
const MAX_LINES: usize = 30;
