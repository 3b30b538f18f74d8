//! Copies of a database in a file of their own.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{OpenError, connection, file, migration, opening, reader::Readers, whole};
use crate::{error::StoreError, statement::Statement, values::Values};

/// A SQLite file that is copied while no process writes to it.
pub struct Snapshot {
    readers: Arc<Readers>,
    /// After the readers: it is deleted when no reader is left.
    _copy: Option<Copy>,
}

/// A file that goes when it is dropped.
struct Copy(PathBuf);

impl Snapshot {
    pub(super) fn of(readers: Arc<Readers>) -> Self {
        Self {
            readers,
            _copy: None,
        }
    }

    /// Opens the backup at `path`. One that an earlier version made is brought up to date in a copy
    /// beside it: a backup is never written to.
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        whole::require(path)?;
        let connection = opening::for_reading(path).map_err(OpenError::database(path))?;
        let damage = connection.damage().map_err(OpenError::database(path))?;
        if let Some(problem) = damage {
            return Err(OpenError::Migration {
                path: path.to_owned(),
                problem,
            });
        }
        let current = migration::is_current(&connection);
        if current.map_err(|problem| OpenError::migration(path, problem))? {
            return Ok(Self::of(Arc::new(Readers::of_a_file(path))));
        }
        let copy = Copy::of(path, &connection)?;
        let mut writing = opening::for_writing(&copy.0).map_err(OpenError::database(&copy.0))?;
        migration::run(&mut writing).map_err(|problem| OpenError::migration(path, problem))?;
        // so that it is one file again, and goes whole
        let whole = writing.script("PRAGMA journal_mode = delete");
        whole.map_err(|failure| OpenError::migration(path, failure.into()))?;
        drop(writing);
        Ok(Self {
            readers: Arc::new(Readers::of_a_file(&copy.0)),
            _copy: Some(copy),
        })
    }

    pub(crate) async fn rows(
        &self,
        columns: usize,
        statement: Statement<'static>,
    ) -> Result<Vec<Values>, StoreError> {
        let readers = Arc::clone(&self.readers);
        let read =
            move || readers.with(|c| c.all("a table", statement, |row| Values::read(row, columns)));
        let rows = tokio::task::spawn_blocking(read).await;
        rows.map_err(|_| StoreError::Stopped)?
    }
}

impl Copy {
    fn of(path: &Path, connection: &connection::Connection) -> Result<Self, OpenError> {
        let copy = file::beside(path, ".upgraded");
        file::make_new(&copy)?;
        let copy = Self(copy);
        let copied = connection.copy_to(&copy.0);
        copied.map_err(OpenError::database(&copy.0))?;
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // an operator whose system cannot delete it finds it: its name says what it is
        drop(fs::remove_file(&self.0));
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot")
    }
}
