//! Connections for reading: as many as read at the same time, a few kept for the next ones.

use std::path::{Path, PathBuf};

use super::{
    connection::{self, Connection},
    file::Lock,
    opening,
};
use crate::error::StoreError;
use parking_lot::{Mutex, MutexGuard};

/// The readers of one database.
pub(super) struct Readers {
    path: PathBuf,
    /// None once the store is closed.
    idle: Mutex<Option<Vec<Connection>>>,
    /// A process that may read keeps other processes away.
    _lock: Option<Lock>,
}

impl Readers {
    pub(super) fn new(path: &Path, lock: Lock) -> Self {
        Self {
            path: path.to_owned(),
            idle: Mutex::new(Some(Vec::new())),
            _lock: Some(lock),
        }
    }

    /// Readers of a file that no process writes to.
    #[cfg(feature = "postgres")]
    pub(super) fn of_a_file(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            idle: Mutex::new(Some(Vec::new())),
            _lock: None,
        }
    }

    /// Reads on a connection that no other reader uses meanwhile.
    pub(super) fn with<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.idle().as_mut().and_then(Vec::pop);
        let connection = match idle {
            Some(connection) => connection,
            None => opening::for_reading(&self.path)?,
        };
        let result = read(&connection);
        let sound = !result.as_ref().is_err_and(connection::is_doubtful) && connection.is_idle();
        if let Some(idle) = self.idle().as_mut()
            && sound
            && idle.len() < MAX_IDLE
        {
            idle.push(connection);
        }
        result
    }

    /// Closes the connections that are idle, and each other one when it has read.
    pub(super) fn close(&self) {
        *self.idle() = None;
    }

    #[cfg(feature = "postgres")]
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn idle(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        self.idle.lock()
    }
}

/// One for each core of a small machine, and a few for scans.
const MAX_IDLE: usize = 8;
