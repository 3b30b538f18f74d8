//! The store in one SQLite file.

#[cfg(feature = "postgres")]
mod backup;
mod connection;
mod error;
mod executor;
mod file;
mod inspect;
mod look;
mod migration;
mod named_files;
mod opening;
mod options;
mod reader;
mod revoked;
mod store;
#[cfg(feature = "postgres")]
mod whole;
mod work;
mod writer;

#[cfg(feature = "postgres")]
pub use backup::Snapshot;
pub use error::OpenError;
pub use options::Options;

use std::{path::Path, sync::Arc};

use airside_oauth::client::Client;
use airside_store::Peers;
use tokio::sync::Notify;

#[cfg(feature = "postgres")]
use self::work::Work;
use self::{
    executor::SqliteExecutor,
    reader::Readers,
    revoked::{FeedFollower, RevokedSubjects},
    writer::Writer,
};
#[cfg(feature = "postgres")]
use crate::{error::StoreError, statement::Statement};
use crate::{executor::SqlStore, inspection::Inspection};

/// A store in one SQLite file: a writer on its own thread, and readers on demand.
///
/// Commits are durable when they are acknowledged. Whatever waits while one transaction is written
/// forms the next. Dropping the store waits until the writer has answered everything.
pub type Sqlite = SqlStore<SqliteExecutor>;

impl Sqlite {
    /// Opens the database at `path`, makes it if there is none, and brings its tables up to date.
    ///
    /// The file and the lock beside it (`path` with `.lock` appended) are made for their owner only
    /// (mode 0600). The directory must exist.
    ///
    /// # Errors
    ///
    /// - [`OpenError::InUse`] if another process has it open.
    /// - [`OpenError::LogAlone`] if there is a log without its database.
    /// - [`OpenError::File`] if a file cannot be opened or made, or the database has a second name.
    /// - [`OpenError::Database`] if the file is not a database or cannot be read.
    /// - [`OpenError::Migration`] if its tables are of a newer version, or were altered.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let path = &file::real(path);
        let lock = file::prepare(path)?;
        let mut connection = opening::for_writing(path).map_err(OpenError::database(path))?;
        migration::run(&mut connection).map_err(|problem| OpenError::migration(path, problem))?;
        let readers = Arc::new(Readers::new(path, lock));
        let revoked = Arc::new(RevokedSubjects::default());
        let follower = FeedFollower::new(Arc::clone(&revoked));
        let writer = Writer::start(path, connection, follower, &options);
        let executor = SqliteExecutor {
            writer: writer.map_err(OpenError::file(path))?,
            readers,
            cursors: Arc::default(),
            logouts: Notify::new(),
            revoked,
        };
        Ok(Self { executor })
    }

    /// Returns the number of transactions written since the store was opened: compared with the number
    /// of commits, it tells how many commits one write to the disk acknowledges.
    pub fn transactions(&self) -> u64 {
        self.executor.writer.transactions()
    }

    /// Returns the content of the store, for a copy of it.
    #[cfg(feature = "postgres")]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(Arc::clone(&self.executor.readers))
    }

    /// Writes a copy of the database at `path`, as it is at one moment, to the new file `copy`, which
    /// is made for its owner only. The database may be in use.
    ///
    /// # Errors
    ///
    /// - [`OpenError::LogAlone`] if there is a log without its database.
    /// - [`OpenError::File`] if `copy` exists or cannot be made.
    /// - [`OpenError::Database`] if `path` is not a database, or one of the two fails.
    pub fn back_up(path: &Path, copy: &Path) -> Result<(), OpenError> {
        let path = &file::real(path);
        file::require_database_of_log(path)?;
        let source = opening::for_reading(path).map_err(OpenError::database(path))?;
        file::make_new(copy)?;
        let copied = source.copy_to(copy);
        copied.map_err(OpenError::database(copy))?;
        file::sync(copy)
    }

    /// Closes the store and leaves everything in its one file, which is on the disk then: a copy of it
    /// is whole, as after [`Self::back_up`]. The lock beside it is deleted.
    ///
    /// # Errors
    ///
    /// - [`OpenError::Database`] if the log cannot be written back, or another process has the file open.
    /// - [`OpenError::File`] if the file cannot be written to the disk.
    #[cfg(feature = "postgres")]
    pub fn into_one_file(self) -> Result<(), OpenError> {
        // the lock is held until the end
        let readers = Arc::clone(&self.executor.readers);
        let path = readers.path();
        drop(self);
        opening::end_log(path).map_err(OpenError::database(path))?;
        file::sync(path)?;
        file::delete_lock(path)
    }

    /// Reads what the database at `path` says of itself, as a start would find it; None if nothing is
    /// in it yet. Another process may use it.
    ///
    /// Nothing is written: the tables of an earlier version stay as they are.
    ///
    /// # Errors
    ///
    /// - [`OpenError::LogAlone`] if there is a log without its database.
    /// - [`OpenError::File`] if the file cannot be opened for reading and writing.
    /// - [`OpenError::Database`] if it is not a database or cannot be read.
    /// - [`OpenError::Migration`] if its tables are of a newer version, or were altered.
    pub fn inspect(path: &Path) -> Result<Option<Inspection>, OpenError> {
        let path = &file::real(path);
        file::require_database_of_log(path)?;
        if file::is_empty(path)? {
            return Ok(None);
        }
        let connection = opening::for_a_look(path).map_err(OpenError::database(path))?;
        inspect::inspection(&connection).map_err(|problem| OpenError::migration(path, problem))
    }

    /// Reads every client of the database at `path`, as [`Self::inspect`] does.
    ///
    /// # Errors
    ///
    /// As for [`Self::inspect`].
    pub fn inspect_clients(path: &Path) -> Result<Vec<Client>, OpenError> {
        let path = &file::real(path);
        file::require_database_of_log(path)?;
        if file::is_empty(path)? {
            return Ok(Vec::new());
        }
        let connection = opening::for_a_look(path).map_err(OpenError::database(path))?;
        inspect::clients(&connection).map_err(|problem| OpenError::migration(path, problem))
    }

    /// Returns true if another process has the database at `path` open: a server, or a tool that reads or
    /// fills it whole.
    ///
    /// # Errors
    ///
    /// [`OpenError::File`] if the lock beside it cannot be opened.
    pub fn is_in_use(path: &Path) -> Result<bool, OpenError> {
        file::is_locked(&file::real(path))
    }

    /// Opens a copy that [`Self::back_up`] made, also one of an earlier version: then a copy of it is
    /// brought up to date, in a file beside it (`path` with `.upgraded` appended) that goes with the
    /// snapshot.
    ///
    /// # Errors
    ///
    /// - [`OpenError::NotWhole`] if a part of it is missing, or in another file.
    /// - [`OpenError::Database`] if it is not a database.
    /// - [`OpenError::Migration`] if it is damaged, or of a newer version.
    /// - [`OpenError::File`] if the copy cannot be made.
    #[cfg(feature = "postgres")]
    pub fn open_backup(path: &Path) -> Result<Snapshot, OpenError> {
        Snapshot::open(path)
    }

    /// Writes statements, all or nothing.
    #[cfg(feature = "postgres")]
    pub(crate) async fn write(
        &self,
        statements: Vec<Statement<'static>>,
    ) -> Result<(), StoreError> {
        let written = self.executor.writer.run(Work::Statements(statements)).await;
        written.map(drop).map_err(|_| StoreError::RolledBack)
    }
}

/// One process has the store for itself.
impl Peers for Sqlite {}

#[cfg(test)]
mod tests;
