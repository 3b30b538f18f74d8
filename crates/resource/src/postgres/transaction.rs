//! A transaction on a connection of the pool.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, Weak},
};

use deadpool_postgres::Object;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};

use super::{Postgres, records_error};
use crate::{RecordsError, Transactional, transaction::FailureFlag};

tokio::task_local! {
    /// The transactions in which the task runs, the innermost last.
    static OPEN: Vec<PostgresTransaction>;
}

/// A running transaction, for the application's own queries.
#[derive(Clone)]
pub struct PostgresTransaction {
    of: Postgres,
    /// Weak, so that a handle that outlives the transaction does not keep it open.
    connection: Weak<Mutex<Connection>>,
    failed: FailureFlag,
}

/// The connection of a transaction that has not ended. Dropped, it is closed, which undoes everything:
/// in the pool its next user would continue the transaction.
struct Connection(Option<Object>);

/// The connection of a transaction, for as long as one query needs it.
pub struct TransactionClient(OwnedMappedMutexGuard<Connection, Object>);

impl PostgresTransaction {
    /// Lends the connection for the application's own queries in the transaction: no rule restricts them. No
    /// query of the library runs in the transaction meanwhile. Only the library ends the transaction.
    ///
    /// # Errors
    ///
    /// [`RecordsError::Unavailable`] if the transaction has ended.
    pub async fn unprotected(&self) -> Result<TransactionClient, RecordsError> {
        let connection = self.connection.upgrade().ok_or_else(ended)?;
        let connection = connection.lock_owned().await;
        let client = OwnedMutexGuard::try_map(connection, |connection| connection.0.as_mut());
        client.map(TransactionClient).map_err(|_| ended())
    }

    pub(super) fn note_failure<R>(
        &self,
        answer: Result<R, tokio_postgres::Error>,
    ) -> Result<R, RecordsError> {
        self.failed.note(answer.map_err(records_error))
    }
}

fn ended() -> RecordsError {
    RecordsError::Unavailable("the transaction has ended".into())
}

impl Postgres {
    /// Returns the transaction on a connection of this pool in which the task runs.
    pub(super) fn open_transaction(&self) -> Option<PostgresTransaction> {
        let find = |open: &Vec<PostgresTransaction>| {
            let mut open = open.iter().rev();
            open.find(|one| one.of.is_same(self)).cloned()
        };
        OPEN.try_with(find).ok().flatten()
    }

    fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(self.pool.manager(), other.pool.manager())
    }
}

impl Connection {
    async fn end(&mut self, statements: &str) -> Result<(), RecordsError> {
        let client = self.0.as_ref().ok_or_else(ended)?;
        client
            .batch_execute(statements)
            .await
            .map_err(records_error)?;
        // back into the pool
        self.0 = None;
        Ok(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.take().map(Object::take);
    }
}

impl Transactional for Postgres {
    type Transaction = PostgresTransaction;

    async fn transaction<R, E, F>(
        &self,
        work: impl FnOnce(PostgresTransaction) -> F + Send,
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
        let connection = Connection(Some(self.client().await?));
        if let Some(client) = &connection.0 {
            let begun = client.batch_execute("BEGIN ISOLATION LEVEL SERIALIZABLE");
            begun.await.map_err(records_error)?;
        }
        let connection = Arc::new(Mutex::new(connection));
        let transaction = PostgresTransaction {
            of: self.clone(),
            connection: Arc::downgrade(&connection),
            failed: FailureFlag::default(),
        };
        let mut open = OPEN.try_with(Clone::clone).unwrap_or_default();
        open.push(transaction.clone());
        let done = OPEN.scope(open, work(transaction.clone())).await;
        match transaction.failed.checked(done) {
            Ok(done) => {
                // in a transaction of which a query failed, `COMMIT` alone would undo everything silently
                connection.lock().await.end("SELECT 1; COMMIT").await?;
                Ok(done)
            }
            Err(error) => {
                // a connection that fails here is closed
                let _ = connection.lock().await.end("ROLLBACK").await;
                Err(error)
            }
        }
    }
}

impl Deref for TransactionClient {
    type Target = Object;

    fn deref(&self) -> &Object {
        &self.0
    }
}

impl fmt::Debug for TransactionClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TransactionClient")
    }
}

impl fmt::Debug for PostgresTransaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PostgresTransaction")
    }
}
