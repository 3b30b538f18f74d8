//! The sessions of browsers: tokens stay here, the browser has a cookie.
//!
//! A row's name is a digest of the cookie, and what it holds is sealed with a key that only the cookie
//! gives: whoever reads the file learns nothing.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use airside_jose::base64url;
use aws_lc_rs::{digest, rand};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    seal::SealKey,
    setting::Lifetimes,
    turn::{Turn, Turns},
};

/// All sessions, in memory or in a file. Clones share them.
#[derive(Clone)]
pub struct Sessions {
    database: Arc<Mutex<Connection>>,
    /// Those that are being refreshed.
    turns: Turns,
}

/// What a browser's cookie stands for.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) access_token: String,
    /// Seconds since 1970.
    pub(super) access_expires_at: i64,
    pub(super) refresh_token: Option<String>,
    pub(super) id_token: String,
    /// What the issuer says of the person.
    pub(super) claims: Map<String, Value>,
}

/// Whether a session has other tokens now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replaced {
    Done,
    /// It has ended meanwhile.
    Ended,
    /// They could not be kept, for example on a full disk: the session has those of before.
    Failed,
}

/// The value of a session's cookie.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Handle(Vec<u8>);

impl Handle {
    fn new() -> Option<Self> {
        let mut bytes = vec![0; HANDLE_BYTES];
        rand::fill(&mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// Reads a cookie's value.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let bytes = base64url::decode(value).ok()?;
        (bytes.len() == HANDLE_BYTES).then_some(Self(bytes))
    }

    /// As the browser gets it.
    pub(super) fn expose(&self) -> String {
        base64url::encode(&self.0)
    }

    pub(super) fn digest(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, &self.0).as_ref().to_vec()
    }

    fn key(&self) -> Option<SealKey> {
        SealKey::derive(&self.0, "browser session")
    }
}

