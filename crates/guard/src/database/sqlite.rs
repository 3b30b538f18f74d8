//! Owners in a file of SQLite that another process writes.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags, params, types::ValueRef};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};
use uuid::Uuid;

use super::row::{DatabaseError, MAX_CONNECTIONS, OwnerRow};
use crate::{upstream::LOOKUP_TIMEOUT, view::ViewName};

/// Connections to one file, which only read.
#[derive(Debug)]
pub(super) struct Sqlite {
    file: Arc<DatabaseFile>,
    permits: Arc<Semaphore>,
}

#[derive(Debug)]
struct DatabaseFile {
    path: PathBuf,
    idle: Mutex<Vec<OpenConnection>>,
}

#[derive(Debug)]
struct OpenConnection {
    connection: Connection,
    identity: FileIdentity,
}

/// Identifies a file, which may be replaced by another one of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileIdentity {
    device: u64,
    inode: u64,
}

impl Sqlite {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            file: Arc::new(DatabaseFile {
                path: path.to_owned(),
                idle: Mutex::default(),
            }),
            permits: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
        }
    }

    pub(super) async fn rows(
        &self,
        view: &ViewName,
        id: &str,
    ) -> Result<Vec<OwnerRow>, DatabaseError> {
        let (sql, id) = (statement(view), id.to_owned());
        self.run(move |file| file.kept(|connection| rows(connection, &sql, &id)))
            .await
    }

    pub(super) async fn check(&self, view: &ViewName) -> Result<(), DatabaseError> {
        let sql = statement(view);
        // a connection that is new has not learned the tables before
        let check = move |file: &DatabaseFile| {
            let opened = file.open()?;
            opened.connection.prepare(&sql).map(drop).map_err(refused)
        };
        self.run(check).await
    }

    /// Runs `work` on a blocking thread. At most [`MAX_CONNECTIONS`] run at once.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&DatabaseFile) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let done = async {
            let permit = Arc::clone(&self.permits).acquire_owned().await.ok()?;
            let file = Arc::clone(&self.file);
            let done = spawn_blocking(move || {
                let _permit = permit;
                work(&file)
            });
            done.await.ok()
        };
        let done = timeout(LOOKUP_TIMEOUT, done).await.ok().flatten();
        done.unwrap_or_else(|| Err(DatabaseError::Unavailable("it takes too long".to_owned())))
    }
}

impl DatabaseFile {
    /// Queries on a connection that is kept for the next query, unless it fails.
    fn kept<T>(
        &self,
        look: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, DatabaseError> {
        let identity = self.identity()?;
        let idle = self.idle.lock().pop();
        let mut opened = match idle.filter(|opened| opened.identity == identity) {
            Some(opened) => opened,
            None => self.open()?,
        };
        // a query that is not awaited any more must stop
        let begun = Instant::now();
        let is_over = move || begun.elapsed() > LOOKUP_TIMEOUT;
        let bounded = opened.connection.progress_handler(STEPS, Some(is_over));
        bounded.map_err(refused)?;
        let found = look(&opened.connection).map_err(refused)?;
        self.idle.lock().push(opened);
        Ok(found)
    }

    fn open(&self) -> Result<OpenConnection, DatabaseError> {
        let identity = self.identity()?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(unavailable)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(unavailable)?;
        let set_up = connection.pragma_update(None, "trusted_schema", "off");
        set_up.map_err(unavailable)?;
        match self.identity()? == identity {
            true => Ok(OpenConnection {
                connection,
                identity,
            }),
            false => Err(DatabaseError::Unavailable("it is replaced now".to_owned())),
        }
    }

    fn identity(&self) -> Result<FileIdentity, DatabaseError> {
        let found = fs::metadata(&self.path);
        let failed = |error: io::Error| {
            DatabaseError::Unavailable(format!("`{}`: {error}", self.path.display()))
        };
        found.map_err(failed).map(|found| FileIdentity {
            device: found.dev(),
            inode: found.ino(),
        })
    }
}

/// Returns the query. A column may hold values of any type, so the id is compared in each of its forms.
fn statement(view: &ViewName) -> String {
    let view = view.quoted();
    format!("SELECT id, owner FROM {view} WHERE id IN (?1, ?2, ?3) LIMIT 2")
}

fn rows(connection: &Connection, sql: &str, id: &str) -> rusqlite::Result<Vec<OwnerRow>> {
    let uuid = id.parse::<Uuid>().ok().map(Uuid::into_bytes);
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map(params![id, id.parse::<i64>().ok(), uuid], |row| {
        Ok(OwnerRow {
            id: text(row.get_ref(0)?),
            owner: text(row.get_ref(1)?),
        })
    })?;
    found.collect()
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Text(text) => std::str::from_utf8(text).ok().map(str::to_owned),
        ValueRef::Blob(bytes) => Some(Uuid::from_slice(bytes).ok()?.to_string()),
        ValueRef::Null | ValueRef::Real(_) => None,
    }
}

fn unavailable(error: rusqlite::Error) -> DatabaseError {
    DatabaseError::Unavailable(sentence(error))
}

fn refused(error: rusqlite::Error) -> DatabaseError {
    DatabaseError::Refused(sentence(error))
}

/// Describes an error without the statement.
fn sentence(error: rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg,
        error => error.to_string(),
    }
}

/// The time for which a writer may delay a look-up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);
/// The instructions of SQLite's virtual machine between two checks of the time.
const STEPS: i32 = 10_000;
