//! The part of a store that differs between databases: how statements run.

use std::fmt;

use airside_oauth::state::status::StatusIndex;
use airside_store::{BoxFuture, BoxStream, Unavailable};
use futures_util::stream;
use tokio::sync::{Notify, mpsc};

use crate::{
    dialect::Dialect, error::InconsistentRow, row::Row, statement::Statement, sweep::Task,
};

/// A store whose statements `E` runs.
pub struct SqlStore<E> {
    pub(crate) executor: E,
}

/// Runs statements on one database.
pub(crate) trait Executor: Send + Sync {
    const DIALECT: Dialect;

    /// Reads every row of `table` that a statement answers.
    fn all<'a, T: Send + 'static>(
        &'a self,
        table: &'static str,
        statement: Statement<'a>,
        read: ReadRow<T>,
    ) -> Answer<'a, Vec<T>>;

    /// Reads every row of `table` that a statement answers, some at a time, as they are taken.
    fn stream<T: Send + 'static>(
        &self,
        table: &'static str,
        statement: Statement<'static>,
        read: ReadRow<T>,
    ) -> Answers<T>;

    /// Reads the row of `table` that a statement answers, if it answers one. It is found by a key.
    fn one<'a, T: Send + 'static>(
        &'a self,
        table: &'static str,
        statement: Statement<'a>,
        read: ReadRow<T>,
    ) -> Answer<'a, Option<T>>;

    /// Writes every statement in one transaction, also if the caller goes away. Each must be such that
    /// doing it twice is doing it once.
    fn write(&self, statements: Vec<Statement<'static>>) -> Answer<'_, ()>;

    /// Takes the next `count` places in the status lists, and returns the first.
    fn lease_status_indexes(&self, count: u32) -> Answer<'_, StatusIndex>;

    /// Writes to the disk as a commit does, and changes nothing.
    fn try_write(&self) -> Answer<'_, ()>;

    /// Deletes at most `budget` rows that the tasks find; returns how many.
    fn sweep(&self, tasks: [Task; 6], budget: u32) -> Answer<'_, u64>;

    /// Returns what is told when a commit may have queued a logout token.
    fn logouts(&self) -> &Notify;
}

/// The answer of a store, once it is there.
pub(crate) type Answer<'a, T> = BoxFuture<'a, Result<T, Unavailable>>;

/// The answers of a store, one after the other.
pub(crate) type Answers<T> = BoxStream<'static, Result<Vec<T>, Unavailable>>;

/// Makes both ends of a stream. The reader of the rows is some of them ahead of the receiver.
pub(crate) fn answers<T: Send + 'static>() -> (mpsc::Sender<Result<Vec<T>, Unavailable>>, Answers<T>)
{
    let (sender, receiver) = mpsc::channel(AHEAD);
    let next = |mut receiver: mpsc::Receiver<_>| async move {
        let next = receiver.recv().await?;
        Some((next, receiver))
    };
    (sender, Box::pin(stream::unfold(receiver, next)))
}

/// Rows that are handed over together.
pub(crate) const TOGETHER: usize = 500;

const AHEAD: usize = 2;

/// The one place where a row becomes a `T`.
pub(crate) type ReadRow<T> = fn(&Row<'_>) -> Result<T, InconsistentRow>;

impl<E: fmt::Debug> fmt::Debug for SqlStore<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SqlStore").field(&self.executor).finish()
    }
}