impl Sessions {
    /// Keeps sessions in a file, which is made readable by its owner alone; in memory without one.
    ///
    /// # Errors
    ///
    /// [`rusqlite::Error`] if the file cannot be used.
    pub fn open(path: Option<&Path>) -> rusqlite::Result<Self> {
        let database = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        if let Some(path) = path {
            private(path);
        }
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
            turns: Turns::default(),
        })
    }

    /// Returns a place before the lock under which a session's tokens are refreshed. Guards that follow
    /// each other share it: a refresh token is good once.
    pub(super) fn turn(&self, handle: &Handle) -> Turn {
        self.turns.of(handle.digest())
    }

    /// Begins a session.
    pub(super) async fn begin(&self, session: &Session, now: i64) -> Option<Handle> {
        let handle = Handle::new()?;
        let (id, sealed) = (handle.digest(), handle.key()?.seal(session)?);
        let begun = self.write(move |database| {
            database
                .prepare_cached("INSERT INTO session VALUES (?1, ?2, ?3, ?3)")?
                .execute(params![id, sealed, now])
        });
        begun.await.map(|_| handle)
    }

    /// Finds a session that lives, and notes that it is used.
    pub(super) async fn find(
        &self,
        handle: &Handle,
        lifetimes: Lifetimes,
        now: i64,
    ) -> Option<Session> {
        let id = handle.digest();
        let Row {
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
        let within = |since: i64, lifetime: Duration| {
            u64::try_from(now - since).is_ok_and(|age| age <= lifetime.as_secs())
        };
        // the clock may have been put back a little
        let now = now.max(used_at);
        if !within(begun_at.min(now), lifetimes.total) || !within(used_at.min(now), lifetimes.idle)
        {
            return None;
        }
        if now - used_at >= NOTE_SECONDS {
            self.write(move |database| {
                database
                    .prepare_cached("UPDATE session SET used_at = ?2 WHERE id = ?1")?
                    .execute(params![id, now])
            })
            .await;
        }
        handle.key()?.open(&sealed)
    }

    /// Goes on with other tokens.
    pub(super) async fn replace(&self, handle: &Handle, session: &Session) -> Replaced {
        let Some(sealed) = handle.key().and_then(|key| key.seal(session)) else {
            return Replaced::Failed;
        };
        let id = handle.digest();
        let replaced = self.write(move |database| {
            database
                .prepare_cached("UPDATE session SET sealed = ?2 WHERE id = ?1")?
                .execute(params![id, sealed])
        });
        match replaced.await {
            Some(0) => Replaced::Ended,
            Some(_) => Replaced::Done,
            None => Replaced::Failed,
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

    /// Forgets sessions that have died.
    pub(crate) async fn sweep(&self, lifetimes: Lifetimes, now: i64) {
        let before = |lifetime: Duration| {
            now.saturating_sub(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX))
        };
        let (idle, total) = (before(lifetimes.idle), before(lifetimes.total));
        self.write(move |database| {
            database
                .prepare_cached("DELETE FROM session WHERE used_at < ?1 OR begun_at < ?2")?
                .execute(params![idle, total])
        })
        .await;
    }

    /// How many there are; those that have died and were not swept included.
    #[must_use]
    pub fn count(&self) -> i64 {
        let count = self
            .database()
            .query_row("SELECT count(*) FROM session", [], |row| row.get(0));
        count.unwrap_or(0)
    }

    /// Reads at once, or on a blocking thread while a write holds the lock.
    async fn row(&self, id: Vec<u8>) -> rusqlite::Result<Option<Row>> {
        if let Ok(database) = self.database.try_lock() {
            return Row::find(&database, &id);
        }
        let sessions = self.clone();
        let found = tokio::task::spawn_blocking(move || Row::find(&sessions.database(), &id)).await;
        found.unwrap_or(Ok(None))
    }

    /// What may wait for the disk does not wait on a thread that serves.
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
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A row of the table `session`.
struct Row {
    sealed: Vec<u8>,
    begun_at: i64,
    used_at: i64,
}

impl Row {
    fn find(database: &Connection, id: &[u8]) -> rusqlite::Result<Option<Self>> {
        let mut statement = database.prepare_cached(FIND)?;
        let row = statement.query_row(params![id], |row| {
            Ok(Self {
                sealed: row.get(0)?,
                begun_at: row.get(1)?,
                used_at: row.get(2)?,
            })
        });
        row.optional()
    }
}

/// What is in it is sealed; this is the second lock.
fn private(path: &Path) {
    if let Err(error) = airside_net::private::restrict(path) {
        tracing::warn!(%error, "the file of sessions may be read by others");
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sessions").finish_non_exhaustive()
    }
}

const FIND: &str = "SELECT sealed, begun_at, used_at FROM session WHERE id = ?1";
const HANDLE_BYTES: usize = 32;
const BUSY: Duration = Duration::from_secs(2);
/// A use is noted once in this time.
const NOTE_SECONDS: i64 = 60;

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;

    const LIFETIMES: Lifetimes = Lifetimes {
        idle: Duration::from_secs(600),
        total: Duration::from_secs(3_600),
    };

    fn session() -> Session {
        Session {
            access_token: "access".to_owned(),
            access_expires_at: 900,
            refresh_token: Some("refresh".to_owned()),
            id_token: "id".to_owned(),
            claims: Map::new(),
        }
    }

    #[tokio::test]
    async fn a_session_lives_as_long_as_it_is_used_and_no_longer_than_it_may() {
        let sessions = Sessions::open(None).unwrap();
        let handle = sessions.begin(&session(), 1_000).await.unwrap();
        let found = async |now| sessions.find(&handle, LIFETIMES, now).await.is_some();
        for now in (1_600..=4_600).step_by(600) {
            assert!(found(now).await, "{now}");
        }
        assert!(!found(4_601).await, "its time is over");
        let idle = sessions.begin(&session(), 1_000).await.unwrap();
        assert!(sessions.find(&idle, LIFETIMES, 1_601).await.is_none());
        sessions.sweep(LIFETIMES, 4_601).await;
        assert_eq!(sessions.count(), 0);
    }

    /// D12: a disk that hangs.
    #[tokio::test]
    async fn while_somebody_writes_no_thread_that_serves_waits() {
        let sessions = Sessions::open(None).unwrap();
        let handle = sessions.begin(&session(), 0).await.unwrap();
        let (writing, begun) = mpsc::channel();
        let (written, end) = mpsc::channel::<()>();
        let database = Arc::clone(&sessions.database);
        let writer = thread::spawn(move || {
            let _database = database.lock().unwrap();
            writing.send(()).unwrap();
            // an error once the sender is gone
            let _ = end.recv();
        });
        begun.recv().unwrap();
        let find = sessions.find(&handle, LIFETIMES, 0);
        let (found, ()) = tokio::join!(find, async { drop(written) });
        assert!(found.is_some());
        writer.join().unwrap();
    }

    #[tokio::test]
    async fn a_session_that_has_ended_is_not_replaced() {
        let sessions = Sessions::open(None).unwrap();
        let handle = sessions.begin(&session(), 0).await.unwrap();
        let other = Handle::new().unwrap();
        assert!(sessions.find(&other, LIFETIMES, 0).await.is_none());
        assert_eq!(sessions.replace(&handle, &session()).await, Replaced::Done);
        sessions.end(&handle).await;
        assert_eq!(sessions.replace(&handle, &session()).await, Replaced::Ended);
        assert!(sessions.find(&handle, LIFETIMES, 0).await.is_none());
    }

    #[tokio::test]
    async fn what_cannot_be_written_ends_no_session() {
        let sessions = Sessions::open(None).unwrap();
        let handle = sessions.begin(&session(), 0).await.unwrap();
        let full = |full: &str| {
            let pragma = format!("PRAGMA query_only = {full}");
            sessions.database().execute_batch(&pragma).unwrap();
        };
        full("on");
        assert_eq!(
            sessions.replace(&handle, &session()).await,
            Replaced::Failed
        );
        assert!(sessions.begin(&session(), 0).await.is_none());
        assert!(sessions.find(&handle, LIFETIMES, 100).await.is_some());
        full("off");
        assert_eq!(sessions.replace(&handle, &session()).await, Replaced::Done);
    }

    /// T47
    #[tokio::test]
    async fn the_file_is_of_no_use_to_a_thief() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sessions.db");
        let sessions = Sessions::open(Some(&path)).unwrap();
        let handle = sessions.begin(&session(), 0).await.unwrap();
        drop(sessions);
        let reopened = Sessions::open(Some(&path)).unwrap();
        let found = reopened.find(&handle, LIFETIMES, 1).await.unwrap();
        assert_eq!(found.refresh_token.as_deref(), Some("refresh"));
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend(std::fs::read(directory.path().join("sessions.db-wal")).unwrap_or_default());
        for secret in ["refresh", "access", &handle.expose()] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret}");
        }
        assert!(!bytes.windows(32).any(|part| part == handle.0));
    }
}
