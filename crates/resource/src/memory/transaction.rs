//! A transaction in memory: to undo it, the tables are put back as they were.

use std::sync::Arc;

use super::{Memory, Tables};
use crate::{RecordsError, Transactional, transaction::FailureFlag};

tokio::task_local! {
    /// The transactions in which the task runs, the innermost last.
    static OPEN: Vec<(Memory, FailureFlag)>;
}

/// The tables as they were, which are put back on drop unless `before` was taken.
struct Undo<'a> {
    records: &'a Memory,
    before: Option<Tables>,
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            *self.records.unprotected() = before;
        }
    }
}

impl Memory {
    /// Returns the failure flag of the transaction of these tables in which the task runs.
    pub(super) fn open_transaction(&self) -> Option<FailureFlag> {
        let find = |open: &Vec<(Self, FailureFlag)>| {
            let mut open = open.iter().rev();
            let own = open.find(|(records, _)| Arc::ptr_eq(&records.tables, &self.tables));
            own.map(|(_, failed)| failed.clone())
        };
        OPEN.try_with(find).ok().flatten()
    }
}

impl Transactional for Memory {
    /// The tables themselves: [`Memory::unprotected`] reads and changes them within the transaction.
    type Transaction = Self;

    async fn transaction<R, E, F>(&self, work: impl FnOnce(Self) -> F + Send) -> Result<R, E>
    where
        F: Future<Output = Result<R, E>> + Send,
        R: Send,
        E: From<RecordsError> + Send,
    {
        if let Some(failed) = self.open_transaction() {
            return failed.note(work(self.clone()).await);
        }
        let _lock = self.lock.lock().await;
        let before = self.unprotected().clone();
        let mut undo = Undo {
            records: self,
            before: Some(before),
        };
        let failed = FailureFlag::default();
        let mut open = OPEN.try_with(Clone::clone).unwrap_or_default();
        open.push((self.clone(), failed.clone()));
        let done = failed.checked(OPEN.scope(open, work(self.clone())).await)?;
        undo.before = None;
        Ok(done)
    }
}
