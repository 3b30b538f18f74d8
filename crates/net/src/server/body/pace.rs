//! The lowest rate at which a request's body may arrive.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// The sender of a body is slower than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body of the request arrives too slowly")]
pub struct TooSlow;

/// The bytes that have arrived, and the time spent waiting for their sender.
#[derive(Default)]
pub(super) struct Pace {
    received_bytes: u64,
    waited: Duration,
    waiting_since: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    pub(super) fn received(&mut self, bytes: usize) {
        self.received_bytes += bytes as u64;
        if let Some(since) = self.waiting_since.take() {
            self.waited += since.elapsed();
        }
    }

    pub(super) fn wait(&mut self) {
        self.waiting_since.get_or_insert_with(Instant::now);
    }

    /// Is ready when the sender of a body that is read has used up its time.
    pub(super) fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let more = Duration::from_secs(self.received_bytes / BYTES_PER_SECOND);
        self.poll_used_up(GRACE + more, context)
    }

    /// Is ready when an answer waits no longer for the rest of a body.
    pub(super) fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.poll_used_up(GRACE, context)
    }

    fn poll_used_up(&mut self, allowed: Duration, context: &mut Context<'_>) -> Poll<()> {
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        let deadline = since + allowed.saturating_sub(self.waited);
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if alarm.deadline() != deadline {
            alarm.as_mut().reset(deadline);
        }
        alarm.as_mut().poll(context)
    }
}

const GRACE: Duration = Duration::from_secs(10);
const BYTES_PER_SECOND: u64 = 500;
