//! The sessions of browsers: tokens stay here, the browser has a cookie.
//!
//! A row is named by a digest of the cookie, and its content is sealed with a key that only the cookie
//! yields: the file alone reveals nothing.

mod handle;

use std::{fmt, io, path::Path, sync::Arc, time::Duration};

use airside_net::private;
use airside_resource::UnixSeconds;
use parking_lot::{Mutex, MutexGuard};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) use self::handle::Handle;
use super::{
    refresh_lock::{RefreshLock, RefreshLocks},
    setting::Lifetimes,
};

/// All sessions, in memory or in a file. Clones share them.
#[derive(Clone)]
pub(crate) struct Sessions {
    database: Arc<Mutex<Connection>>,
    /// The locks of the sessions that are being refreshed.
    refresh_locks: RefreshLocks,
}

/// The sessions cannot be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionsError {
    /// Their file cannot be made or read.
    #[error(transparent)]
    File(#[from] io::Error),
    /// SQLite cannot use it.
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
}

/// The session that a browser's cookie names.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) access_token: String,
    pub(super) access_expires_at: UnixSeconds,
    pub(super) refresh_token: Option<String>,
    pub(super) id_token: String,
    /// The claims of the issuer about the person.
    pub(super) claims: Map<String, Value>,
}

/// The outcome of replacing the tokens of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReplaceOutcome {
    Done,
    /// The session has ended in the meantime.
    Ended,
    /// The tokens could not be stored, for example on a full disk: the session keeps its old ones.
    Failed,
}

impl Sessions {
    /// Keeps sessions in a file, which is made readable by its owner alone; in memory without one.
    ///
    /// # Errors
    ///
    /// [`SessionsError`] if the file cannot be used.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, SessionsError> {
        let database = connect(path)?;
        database.busy_timeout(BUSY)?;
        // a session that is lost with the machine is signed in again without a question
        database.execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = NORMAL;
             CREATE TABLE IF NOT EXISTS session (
                 id BLOB PRIMARY KEY, sealed BLOB NOT NULL,
                 begun_at INTEGER NOT NULL, used_at INTEGER NOT NULL
             ) STRICT, WITHOUT ROWID;",
        )?;
        Ok(Self {
            database: Arc::new(Mutex::new(database)),
            refresh_locks: RefreshLocks::default(),
        })
    }

    /// Returns the lock under which a session's tokens are refreshed. Guards that follow each other
    /// share it, because a refresh token can be used once.
    pub(super) fn refresh_lock(&self, handle: &Handle) -> RefreshLock {
        self.refresh_locks.of(handle.digest())
    }

    /// Begins a session.
    pub(super) async fn begin(&self, session: &Session, now: UnixSeconds) -> Option<Handle> {
        let handle = Handle::new()?;
        let (id, sealed) = (handle.digest(), handle.key()?.seal(session)?);
        let begun = self.write(move |database| {
            database
                .prepare_cached("INSERT INTO session VALUES (?1, ?2, ?3, ?3)")?
                .execute(params![id, sealed, now.as_i64()])
        });
        begun.await.map(|_| handle)
    }

    /// Finds a session that has not expired, and notes that it is used.
    pub(super) async fn find(
        &self,
        handle: &Handle,
        lifetimes: Lifetimes,
        now: UnixSeconds,
    ) -> Option<Session> {
        let id = handle.digest();
        let SessionRow {
            sealed,
            begun_at,
            used_at,
        } = match self.row(id.clone()).await {
            Ok(row) => row?,
            Err(error) => {
                tracing::error!(%error, "sessions cannot be read");
                return None;
            }
        };
        let within = |since: UnixSeconds, lifetime: Duration| {
            u64::try_from(now.seconds_since(since)).is_ok_and(|age| age <= lifetime.as_secs())
        };
        // the clock may have been put back a little
        let now = now.max(used_at);
        if !within(begun_at.min(now), lifetimes.total) || !within(used_at.min(now), lifetimes.idle)
        {
            return None;
        }
        if now.seconds_since(used_at) >= NOTE_SECONDS {
            self.write(move |database| {
                database
                    .prepare_cached("UPDATE session SET used_at = ?2 WHERE id = ?1")?
                    .execute(params![id, now.as_i64()])
            })
            .await;
        }
        handle.key()?.open(&sealed)
    }

    /// Replaces the tokens of a session.
    pub(super) async fn replace(&self, handle: &Handle, session: &Session) -> ReplaceOutcome {
        let Some(sealed) = handle.key().and_then(|key| key.seal(session)) else {
            return ReplaceOutcome::Failed;
        };
        let id = handle.digest();
        let replaced = self.write(move |database| {
            database
                .prepare_cached("UPDATE session SET sealed = ?2 WHERE id = ?1")?
                .execute(params![id, sealed])
        });
        match replaced.await {
            Some(0) => ReplaceOutcome::Ended,
            Some(_) => ReplaceOutcome::Done,
            None => ReplaceOutcome::Failed,
        }
    }

    /// Ends a session.
    pub(super) async fn end(&self, handle: &Handle) {
        let id = handle.digest();
        self.write(move |database| {
            database
                .prepare_cached("DELETE FROM session WHERE id = ?1")?
                .execute(params![id])
        })
        .await;
    }

    /// Deletes expired sessions.
    pub(crate) async fn sweep(&self, lifetimes: Lifetimes, now: UnixSeconds) {
        let before = |lifetime: Duration| now.minus(lifetime).as_i64();
        let (idle, total) = (before(lifetimes.idle), before(lifetimes.total));
        self.write(move |database| {
            database
                .prepare_cached("DELETE FROM session WHERE used_at < ?1 OR begun_at < ?2")?
                .execute(params![idle, total])
        })
        .await;
    }

    /// Returns the number of sessions, including expired ones that have not been swept.
    #[cfg(test)]
    pub(super) fn count(&self) -> i64 {
        let count = self
            .database()
            .query_row("SELECT count(*) FROM session", [], |row| row.get(0));
        count.unwrap_or(0)
    }

    /// Reads at once, or on a blocking thread while a write holds the lock.
    async fn row(&self, id: Vec<u8>) -> rusqlite::Result<Option<SessionRow>> {
        if let Some(database) = self.database.try_lock() {
            return SessionRow::find(&database, &id);
        }
        let sessions = self.clone();
        let found =
            tokio::task::spawn_blocking(move || SessionRow::find(&sessions.database(), &id)).await;
        found.unwrap_or(Ok(None))
    }

    /// Writes on a blocking thread, so that no serving thread waits for the disk.
    async fn write(
        &self,
        write: impl FnOnce(&Connection) -> rusqlite::Result<usize> + Send + 'static,
    ) -> Option<usize> {
        let sessions = self.clone();
        let written = tokio::task::spawn_blocking(move || write(&sessions.database())).await;
        match written {
            Ok(Ok(rows)) => Some(rows),
            Ok(Err(error)) => {
                tracing::error!(%error, "sessions cannot be written");
                None
            }
            Err(_) => None,
        }
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.database.lock()
    }
}

