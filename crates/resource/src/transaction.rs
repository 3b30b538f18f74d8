//! Several changes that happen together or not at all.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::RecordsError;

/// An adapter that can change several records in one transaction.
///
/// The reads and changes of declarations while `work` runs, in its own task and by the same adapter, are part
/// of the transaction; each change repeats its rule as it does alone. The transaction keeps what it reads
/// from other writers: `BEGIN IMMEDIATE` in SQLite, `SERIALIZABLE` in PostgreSQL. A record that a handler
/// was given before is read again by [`Authorized::reload`](crate::Authorized::reload).
///
/// ```
/// # use airside_resource::doc::{Account, RenameAccount};
/// use airside_resource::{Authorized, Rejection, Transactional};
///
/// async fn swap_names(
///     records: impl Transactional,
///     one: Authorized<Account, RenameAccount>,
///     other: Authorized<Account, RenameAccount>,
/// ) -> Result<(), Rejection> {
///     records.transaction(async |_| {
///         let name = one.name.clone();
///         one.update(vec![("name", other.name.clone().into())]).await?;
///         other.update(vec![("name", name.into())]).await?; // if this fails, the first is undone
///         Ok(())
///     }).await
/// }
/// ```
pub trait Transactional: Clone + Send + Sync + 'static {
    /// The argument of `work`, for the application's own queries in the same transaction.
    type Transaction: Send;

    /// Runs `work` in a transaction, and commits if it answers `Ok`. An `Err` undoes all of it, and so does
    /// dropping the future. A transaction within one is part of it.
    ///
    /// # Errors
    ///
    /// The error of `work`, or [`RecordsError`] if the transaction cannot be begun or committed.
    /// [`RecordsError::Conflict`] if a concurrent transaction came first: it can be tried again.
    /// [`RecordsError::Mismatch`] if `work` answers `Ok` although a query in it failed: nothing is changed.
    fn transaction<R, E, F>(
        &self,
        work: impl FnOnce(Self::Transaction) -> F + Send,
    ) -> impl Future<Output = Result<R, E>> + Send
    where
        F: Future<Output = Result<R, E>> + Send,
        R: Send,
        E: From<RecordsError> + Send;
}

/// Remembers, for an adapter, whether a query of a transaction has failed: the transaction must not be
/// committed then. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct FailureFlag(Arc<AtomicBool>);

impl FailureFlag {
    /// Remembers an `Err`.
    ///
    /// # Errors
    ///
    /// The error of the answer.
    pub fn note<T, E>(&self, answer: Result<T, E>) -> Result<T, E> {
        if answer.is_err() {
            self.0.store(true, Ordering::Relaxed);
        }
        answer
    }

    /// Refuses a query after one that failed: SQLite may have ended the transaction, and would keep later
    /// queries.
    ///
    /// # Errors
    ///
    /// [`RecordsError::Mismatch`].
    pub fn check(&self) -> Result<(), RecordsError> {
        match self.0.load(Ordering::Relaxed) {
            false => Ok(()),
            true => Err(RecordsError::Mismatch(
                "a query of the transaction failed, and its error was not returned".into(),
            )),
        }
    }

    /// Returns the result of `work` if the transaction can be committed.
    ///
    /// # Errors
    ///
    /// The error of `work`, or [`RecordsError::Mismatch`] if it is `Ok` although a query failed.
    pub fn checked<R, E: From<RecordsError>>(&self, done: Result<R, E>) -> Result<R, E> {
        let done = done?;
        self.check()?;
        Ok(done)
    }
}
