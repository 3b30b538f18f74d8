//! Admission under overload: which requests are worked on now, which wait, and which are refused.
//!
//! As many requests are with the runtime as keep the cores busy, and not many more. So what never waits
//! for a permit (keys, revocation, introspection) is behind a few signatures, not behind thousands. The
//! rest waits here: the higher priority first, within a priority first come, first served, and none longer
//! than a quarter of a second. Where more come than can be served, the newest is served first: the oldest
//! caller has probably given up. A priority is for requests that have proved that they belong to it; where
//! nothing is proved, it is a page's.

mod priority;
mod queue;

pub use self::priority::Priority;

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    time::Duration,
};

use parking_lot::{Mutex, MutexGuard};
use tokio::{
    sync::oneshot,
    task::yield_now,
    time::{Instant, timeout},
};

use self::queue::{Queue, Rank};

/// The server is overloaded: the caller should try again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server is overloaded")]
pub struct OverloadedError;

/// Gives out permits to work.
pub struct Admission {
    shared: Arc<Shared>,
    refused: [AtomicU64; Priority::ALL.len()],
}

struct Shared {
    /// The zero of the queue's clock.
    started: Instant,
    state: Mutex<State>,
}

struct State {
    free_permits: usize,
    queue: Queue<oneshot::Sender<Permit>, RANKS>,
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Admission")
    }
}

impl Admission {
    /// Makes `at_once` permits; at most `max_waiting` requests queue for them.
    pub fn new(at_once: usize, max_waiting: usize) -> Self {
        let state = State {
            free_permits: at_once.max(1),
            queue: Queue::new(max_waiting),
        };
        Self {
            shared: Arc::new(Shared {
                started: Instant::now(),
                state: Mutex::new(state),
            }),
            refused: Default::default(),
        }
    }

    /// Makes enough permits for a machine: what is never refused waits a few milliseconds behind them.
    pub fn for_cores(cores: usize) -> Self {
        Self::new(cores.saturating_mul(PERMITS_PER_CORE), MAX_WAITING)
    }

    /// Does `work` with a permit. While the work waits for something, another request has the permit.
    ///
    /// # Errors
    ///
    /// [`OverloadedError`] if there was no permit in time, or writes have waited too long in the store;
    /// nothing of the work has been done then.
    pub async fn run<T>(
        &self,
        priority: Priority,
        store_delay: Duration,
        mut work: impl Future<Output = T> + Unpin,
    ) -> Result<T, OverloadedError> {
        let is_too_slow = priority
            .max_store_delay()
            .is_some_and(|max| store_delay > max);
        if is_too_slow {
            return Err(self.refuse(priority));
        }
        let first = self.first_permit(priority).await;
        let mut permit = first.ok_or_else(|| self.refuse(priority))?;
        loop {
            let polled = poll_fn(|cx| Poll::Ready(Pin::new(&mut work).poll(cx))).await;
            if let Poll::Ready(done) = polled {
                return Ok(done);
            }
            drop(permit);
            woken().await;
            permit = match self.request(Rank::Begun) {
                Admitted::Now(permit) => permit,
                // work that has begun is never pushed out of the queue
                Admitted::Queued(ticket) => {
                    ticket.permit().await.ok_or_else(|| self.refuse(priority))?
                }
            };
        }
    }

    /// Returns how many requests of this priority were refused since the start.
    pub fn refused(&self, priority: Priority) -> u64 {
        self.counter(priority)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    fn refuse(&self, priority: Priority) -> OverloadedError {
        if let Some(count) = self.counter(priority) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        OverloadedError
    }

    fn counter(&self, priority: Priority) -> Option<&AtomicU64> {
        self.refused.get(priority as usize)
    }

    /// Waits for the first permit; `None` if that takes too long, or a higher rank pushed the request out.
    async fn first_permit(&self, priority: Priority) -> Option<Permit> {
        match self.request(priority.rank()) {
            Admitted::Now(permit) => {
                // others are read first, so that it shows how many they are
                yield_now().await;
                Some(permit)
            }
            Admitted::Queued(ticket) => timeout(MAX_WAIT, ticket.permit()).await.ok().flatten(),
        }
    }

    fn request(&self, rank: Rank) -> Admitted {
        let mut state = self.shared.state();
        if state.free_permits > 0 {
            state.free_permits -= 1;
            return Admitted::Now(Permit(Arc::clone(&self.shared)));
        }
        let (sender, answer) = oneshot::channel();
        let added = state.queue.add(rank, sender, self.shared.now());
        drop(state);
        // wakes the request that is pushed out: not under the lock
        drop(added.pushed_out);
        Admitted::Queued(QueueTicket {
            shared: Arc::clone(&self.shared),
            rank,
            number: added.number,
            answer,
        })
    }
}

enum Admitted {
    Now(Permit),
    Queued(QueueTicket),
}

/// A place in the queue; given up when dropped.
struct QueueTicket {
    shared: Arc<Shared>,
    rank: Rank,
    number: u64,
    answer: oneshot::Receiver<Permit>,
}

impl QueueTicket {
    async fn permit(mut self) -> Option<Permit> {
        (&mut self.answer).await.ok()
    }
}

impl Drop for QueueTicket {
    fn drop(&mut self) {
        // nothing listens any more: what is dropped next wakes no task
        self.answer.close();
        let sender = self.shared.state().queue.remove(self.rank, self.number);
        drop(sender);
    }
}

/// The right to work; passed on to the next request when dropped.
struct Permit(Arc<Shared>);

impl Drop for Permit {
    fn drop(&mut self) {
        let next = {
            let mut state = self.0.state();
            let next = state.queue.next(self.0.now());
            if next.is_none() {
                state.free_permits += 1;
            }
            next
        };
        if let Some(next) = next {
            // a request that is gone gives it back: the permit is dropped, outside of the lock
            drop(next.send(Self(Arc::clone(&self.0))));
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Returns when the task is woken, by whatever it waits for.
async fn woken() {
    let mut has_slept = false;
    poll_fn(|_| match std::mem::replace(&mut has_slept, true) {
        false => Poll::Pending,
        true => Poll::Ready(()),
    })
    .await;
}

const RANKS: usize = 4;

/// A client that gets no answer for longer tries again, and doubles the load.
const MAX_WAIT: Duration = Duration::from_millis(250);

const PERMITS_PER_CORE: usize = 8;

/// As many as there are connections by default.
const MAX_WAITING: usize = 10_000;

#[cfg(test)]
mod tests;
