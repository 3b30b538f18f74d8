//! Threads that each serve connections of their own.
//!
//! A connection stays on one thread, as in nginx: nothing is handed over, and no
//! thread is woken for another's work. A proxy, whose requests are two reads and two writes, answers
//! half as many again for that. Work that takes long does not belong here: it would hold up the other
//! connections of its thread.

use std::{
    cell::Cell,
    fmt, io,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use tokio::{
    runtime::{Builder, Handle},
    sync::watch,
};

/// Threads that serve connections; they end when the last clone is dropped.
#[derive(Clone)]
pub struct Workers {
    shared: Arc<Shared>,
}

struct Shared {
    handles: Vec<Handle>,
    turn: AtomicUsize,
    /// Dropped with the last clone, which every thread sees.
    _end: watch::Sender<()>,
}

thread_local! {
    static INDEX: Cell<Option<usize>> = const { Cell::new(None) };
}

impl Workers {
    /// Starts a thread for each core that this process may use.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if the system gives no more threads.
    pub fn start() -> io::Result<Self> {
        Self::start_some(thread::available_parallelism().map_or(1, NonZeroUsize::get))
    }

    /// Starts so many threads.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if the system gives no more threads.
    pub fn start_some(count: usize) -> io::Result<Self> {
        let (end, ended) = watch::channel(());
        let mut handles = Vec::new();
        for index in 0..count.max(1) {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            handles.push(runtime.handle().clone());
            let mut ended = ended.clone();
            thread::Builder::new()
                .name(format!("worker-{index}"))
                .spawn(move || {
                    INDEX.set(Some(index));
                    // an error says that the sender is gone
                    runtime.block_on(async { while ended.changed().await.is_ok() {} });
                })?;
        }
        let shared = Shared {
            handles,
            turn: AtomicUsize::new(0),
            _end: end,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Returns the number of workers.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shared.handles.len()
    }

    /// Which of them this thread is; `None` on any other thread.
    #[must_use]
    pub fn index() -> Option<usize> {
        INDEX.get()
    }

    /// Returns the next worker, round-robin.
    pub(crate) fn next(&self) -> Option<&Handle> {
        let turn = self.shared.turn.fetch_add(1, Ordering::Relaxed);
        self.shared.handles.get(turn % self.count().max(1))
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Workers")
            .field("count", &self.count())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_goes_by_turns_and_stays_where_it_is() {
        let workers = Workers::start_some(2).unwrap();
        assert_eq!(Workers::index(), None);
        let mut seen = Vec::new();
        for _ in 0..4 {
            let handle = workers.next().unwrap();
            let work = async {
                let before = Workers::index();
                tokio::task::yield_now().await;
                assert_eq!(
                    tokio::spawn(async { Workers::index() }).await.unwrap(),
                    before
                );
                before
            };
            seen.push(handle.spawn(work).await.unwrap());
        }
        assert_eq!(seen, [Some(0), Some(1), Some(0), Some(1)]);
    }
}
