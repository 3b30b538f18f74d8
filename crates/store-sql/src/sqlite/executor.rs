//! Runs statements on SQLite: a row is found in a few microseconds, and read at once; what may take
//! longer is read where it may block; what writes waits for the writer.

use std::{fmt, sync::Arc};

use airside_oauth::state::status::StatusIndex;
use tokio::sync::Notify;

use super::{look, reader::Readers, revoked::RevokedSubjects, work::Work, writer::Writer};
use crate::{
    dialect::Dialect,
    error::StoreError,
    executor::{Answer, Answers, Executor, ReadRow, answers},
    statement::Statement,
    sweep::{self, Cursors, Task},
};

/// The connections to one SQLite file.
pub struct SqliteExecutor {
    // before the readers: what holds the lock ends last
    pub(super) writer: Writer,
    pub(super) readers: Arc<Readers>,
    /// The progress of the sweeps.
    pub(super) cursors: Arc<Cursors>,
    /// Told when a commit may have queued a logout token.
    pub(super) logouts: Notify,
    pub(super) revoked: Arc<RevokedSubjects>,
}

impl SqliteExecutor {
    /// Runs `read` where it may block.
    fn scan<'a, T: Send + 'static>(
        &'a self,
        read: impl FnOnce(&Readers) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<'a, T> {
        let readers = Arc::clone(&self.readers);
        Box::pin(async move {
            let result = tokio::task::spawn_blocking(move || read(&readers)).await;
            Ok(result.map_err(|_| StoreError::Stopped)??)
        })
    }
}

impl Executor for SqliteExecutor {
    const DIALECT: Dialect = Dialect::Sqlite;

    fn all<'a, T: Send + 'static>(
        &'a self,
        table: &'static str,
        statement: Statement<'a>,
        read: ReadRow<T>,
    ) -> Answer<'a, Vec<T>> {
        let statement = statement.into_owned();
        self.scan(move |readers| readers.with(|c| c.all(table, statement, read)))
    }

    fn stream<T: Send + 'static>(
        &self,
        table: &'static str,
        statement: Statement<'static>,
        read: ReadRow<T>,
    ) -> Answers<T> {
        let (taker, answers) = answers();
        let readers = Arc::clone(&self.readers);
        tokio::task::spawn_blocking(move || {
            let give = |rows| taker.blocking_send(Ok(rows)).is_ok();
            if let Err(failure) = readers.with(|c| c.each(table, &statement, read, give)) {
                // the taker may have gone away
                let _ = taker.blocking_send(Err(failure.into()));
            }
        });
        answers
    }

    fn one<'a, T: Send + 'static>(
        &'a self,
        table: &'static str,
        statement: Statement<'a>,
        read: ReadRow<T>,
    ) -> Answer<'a, Option<T>> {
        Box::pin(async move { Ok(self.readers.with(|c| c.one(table, statement, read))?) })
    }

    fn write(&self, statements: Vec<Statement<'static>>) -> Answer<'_, ()> {
        let work = Work::Statements(statements);
        Box::pin(async move { self.writer.run_always(work).await.map(drop) })
    }

    fn lease_status_indexes(&self, count: u32) -> Answer<'_, StatusIndex> {
        Box::pin(async move {
            let first = self.writer.run_always(Work::Lease(count)).await?;
            Ok(StatusIndex::new(first))
        })
    }

    fn try_write(&self) -> Answer<'_, ()> {
        Box::pin(async move { self.writer.run_always(Work::TryWrite).await.map(drop) })
    }

    fn sweep(&self, tasks: [Task; 6], budget: u32) -> Answer<'_, u64> {
        let cursors = Arc::clone(&self.cursors);
        let expired =
            self.scan(move |readers| readers.with(|c| look::expired(c, &tasks, &cursors, budget)));
        Box::pin(async move {
            let mut expired = expired.await?;
            let mut deleted = 0;
            while !expired.is_empty() {
                let some = expired.len().min(sweep::ROWS_PER_COMMIT as usize);
                let work = Work::Sweep(expired.drain(..some).collect());
                deleted += self.writer.run_always(work).await?;
            }
            Ok(deleted)
        })
    }

    fn logouts(&self) -> &Notify {
        &self.logouts
    }
}

impl fmt::Debug for SqliteExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SQLite")
    }
}

impl Drop for SqliteExecutor {
    fn drop(&mut self) {
        // SQLite writes its log back and deletes it when the last connection is closed, if that one may
        // write: then the file is whole by itself
        self.readers.close();
    }
}
