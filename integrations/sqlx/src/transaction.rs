//! A transaction on a connection of a pool.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    ptr,
    sync::{Arc, Weak},
};

use airside_resource::{RecordsError, policy::Sql, transaction::FailureFlag};
use sqlx::{Database, Pool, Transaction};
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};

use crate::pool::Backend;

/// A running transaction, for the application's own queries.
pub struct SqlxTransaction<DB: Database> {
    pool: Pool<DB>,
    /// Weak, so that a handle that outlives the transaction does not keep it open.
    connection: Weak<Mutex<Open<DB>>>,
    failure: FailureFlag,
}

/// The transaction, until it ends. Dropped before, it is rolled back by sqlx.
type Open<DB> = Option<Transaction<'static, DB>>;

/// The connection of a transaction, for as long as one query needs it.
pub struct TransactionConnection<DB: Database>(
    OwnedMappedMutexGuard<Open<DB>, Transaction<'static, DB>>,
);

impl<DB: Database> SqlxTransaction<DB> {
    /// Lends the connection for the application's own queries in the transaction: no rule restricts them. No
    /// query of the library runs in the transaction meanwhile. Only the library ends the transaction.
    ///
    /// `&mut *connection` is an executor. Return the error of such a query: SQLite goes on after it.
    ///
    /// # Errors
    ///
    /// [`RecordsError::Unavailable`] if the transaction has ended.
    pub async fn unprotected(&self) -> Result<TransactionConnection<DB>, RecordsError> {
        let connection = self.connection.upgrade().ok_or_else(ended)?;
        let connection = connection.lock_owned().await;
        let connection = OwnedMutexGuard::try_map(connection, Option::as_mut);
        connection.map(TransactionConnection).map_err(|_| ended())
    }

    /// Runs a query, and remembers if it fails.
    pub(crate) async fn rows(&self, sql: Sql) -> Result<Vec<DB::Row>, RecordsError>
    where
        DB: Backend,
    {
        self.failure.check()?;
        let mut connection = self.unprotected().await?;
        let found = DB::rows(&mut connection, sql).await;
        self.failure.note(found.map_err(DB::records_error))
    }

    /// Runs a query, unless its precondition finds no row.
    pub(crate) async fn change<T>(
        &self,
        precondition: Option<Sql>,
        sql: Sql,
        read: impl Fn(DB::Row) -> sqlx::Result<T> + Send,
    ) -> Result<Vec<T>, RecordsError>
    where
        DB: Backend,
    {
        if let Some(precondition) = precondition
            && self.rows(precondition).await?.is_empty()
        {
            return Ok(Vec::new());
        }
        let found = self.rows(sql).await?;
        let read: sqlx::Result<_> = found.into_iter().map(read).collect();
        self.failure.note(read.map_err(DB::records_error))
    }
}

/// Returns the transaction on a connection of this pool in which the task runs.
pub(crate) fn open_transaction<DB: Backend>(pool: &Pool<DB>) -> Option<SqlxTransaction<DB>> {
    let find = |open: &Vec<SqlxTransaction<DB>>| {
        let mut open = open.iter().rev();
        // clones of a pool have the same options
        open.find(|one| ptr::eq(one.pool.options(), pool.options()))
            .cloned()
    };
    DB::open().try_with(find).ok().flatten()
}

/// Runs `work` in a transaction, as `airside_resource::Transactional` says.
pub(crate) async fn transaction<DB, R, E, F>(
    pool: &Pool<DB>,
    work: impl FnOnce(SqlxTransaction<DB>) -> F + Send,
) -> Result<R, E>
where
    DB: Backend,
    F: Future<Output = Result<R, E>> + Send,
    R: Send,
    E: From<RecordsError> + Send,
{
    if let Some(outer) = open_transaction(pool) {
        let failure = outer.failure.clone();
        return failure.note(work(outer).await);
    }
    let begun = pool
        .begin_with(DB::BEGIN)
        .await
        .map_err(DB::records_error)?;
    let connection = Arc::new(Mutex::new(Some(begun)));
    let transaction = SqlxTransaction {
        pool: pool.clone(),
        connection: Arc::downgrade(&connection),
        failure: FailureFlag::default(),
    };
    let mut open = DB::open().try_with(Clone::clone).unwrap_or_default();
    open.push(transaction.clone());
    let done = DB::open().scope(open, work(transaction.clone())).await;
    let done = transaction.failure.checked(done);
    let open = connection.lock().await.take().ok_or_else(ended)?;
    match done {
        Ok(done) => {
            commit(open).await.map_err(DB::records_error)?;
            Ok(done)
        }
        Err(error) => {
            roll_back(open).await;
            Err(error)
        }
    }
}

async fn commit<DB: Backend>(mut transaction: Transaction<'static, DB>) -> sqlx::Result<()> {
    // in a transaction of PostgreSQL of which a query failed, `COMMIT` alone would undo everything silently
    DB::rows(&mut transaction, statement::<DB>("SELECT 1")).await?;
    transaction.commit().await
}

/// Rolls a transaction back. If that fails, sqlx does it before the connection is used again.
async fn roll_back<DB: Backend>(mut transaction: Transaction<'static, DB>) {
    // SQLite may have ended it (`RAISE(ROLLBACK, …)`), without sqlx knowing: no other transaction
    // could begin on the connection then. If it has not, this is an error or a notice.
    let _ = DB::rows(&mut transaction, statement::<DB>("BEGIN")).await;
    let _ = transaction.rollback().await;
}

fn statement<DB: Backend>(text: &str) -> Sql {
    let mut sql = Sql::new(DB::DIALECT);
    sql.push(text);
    sql
}

fn ended() -> RecordsError {
    RecordsError::Unavailable("the transaction has ended".into())
}

// derived, it would ask for a database that is `Clone`
impl<DB: Database> Clone for SqlxTransaction<DB> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            connection: self.connection.clone(),
            failure: self.failure.clone(),
        }
    }
}

impl<DB: Database> Deref for TransactionConnection<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        &self.0
    }
}

impl<DB: Database> DerefMut for TransactionConnection<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        &mut self.0
    }
}

impl<DB: Database> fmt::Debug for SqlxTransaction<DB> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SqlxTransaction")
    }
}

impl<DB: Database> fmt::Debug for TransactionConnection<DB> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TransactionConnection")
    }
}