/// Opens the file, or a database in memory.
fn connect(path: Option<&Path>) -> Result<Connection, SessionsError> {
    Ok(match path {
        Some(path) => {
            make_private(path)?;
            Connection::open(path)?
        }
        None => Connection::open_in_memory()?,
    })
}

/// A row of the table `session`.
struct SessionRow {
    sealed: Vec<u8>,
    begun_at: UnixSeconds,
    used_at: UnixSeconds,
}

impl SessionRow {
    fn find(database: &Connection, id: &[u8]) -> rusqlite::Result<Option<Self>> {
        let mut statement = database.prepare_cached(FIND)?;
        let row = statement.query_row(params![id], |row| {
            Ok(Self {
                sealed: row.get(0)?,
                begun_at: UnixSeconds::new(row.get(1)?),
                used_at: UnixSeconds::new(row.get(2)?),
            })
        });
        row.optional()
    }
}

/// Makes the file for its owner alone, before SQLite writes to it: SQLite gives its log the same mode. A
/// file that cannot be restricted is used all the same, since its content is sealed.
fn make_private(path: &Path) -> io::Result<()> {
    private::open_or_create(path)?;
    #[cfg(unix)]
    if let Err(error) = private::restrict(path) {
        tracing::warn!(%error, "other accounts may read the file of sessions");
    }
    Ok(())
}

impl fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sessions").finish_non_exhaustive()
    }
}

const FIND: &str = "SELECT sealed, begun_at, used_at FROM session WHERE id = ?1";
const BUSY: Duration = Duration::from_secs(2);
/// The interval in which a use is noted at most once.
const NOTE_SECONDS: i64 = 60;

#[cfg(test)]
mod tests;
