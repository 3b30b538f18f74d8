//! The store in one SQLite file.

#[cfg(feature = "postgres")]
mod backup;
mod connection;
mod error;
mod file;
mod look;
mod migration;
mod reader;
#[cfg(feature = "postgres")]
mod whole;
mod work;
mod writer;

#[cfg(feature = "postgres")]
pub use backup::Snapshot;
pub use error::OpenError;

use std::{fmt, path::Path, sync::Arc, time::Duration};

use airside_oauth::{
    client::{Client, resource_metadata::StoredResource},
    id::{ClientId, UserId},
    key::StoredKey,
    state::{
        decide::{Commit, Facts, Keys},
        event::Event,
        feed::FeedEntry,
        grant::Grant,
        lifetime::{LongestLifetimes, RecordedLifetime},
        logout::PendingLogout,
        session::Session,
        status::{ListNumber, StatusIndex},
        user::{TypedName, User, Username},
    },
    time::Time,
};
use airside_store::{
    BoxFuture, CommitError, Directory, EventQuery, Identity, NameCollision, NamedEvent, Store,
    Unavailable,
};

#[cfg(feature = "postgres")]
use crate::statement::Statement;
use crate::{
    client,
    dialect::Dialect,
    error::StoreError,
    event, feed, grant,
    inspection::Inspection,
    key, lifetime, logout,
    look::Look,
    meta,
    migration::{Problem, Progress},
    resource, seed, session, status, sweep, user, username,
};
use connection::Connection;
use reader::Readers;
use work::Work;
use writer::Writer;

/// The settings of a SQLite store. The defaults are meant for every size.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The most commits in one transaction, and so behind one write to the disk; 256 by default.
    pub largest_batch: usize,
    /// The most commits that wait for the writer; later ones wait to be allowed to wait. 4096 by
    /// default.
    pub longest_queue: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            largest_batch: 256,
            longest_queue: 4096,
        }
    }
}

/// A store in one SQLite file: a writer on its own thread, and readers on demand.
///
/// Commits are durable when they are acknowledged. Whatever waits while one transaction is written
/// forms the next. Dropping the store waits until the writer has answered everything.
pub struct Sqlite {
    // before the readers: what holds the lock ends last
    writer: Writer,
    readers: Arc<Readers>,
}

impl Sqlite {
    /// Opens the database at `path`, makes it if there is none, and brings its tables up to date.
    ///
    /// The file and the lock beside it (`path` with `.lock` appended) are made for their owner only
    /// (mode 0600). The directory must exist.
    ///
    /// # Errors
    ///
    /// - [`OpenError::InUse`] if another process has it open.
    /// - [`OpenError::File`] if a file cannot be opened or made.
    /// - [`OpenError::Database`] if the file is no database or cannot be read.
    /// - [`OpenError::Migration`] if its tables are of a newer version, or were altered.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let lock = file::prepare(path)?;
        let mut connection = connection::for_writing(path).map_err(OpenError::database(path))?;
        migration::run(&mut connection).map_err(|problem| OpenError::migration(path, problem))?;
        let readers = Arc::new(Readers::new(path, lock));
        let writer = Writer::start(path, connection, &options).map_err(OpenError::file(path))?;
        Ok(Self { writer, readers })
    }

    /// Returns the number of transactions written since the store was opened: compared with the number
    /// of commits, it tells how many commits one write to the disk acknowledges.
    pub fn transactions(&self) -> u64 {
        self.writer.transactions()
    }

    /// Returns the content of the store, for a copy of it.
    #[cfg(feature = "postgres")]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(Arc::clone(&self.readers))
    }

    /// Writes a copy of the database at `path`, as it is at one moment, to the new file `copy`, which
    /// is made for its owner only. The database may be in use.
    ///
    /// # Errors
    ///
    /// - [`OpenError::File`] if `copy` exists or cannot be made.
    /// - [`OpenError::Database`] if `path` is no database, or one of the two fails.
    pub fn back_up(path: &Path, copy: &Path) -> Result<(), OpenError> {
        let source = connection::for_reading(path).map_err(OpenError::database(path))?;
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
        let readers = Arc::clone(&self.readers);
        let path = readers.path();
        drop(self);
        connection::end_log(path).map_err(OpenError::database(path))?;
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
    /// - [`OpenError::File`] if the file cannot be opened for reading and writing.
    /// - [`OpenError::Database`] if it is no database or cannot be read.
    /// - [`OpenError::Migration`] if its tables are of a newer version, or were altered.
    pub fn inspect(path: &Path) -> Result<Option<Inspection>, OpenError> {
        if file::is_empty(path)? {
            return Ok(None);
        }
        let connection = connection::for_a_look(path).map_err(OpenError::database(path))?;
        inspect(&connection).map_err(|problem| OpenError::migration(path, problem))
    }

    /// Returns true if another process has the database at `path` open: a server, or a tool that reads or
    /// fills it whole.
    ///
    /// # Errors
    ///
    /// [`OpenError::File`] if the lock beside it cannot be opened.
    pub fn is_in_use(path: &Path) -> Result<bool, OpenError> {
        file::is_locked(path)
    }

    /// Opens a copy that [`Self::back_up`] made, also one of an earlier version: then a copy of it is
    /// brought up to date, in a file beside it (`path` with `.upgraded` appended) that goes with the
    /// snapshot.
    ///
    /// # Errors
    ///
    /// - [`OpenError::NotWhole`] if a part of it is missing, or in another file.
    /// - [`OpenError::Database`] if it is no database.
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
        let written = self.writer.run(Work::Statements(statements)).await;
        written.map(drop).map_err(|_| StoreError::RolledBack)
    }

    /// Runs `read` where it may block.
    fn scan<'a, T: Send + 'static>(
        &'a self,
        read: impl FnOnce(&Readers) -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'a, Result<T, Unavailable>> {
        let readers = Arc::clone(&self.readers);
        Box::pin(async move {
            let result = tokio::task::spawn_blocking(move || read(&readers)).await;
            Ok(result.map_err(|_| StoreError::Stopped)??)
        })
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // SQLite writes its log back and deletes it when the last connection is closed, if that one may
        // write: then the file is whole by itself
        self.readers.close();
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").finish_non_exhaustive()
    }
}

