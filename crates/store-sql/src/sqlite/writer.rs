//! The one writer: everything that waits becomes one transaction.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use airside_store::{CommitError, Unavailable};
use tokio::sync::{mpsc, oneshot};

use super::{
    Options,
    connection::{self, Connection},
    named_files::NamedFiles,
    opening,
    revoked::FeedFollower,
    work::{Work, WriteError},
};
use crate::{
    error::StoreError,
    wait::{Wait, Waits},
};

/// The way to the writer's thread. Dropping it waits until everything asked for is answered.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    transactions: Arc<AtomicU64>,
    waits: Waits,
}

struct Job {
    work: Work,
    answer: oneshot::Sender<Result<u64, CommitError>>,
    /// Until it is answered, also if the caller has gone away.
    wait: Wait,
}

impl Job {
    /// A caller that has the answer finds that nothing waits any more.
    fn answer(self, result: Result<u64, CommitError>) {
        drop(self.wait);
        // the caller may have gone away
        let _ = self.answer.send(result);
    }
}

impl Writer {
    pub(super) fn start(
        path: &Path,
        connection: Connection,
        revoked: FeedFollower,
        options: &Options,
    ) -> io::Result<Self> {
        let (queue, waiting) = mpsc::channel(options.longest_queue.max(1));
        let transactions = Arc::new(AtomicU64::new(0));
        let scribe = Scribe {
            path: path.to_owned(),
            files: NamedFiles::of(path),
            looked: Some(Instant::now()),
            is_loss_logged: false,
            connection: Some(connection),
            waiting,
            revoked,
            largest_batch: options.largest_batch.max(1),
            transactions: Arc::clone(&transactions),
        };
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(|| scribe.run())?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            transactions,
            waits: Waits::default(),
        })
    }

    /// Asks for `work`; the answer comes when it is durable.
    pub(super) async fn run(&self, work: Work) -> Result<u64, CommitError> {
        let stopped = || CommitError::Unavailable(StoreError::Stopped.into());
        let (answer, answered) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue
            .send(Job {
                work,
                answer,
                wait: self.waits.begin(),
            })
            .await
            .map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    /// Asks for work that has no pivot and so cannot conflict.
    pub(super) async fn run_always(&self, work: Work) -> Result<u64, Unavailable> {
        self.run(work).await.map_err(|error| match error {
            CommitError::Unavailable(cause) => cause,
            CommitError::Conflict => StoreError::RolledBack.into(),
        })
    }

    /// Returns how long the longest waiting work has waited for its answer.
    pub(super) fn delay(&self) -> Duration {
        self.waits.longest()
    }

    pub(super) fn transactions(&self) -> u64 {
        self.transactions.load(Ordering::Relaxed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // a writer that panicked has nothing left to answer
            let _ = thread.join();
        }
    }
}

/// The loop on the writer's thread.
struct Scribe {
    path: PathBuf,
    files: NamedFiles,
    /// When the files were last found.
    looked: Option<Instant>,
    is_loss_logged: bool,
    /// None after a failure that leaves in doubt what is on the disk.
    connection: Option<Connection>,
    waiting: mpsc::Receiver<Job>,
    revoked: FeedFollower,
    largest_batch: usize,
    transactions: Arc<AtomicU64>,
}

impl Scribe {
    fn run(mut self) {
        while let Some(first) = self.waiting.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < self.largest_batch
                && let Ok(next) = self.waiting.try_recv()
            {
                batch.push(next);
            }
            self.commit_batch(batch);
        }
        self.leave_one_file();
    }

    /// Writes the log back into the database: what a stop leaves is one file, and an empty log at most.
    fn leave_one_file(&self) {
        let Some(connection) = &self.connection else {
            // the next start finds in the log what is on the disk
            return;
        };
        if let Err(failure) = connection.write_log_back() {
            tracing::warn!(error = %StoreError::from(failure), "the log was not written back");
        }
    }

    /// Writes a batch, then answers it: nothing is acknowledged before it is durable.
    fn commit_batch(&mut self, batch: Vec<Job>) {
        match self.write(&batch) {
            Ok(results) => {
                self.transactions.fetch_add(1, Ordering::Relaxed);
                for (job, result) in batch.into_iter().zip(results) {
                    job.answer(result.map_err(CommitError::from));
                }
            }
            Err(failure) => {
                let is_lost = matches!(
                    failure,
                    StoreError::DatabaseLost(_) | StoreError::LogLost(_)
                );
                // once: every look finds it again
                if !(is_lost && std::mem::replace(&mut self.is_loss_logged, is_lost)) {
                    tracing::error!(error = %failure, batch = batch.len(), "a transaction failed");
                }
                let cause = Unavailable::from(failure);
                for job in batch {
                    job.answer(Err(cause.clone().into()));
                }
            }
        }
    }

    fn write(&mut self, batch: &[Job]) -> Result<Vec<Result<u64, WriteError>>, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect_again()?,
        };
        if let Err(lost) = self.require_files(batch) {
            self.connection = Some(connection);
            return Err(lost);
        }
        let result = transaction(&connection, batch, &mut self.revoked);
        let idle = connection.is_idle() || connection.control("ROLLBACK").is_ok();
        // after a failed fsync the state of the disk is unknown: a new connection reads it again
        if idle && !result.as_ref().is_err_and(connection::is_doubtful) {
            self.connection = Some(connection);
        }
        result
    }

    fn connect_again(&mut self) -> Result<Connection, StoreError> {
        self.files.require_database()?;
        let connection = opening::for_writing(&self.path)?;
        self.files = NamedFiles::of(&self.path);
        Ok(connection)
    }

    /// Requires that the files are still those that their names lead to, if that was not looked at a moment ago
    /// or is asked.
    fn require_files(&mut self, batch: &[Job]) -> Result<(), StoreError> {
        let is_probe = batch.iter().any(|job| matches!(job.work, Work::TryWrite));
        let is_due = |found: Instant| found.elapsed() >= LOOK_INTERVAL;
        if is_probe || self.looked.is_none_or(is_due) {
            self.looked = None;
            self.files.require_in_place()?;
            self.looked = Some(Instant::now());
            self.is_loss_logged = false;
        }
        Ok(())
    }
}

fn transaction(
    connection: &Connection,
    batch: &[Job],
    revoked: &mut FeedFollower,
) -> Result<Vec<Result<u64, WriteError>>, StoreError> {
    connection.control("BEGIN IMMEDIATE")?;
    let mut results = Vec::with_capacity(batch.len());
    for job in batch {
        let result = job.work.write(connection);
        // INVARIANT: an answer is given only for what the open transaction still holds
        if connection.is_idle() {
            return Err(match result {
                Err(WriteError::Failed(failure)) => failure,
                Ok(_) | Err(WriteError::Conflict) => StoreError::RolledBack,
            });
        }
        results.push(result);
    }
    let position = revoked.note(connection);
    connection.control("COMMIT")?;
    revoked.committed(position);
    Ok(results)
}

/// The interval at which the files are looked for: what is written into a deleted file is lost for no longer.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
