//! Work on large bodies, away from the threads that serve connections.

use std::{num::NonZeroUsize, thread};

use tokio::task;

use crate::{error::RequestError, slot::Slots};

/// Runs work on a body: on this thread if it is small, else on another one, so that the other
/// connections of this thread do not wait for it.
///
/// As many threads work as the machine has cores, less one for the connections; [`MAX_WAITING`] more
/// bodies wait for their turn, a second at most. Work whose caller hangs up while it waits is not begun.
pub(crate) struct LargeBodies(Slots);

impl LargeBodies {
    pub(crate) fn new() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = cores.saturating_sub(1).max(1);
        Self(Slots::with_queue(threads, MAX_WAITING))
    }

    /// Returns true if work on a body of this size leaves the thread.
    pub(crate) fn is_large(size_bytes: usize) -> bool {
        size_bytes > MAX_SMALL_BYTES
    }

    /// Runs the work on a body of `size_bytes`.
    ///
    /// # Errors
    ///
    /// [`RequestError::Overloaded`] if it has no turn within a second, or too many wait already.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        size_bytes: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, RequestError> {
        if !Self::is_large(size_bytes) {
            return Ok(work());
        }
        let slot = self.0.acquire().await?;
        let done = task::spawn_blocking(move || {
            let done = work();
            // by the work, not by who waits for it: it goes on if the caller hangs up
            drop(slot);
            done
        });
        done.await.map_err(|_| RequestError::Overloaded)
    }
}

/// Reading so many bytes takes less time than handing them over and back.
const MAX_SMALL_BYTES: usize = 32 * 1024;
const MAX_WAITING: usize = 256;

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, pin::Pin, sync::mpsc, task::Poll, thread::ThreadId};

    use super::*;

    async fn thread_of(bodies: &LargeBodies, size_bytes: usize) -> ThreadId {
        let work = || thread::current().id();
        bodies.run(size_bytes, work).await.unwrap()
    }

    /// Polls a future once.
    async fn is_pending(future: &mut (impl Future + Unpin)) -> bool {
        poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context).is_pending())).await
    }

    #[tokio::test]
    async fn a_large_body_is_worked_on_by_another_thread_than_the_connections() {
        let (bodies, here) = (LargeBodies::new(), thread::current().id());
        assert_ne!(thread_of(&bodies, MAX_SMALL_BYTES + 1).await, here);
        assert_eq!(thread_of(&bodies, MAX_SMALL_BYTES).await, here);
    }

    #[tokio::test]
    async fn others_are_served_while_a_large_body_is_worked_on() {
        let bodies = LargeBodies::new();
        let (finish, finished) = mpsc::channel::<()>();
        let large = bodies.run(1 << 20, move || finished.recv());
        // the large one ends only after a small one has been served on this thread
        let (large, ()) = tokio::join!(large, async {
            thread_of(&bodies, 1).await;
            finish.send(()).unwrap();
        });
        assert_eq!(large.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn work_that_waits_is_bounded_and_ends_with_its_caller() {
        // D14
        let bodies = LargeBodies(Slots::with_queue(1, 1));
        let (finish, finished) = mpsc::channel::<()>();
        let (begun, has_begun) = mpsc::channel();
        let mut first = Box::pin(bodies.run(1 << 20, move || {
            begun.send(()).unwrap();
            finished.recv()
        }));
        assert!(is_pending(&mut first).await);
        has_begun.recv().unwrap();

        let mut second = Box::pin(bodies.run(1 << 20, || unreachable!("its caller hung up")));
        assert!(is_pending(&mut second).await);
        let third = bodies.run(1 << 20, || ()).await;
        assert_eq!(third, Err(RequestError::Overloaded));
        drop(second);

        finish.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(()));
        assert_eq!(bodies.run(1 << 20, || 7).await, Ok(7));
    }
}
