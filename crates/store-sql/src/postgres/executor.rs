//! Runs statements on PostgreSQL: each on a connection of the pool, in one trip.

use std::fmt;

use airside_oauth::state::status::StatusIndex;
use tokio::sync::Notify;

use super::{listen::Listener, pool::Pool, stream::Reading};
use crate::{
    dialect::Dialect,
    error::StoreError,
    executor::{Answer, Answers, Executor, ReadRow, answers},
    meta,
    statement::Statement,
    status,
    sweep::{self, Cursors, Task},
};

/// The connections to one PostgreSQL database.
pub struct PostgresExecutor {
    pub(super) pool: Pool,
    pub(super) listener: Option<Listener>,
    /// The progress of this node's sweeps.
    pub(super) cursors: Cursors,
    /// Told when a commit of this node may have queued a logout token.
    pub(super) logouts: Notify,
}

impl PostgresExecutor {
    /// Deletes at most `budget` rows of one table, of those that this sweep looks at.
    async fn sweep_table(&self, task: &Task, budget: u32) -> Result<u64, StoreError> {
        let end = match task.end(&self.cursors) {
            Some(end) => self.pool.one(task.table, &end, sweep::read_name).await?,
            None => None,
        };
        let window = task.window(&self.cursors, end);
        let mut left = budget;
        while left > 0 {
            let limit = left.min(sweep::ROWS_PER_COMMIT);
            let delete = task.delete_found(window.as_ref(), limit);
            let deleted = self.pool.change(&delete).await?;
            left = left.saturating_sub(u32::try_from(deleted).unwrap_or(u32::MAX));
            if deleted < u64::from(limit) {
                break;
            }
        }
        if let Some(window) = window
            && left > 0
        {
            self.cursors.pass(task.table, window);
        }
        Ok(u64::from(budget - left))
    }
}

impl Executor for PostgresExecutor {
    const DIALECT: Dialect = Dialect::Postgres;

    fn all<'a, T: Send + 'static>(
        &'a self,
        table: &'static str,
        statement: Statement<'a>,
        read: ReadRow<T>,
    ) -> Answer<'a, Vec<T>> {
        Box::pin(async move { Ok(self.pool.all(table, &statement, read).await?) })
    }

    fn stream<T: Send + 'static>(
        &self,
        table: &'static str,
        statement: Statement<'static>,
        read: ReadRow<T>,
    ) -> Answers<T> {
        let (taker, answers) = answers();
        let reading = Reading {
            table,
            statement,
            read,
            taker,
        };
        tokio::spawn(reading.run(self.pool.clone()));
        answers
    }

    fn one<'a, T: Send + 'static>(
        &'a self,
        table: &'static str,
        statement: Statement<'a>,
        read: ReadRow<T>,
    ) -> Answer<'a, Option<T>> {
        Box::pin(async move { Ok(self.pool.one(table, &statement, read).await?) })
    }

    fn write(&self, statements: Vec<Statement<'static>>) -> Answer<'_, ()> {
        let pool = self.pool.clone();
        let task = tokio::spawn(async move { pool.write(&statements).await });
        Box::pin(async move { Ok(task.await.unwrap_or(Err(StoreError::Stopped))?) })
    }

    fn lease_status_indexes(&self, count: u32) -> Answer<'_, StatusIndex> {
        // tried again if the connection was lost: what was leased then is never given out
        let lease = self.one(meta::TABLE, status::lease(count), status::read_leased);
        Box::pin(async move { lease.await?.ok_or_else(meta::is_missing) })
    }

    fn try_write(&self) -> Answer<'_, ()> {
        // no place is taken, but the row is written
        let written = self.lease_status_indexes(0);
        Box::pin(async move { written.await.map(drop) })
    }

    fn sweep(&self, tasks: [Task; 6], budget: u32) -> Answer<'_, u64> {
        Box::pin(async move {
            let mut deleted = 0;
            for task in &tasks {
                let left = u64::from(budget).saturating_sub(deleted);
                let left = u32::try_from(left).unwrap_or(u32::MAX);
                deleted += self.sweep_table(task, left).await?;
            }
            Ok(deleted)
        })
    }

    fn logouts(&self) -> &Notify {
        &self.logouts
    }
}

impl fmt::Debug for PostgresExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgreSQL")
    }
}
