//! Overload: whose turn it is, and who is told to come back later.
//!
//! As much work is with the runtime as keeps the cores busy, and not much more. So what never waits
//! for a turn (keys, revocation, introspection) is behind a few signatures, not behind thousands. The
//! rest waits here: the higher class first, in a class whoever came last (who came before has probably
//! given up), and nobody longer than a quarter of a second. A class is for those who have proved that
//! they belong to it; where nothing is proved, it is a page's.

mod waiting;

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
use tokio::{sync::oneshot, task::yield_now, time::timeout};

use self::waiting::{Rank, Waiting};

/// What is asked for, in the order in which it is refused (DESIGN §9): the first ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Administration over the network; the operator's own socket waits for nobody.
    Administration,
    /// Every page of a sign-in, and whoever has not proved anything yet.
    SignIn,
    /// The first tokens of a grant.
    Code,
    /// The next tokens of a grant.
    Refresh,
    /// Tokens of machines, which need no store. They wait among refreshes: one client must not take
    /// everybody else's turns.
    Machine,
}

impl Class {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [
        Self::Administration,
        Self::SignIn,
        Self::Code,
        Self::Refresh,
        Self::Machine,
    ];

    /// What metrics call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Administration => "administration",
            Self::SignIn => "sign_in",
            Self::Code => "code",
            Self::Refresh => "refresh",
            Self::Machine => "client_credentials",
        }
    }

    const fn rank(self) -> Rank {
        Rank::Waits(match self {
            Self::Administration => 0,
            Self::SignIn => 1,
            Self::Code => 2,
            Self::Refresh | Self::Machine => 3,
        })
    }

    /// How long a write may wait in the store before this is refused; `None` if it writes nothing.
    const fn patience_with_store(self) -> Option<Duration> {
        match self {
            Self::Administration => Some(Duration::from_millis(250)),
            Self::SignIn => Some(Duration::from_millis(500)),
            Self::Code => Some(Duration::from_millis(1000)),
            Self::Refresh => Some(Duration::from_millis(2000)),
            Self::Machine => None,
        }
    }
}

/// More is asked than can be done: the caller should come back later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more is asked of this server than it can do")]
pub struct Overloaded;

/// Gives out turns.
pub struct Turns {
    shared: Arc<Shared>,
    refused: [AtomicU64; Class::ALL.len()],
}

struct Shared(Mutex<State>);

struct State {
    free: usize,
    waiting: Waiting<oneshot::Sender<Turn>, RANKS>,
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turns")
    }
}

impl Turns {
    /// So many at once; so many may wait.
    pub fn new(at_once: usize, most_waiting: usize) -> Self {
        let state = State {
            free: at_once.max(1),
            waiting: Waiting::new(most_waiting),
        };
        Self {
            shared: Arc::new(Shared(Mutex::new(state))),
            refused: Default::default(),
        }
    }

    /// Enough for this machine: what is never refused waits a few milliseconds behind them.
    pub fn for_cores(cores: usize) -> Self {
        Self::new(cores.saturating_mul(AT_ONCE_PER_CORE), MAX_WAITING)
    }

    /// Does `work` when its turn comes. While the work waits for something, the turn is another's.
    ///
    /// # Errors
    ///
    /// [`Overloaded`] if its turn did not come in time, or writes have waited too long in the store;
    /// nothing of the work has been done then.
    pub async fn take<T>(
        &self,
        class: Class,
        store_delay: Duration,
        mut work: impl Future<Output = T> + Unpin,
    ) -> Result<T, Overloaded> {
        let too_slow = class
            .patience_with_store()
            .is_some_and(|patience| store_delay > patience);
        if too_slow {
            return Err(self.refuse(class));
        }
        let first = self.first_turn(class).await;
        let mut turn = first.ok_or_else(|| self.refuse(class))?;
        loop {
            let polled = poll_fn(|cx| Poll::Ready(Pin::new(&mut work).poll(cx))).await;
            if let Poll::Ready(done) = polled {
                return Ok(done);
            }
            drop(turn);
            woken().await;
            turn = match self.ask(Rank::Begun) {
                Asked::Granted(turn) => turn,
                // nobody takes the place of what has begun
                Asked::Waits(place) => place.turn().await.ok_or_else(|| self.refuse(class))?,
            };
        }
    }

    /// How many requests of this class were refused since the start.
    pub fn refused(&self, class: Class) -> u64 {
        self.count(class)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    fn refuse(&self, class: Class) -> Overloaded {
        if let Some(count) = self.count(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        Overloaded
    }

    fn count(&self, class: Class) -> Option<&AtomicU64> {
        self.refused.get(class as usize)
    }

    /// Waits for a turn; `None` for whoever waits too long, or has to make room for a higher rank.
    async fn first_turn(&self, class: Class) -> Option<Turn> {
        match self.ask(class.rank()) {
            Asked::Granted(turn) => {
                // others are read first, so that it shows how many they are
                yield_now().await;
                Some(turn)
            }
            Asked::Waits(place) => timeout(PATIENCE, place.turn()).await.ok().flatten(),
        }
    }

    fn ask(&self, rank: Rank) -> Asked {
        let mut state = self.shared.state();
        if state.free > 0 {
            state.free -= 1;
            return Asked::Granted(Turn(Arc::clone(&self.shared)));
        }
        let (sender, answer) = oneshot::channel();
        let (number, excess) = state.waiting.add(rank, sender);
        drop(state);
        // wakes somebody: not under the lock
        drop(excess);
        Asked::Waits(Place {
            shared: Arc::clone(&self.shared),
            rank,
            number,
            answer,
        })
    }
}

enum Asked {
    Granted(Turn),
    Waits(Place),
}

/// A place among those who wait; given up when dropped.
struct Place {
    shared: Arc<Shared>,
    rank: Rank,
    number: u64,
    answer: oneshot::Receiver<Turn>,
}

impl Place {
    async fn turn(mut self) -> Option<Turn> {
        (&mut self.answer).await.ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // nobody listens any more: what is dropped next wakes nobody
        self.answer.close();
        let sender = self.shared.state().waiting.remove(self.rank, self.number);
        drop(sender);
    }
}

/// The right to work; the next one's when dropped.
struct Turn(Arc<Shared>);

impl Drop for Turn {
    fn drop(&mut self) {
        let next = {
            let mut state = self.0.state();
            let next = state.waiting.next();
            if next.is_none() {
                state.free += 1;
            }
            next
        };
        if let Some(next) = next {
            // whoever is gone gives it back: the turn is dropped, outside of the lock
            drop(next.send(Self(Arc::clone(&self.0))));
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

/// Returns when the task is woken, by whatever it waits for.
async fn woken() {
    let mut slept = false;
    poll_fn(|_| match std::mem::replace(&mut slept, true) {
        false => Poll::Pending,
        true => Poll::Ready(()),
    })
    .await;
}

const RANKS: usize = 4;

/// The longest that anybody waits: a client that gets no answer for longer tries again, and doubles
/// the load.
const PATIENCE: Duration = Duration::from_millis(250);

const AT_ONCE_PER_CORE: usize = 8;

/// As many as there are connections by default.
const MAX_WAITING: usize = 10_000;

#[cfg(test)]
mod tests;
