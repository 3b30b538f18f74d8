//! One lock for each session, so that a session is refreshed once while other requests wait for its
//! tokens.

use std::{collections::HashMap, sync::Arc};

use parking_lot::{Mutex, MutexGuard};

/// The sessions that are being refreshed.
#[derive(Clone, Default)]
pub(super) struct RefreshLocks(Arc<Mutex<Locks>>);

type Locks = HashMap<Vec<u8>, Arc<tokio::sync::Mutex<()>>>;

/// A handle to the lock of one session; the last handle removes the lock from memory.
pub(super) struct RefreshLock {
    refresh_locks: RefreshLocks,
    session: Vec<u8>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl RefreshLocks {
    /// Returns a handle to the lock of the session with this digest.
    pub(super) fn of(&self, session: Vec<u8>) -> RefreshLock {
        let lock = Arc::clone(self.locks().entry(session.clone()).or_default());
        RefreshLock {
            refresh_locks: self.clone(),
            session,
            lock,
        }
    }

    fn locks(&self) -> MutexGuard<'_, Locks> {
        self.0.lock()
    }
}

impl RefreshLock {
    /// Waits until no other request refreshes the session.
    pub(super) async fn lock(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.lock.lock().await
    }
}

impl Drop for RefreshLock {
    fn drop(&mut self) {
        let mut locks = self.refresh_locks.locks();
        // the map's and this one: a new one is only made under the map's own lock
        if Arc::strong_count(&self.lock) <= 2 {
            locks.remove(&self.session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_session_has_one_lock_while_anybody_needs_it_and_none_after() {
        let refresh_locks = RefreshLocks::default();
        let (first, second) = (refresh_locks.of(vec![1]), refresh_locks.of(vec![1]));
        let other = refresh_locks.of(vec![2]);
        let held = first.lock().await;
        assert!(second.lock.try_lock().is_err());
        assert!(other.lock.try_lock().is_ok());
        drop(held);
        drop(first);
        assert_eq!(refresh_locks.locks().len(), 2);
        let third = refresh_locks.of(vec![1]);
        let held = second.lock().await;
        assert!(third.lock.try_lock().is_err(), "still the same lock");
        drop(held);
        drop((second, third, other));
        assert_eq!(refresh_locks.locks().len(), 0);
    }
}