impl Store for Sqlite {
    fn look<'a>(&'a self, keys: &'a Keys) -> BoxFuture<'a, Result<Facts, Unavailable>> {
        Box::pin(async move {
            let Some(look) = Look::of(keys) else {
                return Ok(Facts::default());
            };
            // a few microseconds: less than handing it to another thread
            Ok(self
                .readers
                .with(|connection| look::look(connection, look))?)
        })
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<(), CommitError>> {
        Box::pin(async move {
            self.writer
                .run(Work::Commit(Box::new(commit)))
                .await
                .map(drop)
        })
    }

    fn delay(&self) -> Duration {
        self.writer.delay()
    }
}

impl Directory for Sqlite {
    fn identity(&self) -> BoxFuture<'_, Result<Identity, Unavailable>> {
        self.scan(|readers| {
            let identity = readers
                .with(|connection| connection.one(meta::TABLE, meta::identity(), meta::read))?;
            identity.ok_or_else(|| meta::missing().into())
        })
    }

    fn set_key_check(&self, check: [u8; 32]) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move {
            self.writer
                .run_always(Work::KeyCheck(check))
                .await
                .map(drop)
        })
    }

    fn clients(&self) -> BoxFuture<'_, Result<Vec<Client>, Unavailable>> {
        self.scan(|readers| readers.with(|c| c.all(client::TABLE, client::all(), client::read)))
    }

    fn resources(&self) -> BoxFuture<'_, Result<Vec<StoredResource>, Unavailable>> {
        self.scan(|readers| {
            readers.with(|c| c.all(resource::TABLE, resource::all(), resource::read))
        })
    }

    fn keys(&self) -> BoxFuture<'_, Result<Vec<StoredKey>, Unavailable>> {
        self.scan(|readers| readers.with(|c| c.all(key::TABLE, key::all(), key::read)))
    }

    fn has_users(&self) -> BoxFuture<'_, Result<bool, Unavailable>> {
        self.scan(|readers| {
            let count = readers
                .with(|c| c.one(user::TABLE, user::any(), |row| row.integer::<i64>("count")))?;
            Ok(count != Some(0))
        })
    }

    fn user<'a>(&'a self, name: &'a TypedName) -> BoxFuture<'a, Result<Option<User>, Unavailable>> {
        Box::pin(async move {
            let by_name = user::by_name(name);
            Ok(self
                .readers
                .with(|c| c.one(user::TABLE, by_name, user::read))?)
        })
    }

    fn note_precis_names(&self, budget: u32) -> BoxFuture<'_, Result<u64, Unavailable>> {
        Box::pin(async move {
            let unnoted = self.scan(move |readers| {
                let unnoted = username::unnoted(budget, Dialect::Sqlite);
                readers.with(|c| c.all(user::TABLE, unnoted, username::read_unnoted))
            });
            match unnoted.await? {
                names if names.is_empty() => Ok(0),
                names => self.writer.run_always(Work::Names(names)).await,
            }
        })
    }

    fn name_collisions(
        &self,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<NameCollision>, Unavailable>> {
        self.scan(move |readers| {
            let collisions = username::collisions(limit);
            readers.with(|c| c.all(user::TABLE, collisions, username::read_collision))
        })
    }

    fn administrators(&self, limit: u32) -> BoxFuture<'_, Result<Vec<User>, Unavailable>> {
        self.scan(move |readers| {
            readers.with(|c| c.all(user::TABLE, user::administrators(limit), user::read))
        })
    }

    fn users(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<User>, Unavailable>> {
        self.scan(move |readers| {
            let after = after.map_or([0; 16], |id| *id.as_bytes());
            readers.with(|c| c.all(user::TABLE, user::page(&after, limit), user::read))
        })
    }

    fn sessions(&self, user: UserId) -> BoxFuture<'_, Result<Vec<Session>, Unavailable>> {
        self.scan(move |readers| {
            readers.with(|c| c.all(session::TABLE, session::live_of(&user), session::read))
        })
    }

    fn grants(&self, user: UserId) -> BoxFuture<'_, Result<Vec<Grant>, Unavailable>> {
        self.scan(move |readers| {
            readers.with(|c| c.all(grant::TABLE, grant::live_of(&user), grant::read))
        })
    }

    fn named_events<'a>(
        &'a self,
        query: &'a EventQuery,
    ) -> BoxFuture<'a, Result<Vec<NamedEvent>, Unavailable>> {
        let query = query.clone();
        self.scan(move |readers| {
            readers.with(|c| c.all(event::TABLE, event::search(&query), event::read))
        })
    }

    fn append_events(&self, events: Vec<Event>) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move { self.writer.run_always(Work::Events(events)).await.map(drop) })
    }

    fn revocations(
        &self,
        after: i64,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<(i64, FeedEntry)>, Unavailable>> {
        self.scan(move |readers| {
            let behind = feed::behind(after, limit);
            readers.with(|c| c.all(feed::TABLE, behind, feed::read_with_position))
        })
    }

    fn feed_head(&self) -> BoxFuture<'_, Result<i64, Unavailable>> {
        self.scan(|readers| {
            let head = feed::head(Dialect::Sqlite);
            let head = readers.with(|c| c.one(feed::TABLE, head, feed::read_head))?;
            Ok(head.unwrap_or(0))
        })
    }

    fn lease_status_indexes(&self, count: u32) -> BoxFuture<'_, Result<StatusIndex, Unavailable>> {
        Box::pin(async move {
            let first = self.writer.run_always(Work::Lease(count)).await?;
            Ok(StatusIndex::new(first))
        })
    }

    fn try_write(&self) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move { self.writer.run_always(Work::TryWrite).await.map(drop) })
    }

    fn revoked_in(
        &self,
        list: ListNumber,
        since: Time,
    ) -> BoxFuture<'_, Result<Option<Vec<StatusIndex>>, Unavailable>> {
        self.scan(move |readers| {
            let revoked = status::revoked_in(list, since);
            let rows = readers.with(|c| c.all(grant::TABLE, revoked, status::read))?;
            Ok(status::collect(list, &rows))
        })
    }

    fn clients_due_for_logout(
        &self,
        now: Time,
    ) -> BoxFuture<'_, Result<Vec<ClientId>, Unavailable>> {
        self.scan(move |readers| {
            let due = logout::clients_due(now);
            readers.with(|c| c.all(logout::TABLE, due, logout::read_client))
        })
    }

    fn due_logouts<'a>(
        &'a self,
        client: &'a ClientId,
        now: Time,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<PendingLogout>, Unavailable>> {
        let client = client.clone();
        self.scan(move |readers| {
            let due = logout::due(&client, now, limit);
            readers.with(|c| c.all(logout::TABLE, due, logout::read))
        })
    }

    fn record_lifetimes(
        &self,
        records: Vec<RecordedLifetime>,
        now: Time,
    ) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move {
            let work = Work::Lifetimes(records, now);
            self.writer.run_always(work).await.map(drop)
        })
    }

    fn lifetimes(&self) -> BoxFuture<'_, Result<Vec<RecordedLifetime>, Unavailable>> {
        Box::pin(async move {
            let all = |c: &connection::Connection| {
                c.all(lifetime::TABLE, lifetime::all(), lifetime::read)
            };
            Ok(self.readers.with(all)?)
        })
    }

    fn seeds(&self) -> BoxFuture<'_, Result<Vec<Username>, Unavailable>> {
        self.scan(|readers| readers.with(|c| c.all(seed::TABLE, seed::all(), seed::read)))
    }

    fn sweep(
        &self,
        longest: LongestLifetimes,
        budget: u32,
    ) -> BoxFuture<'_, Result<u64, Unavailable>> {
        let tasks = sweep::tasks(&longest);
        Box::pin(async move {
            let doomed =
                self.scan(move |readers| readers.with(|c| look::doomed(c, &tasks, budget)));
            match doomed.await? {
                doomed if doomed.is_empty() => Ok(0),
                doomed => self.writer.run_always(Work::Sweep(doomed)).await,
            }
        })
    }
}

/// Reads what a start would find; None if nothing is in the database yet.
fn inspect(connection: &Connection) -> Result<Option<Inspection>, Problem> {
    let progress = migration::progress(connection)?;
    if progress == Progress::Nothing {
        return Ok(None);
    }
    let identity = connection.one(meta::TABLE, meta::identity(), meta::read)?;
    let keys = connection.all(key::TABLE, key::all(), key::read);
    let clients = connection.all(client::TABLE, client::all(), client::read);
    let resources = connection.all(resource::TABLE, resource::all(), resource::read);
    let Some(identity) = identity else {
        return Ok(None);
    };
    Ok(Some(Inspection {
        identity,
        keys: progress.known(keys)?,
        clients: progress.known(clients)?,
        resources: progress.known(resources)?,
    }))
}

#[cfg(test)]
mod tests;
