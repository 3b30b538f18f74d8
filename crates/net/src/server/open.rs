//! The open connections, and which of them make room for new ones.
//!
//! An idle connection costs its client nothing, so idle connections must not keep others out. Those
//! that have been idle longest are closed first: an honest client sends its first request at once. It
//! has a second for that, and for its handshake: otherwise new connections would close each other
//! where all earlier ones are busy. Next are those whose every request waits for the peer alone: for
//! the rest of its body, or for the peer to read its answer.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::{Mutex, MutexGuard};
use tokio::{sync::oneshot, time::Instant};

use super::{Limits, activity::Activity, log_throttle::LogThrottle};

/// Every connection of a server, from its acceptance to its end.
#[derive(Clone, Default)]
pub(super) struct OpenConnections(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    connections: HashMap<u64, Activity>,
    entered: u64,
    /// Closed to make room, since the log said so last.
    closed: usize,
    said: LogThrottle,
}

/// One open connection.
pub(super) struct Member {
    pub(super) activity: Activity,
    /// Resolves when the connection has to make room.
    pub(super) leave: oneshot::Receiver<()>,
    pub(super) registration: Registration,
}

/// A connection is among the open ones until this is dropped.
pub(super) struct Registration {
    open: OpenConnections,
    number: u64,
}

impl OpenConnections {
    pub(super) fn enter(&self, limits: Limits) -> Member {
        let (activity, leave) = Activity::new(limits);
        let mut open = self.open();
        let number = open.entered;
        open.entered += 1;
        open.connections.insert(number, activity.clone());
        Member {
            activity,
            leave,
            registration: Registration {
                open: self.clone(),
                number,
            },
        }
    }

    /// Tells the longest waiting of the connections to close, one in 64 of those that wait.
    ///
    /// So many at once that looking at all of them is cheap for each that is accepted then.
    pub(super) fn make_room(&self) {
        let mut open = self.open();
        let now = Instant::now();
        let mut waiting = open.since(Activity::waiting_since);
        waiting.retain(|(since, _)| now.saturating_duration_since(*since) >= SPARED);
        if waiting.is_empty() {
            waiting = open.since(Activity::held_since);
        }
        let count = waiting.len().div_ceil(AT_ONCE);
        if count < waiting.len() {
            waiting.select_nth_unstable_by_key(count, |(since, _)| *since);
        }
        let longest = waiting.into_iter().take(count);
        let told = longest.filter(|(_, activity)| activity.tell_to_leave());
        open.closed += told.count();
        open.say();
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock()
    }
}

impl Open {
    fn since(&self, of: fn(&Activity) -> Option<Instant>) -> Vec<(Instant, &Activity)> {
        (self.connections.values())
            .filter_map(|activity| Some((of(activity)?, activity)))
            .collect()
    }

    /// Tells the operator, not more often than helps.
    fn say(&mut self) {
        if self.closed == 0 || !self.said.is_due() {
            return;
        }
        tracing::warn!(
            closed = self.closed,
            open = self.connections.len(),
            "connections that only wait are closed to make room for others"
        );
        self.closed = 0;
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.open.open().connections.remove(&self.number);
    }
}

/// One in so many is closed at a time.
const AT_ONCE: usize = 64;
/// A connection that has waited for less is left alone.
const SPARED: Duration = Duration::from_secs(1);
