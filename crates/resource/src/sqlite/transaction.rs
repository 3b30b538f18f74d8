//! A transaction on the one connection, which it holds until it ends.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::{Sqlite, records_error};
use crate::{RecordsError, Transactional, transaction::FailureFlag};

tokio::task_local! {
    /// The transactions in which the task runs, the innermost last.
    static OPEN: Vec<SqliteTransaction>;
}

/// A running transaction, for the application's own queries.
#[derive(Clone, Debug)]
pub struct SqliteTransaction {
    connection: Arc<Mutex<Connection>>,
    /// Weak, so that a handle that outlives the transaction does not keep it open.
    jobs: mpsc::WeakSender<Job>,
    failed: FailureFlag,
}

/// A job of the thread that holds the connection.
enum Job {
    Run(Box<dyn FnOnce(&Connection) + Send>),
    Commit(oneshot::Sender<rusqlite::Result<()>>),
}

impl SqliteTransaction {
    /// Runs the application's own queries in the transaction: no rule restricts them. The connection is lent
    /// to `work` on a thread for blocking work.
    ///
    /// # Errors
    ///
    /// Those of the database, and [`RecordsError::Unavailable`] if the transaction has ended.
    pub async fn unprotected<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<R> + Send + 'static,
    ) -> Result<R, RecordsError> {
        self.run(work).await
    }

    pub(super) async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<R> + Send + 'static,
    ) -> Result<R, RecordsError> {
        self.failed.check()?;
        let (answer, answered) = oneshot::channel();
        let job = Job::Run(Box::new(move |connection| {
            // the receiver may be gone
            let _ = answer.send(work(connection));
        }));
        let jobs = self.jobs.upgrade().ok_or_else(ended)?;
        jobs.send(job).await.map_err(|_| ended())?;
        let answer = answered.await.map_err(|_| ended())?;
        self.failed.note(answer.map_err(records_error))
    }
}

fn ended() -> RecordsError {
    RecordsError::Unavailable("the transaction has ended".into())
}

impl Sqlite {
    /// Returns the transaction of this connection in which the task runs.
    pub(super) fn open_transaction(&self) -> Option<SqliteTransaction> {
        let find = |open: &Vec<SqliteTransaction>| {
            let mut open = open.iter().rev();
            let own = open.find(|one| Arc::ptr_eq(&one.connection, &self.connection));
            own.cloned()
        };
        OPEN.try_with(find).ok().flatten()
    }

    /// Begins a transaction, on a thread that holds the connection until the sender is dropped.
    async fn begin(&self) -> Result<mpsc::Sender<Job>, RecordsError> {
        let (jobs, todo) = mpsc::channel(1);
        let (begun, is_begun) = oneshot::channel();
        let connection = Arc::clone(&self.connection);
        tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            run_jobs(&mut connection, begun, todo);
        });
        is_begun
            .await
            .map_err(|_| ended())?
            .map_err(records_error)?;
        Ok(jobs)
    }
}

/// Runs jobs until a commit. If the sender is dropped before, everything is undone.
fn run_jobs(
    connection: &mut Connection,
    begun: oneshot::Sender<rusqlite::Result<()>>,
    mut todo: mpsc::Receiver<Job>,
) {
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => {
            let _ = begun.send(Err(error));
            return;
        }
    };
    if begun.send(Ok(())).is_err() {
        return;
    }
    while let Some(job) = todo.blocking_recv() {
        match job {
            Job::Run(work) => work(&transaction),
            Job::Commit(answer) => {
                let _ = answer.send(transaction.commit());
                return;
            }
        }
    }
}

impl Transactional for Sqlite {
    type Transaction = SqliteTransaction;

    /// No other query of this connection runs meanwhile; [`Sqlite::unprotected`] would wait for ever within
    /// `work`, which has [`SqliteTransaction::unprotected`].
    async fn transaction<R, E, F>(
        &self,
        work: impl FnOnce(SqliteTransaction) -> F + Send,
    ) -> Result<R, E>
    where
        F: Future<Output = Result<R, E>> + Send,
        R: Send,
        E: From<RecordsError> + Send,
    {
        if let Some(outer) = self.open_transaction() {
            let failed = outer.failed.clone();
            return failed.note(work(outer).await);
        }
        let jobs = self.begin().await?;
        let transaction = SqliteTransaction {
            connection: Arc::clone(&self.connection),
            jobs: jobs.downgrade(),
            failed: FailureFlag::default(),
        };
        let mut open = OPEN.try_with(Clone::clone).unwrap_or_default();
        open.push(transaction.clone());
        let done = OPEN.scope(open, work(transaction.clone())).await;
        let done = transaction.failed.checked(done)?;
        let (answer, answered) = oneshot::channel();
        let commit = Job::Commit(answer);
        jobs.send(commit).await.map_err(|_| ended())?;
        answered
            .await
            .map_err(|_| ended())?
            .map_err(records_error)?;
        Ok(done)
    }
}
