//! Looks and commits.

use std::time::Duration;

use airside_oauth::state::decide::{Commit, Facts, Keys, Pivot};
use airside_store::{BoxFuture, CommitError, Store, Unavailable};

use super::{Postgres, commit, look, pool::Pool, write_error::WriteError};
use crate::{change, error::StoreError, look::Look};

impl Store for Postgres {
    fn look<'a>(&'a self, keys: &'a Keys) -> BoxFuture<'a, Result<Facts, Unavailable>> {
        Box::pin(async move {
            match Look::of(keys, &keys.feed) {
                None => Ok(Facts::default()),
                Some(look) => Ok(look::look(&self.executor.pool, look).await?),
            }
        })
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<(), CommitError>> {
        let pool = self.executor.pool.clone();
        let may_queue_logouts = change::may_queue_logouts(&commit);
        // in its own task: a caller that goes away leaves no transaction half sent
        let task = tokio::spawn(async move { write(&pool, &commit).await });
        Box::pin(async move {
            let stopped = || Err(WriteError::Failed(StoreError::Stopped));
            let result = task.await.unwrap_or_else(|_| stopped());
            result.map_err(CommitError::from)?;
            if may_queue_logouts {
                self.executor.logouts.notify_one();
            }
            Ok(())
        })
    }

    fn delay(&self) -> Duration {
        self.executor.pool.delay()
    }
}

async fn write(pool: &Pool, commit: &Commit) -> Result<(), WriteError> {
    match commit::write(pool, commit).await {
        // The outcome is unknown. A second try conflicts with the first if that was committed, and the
        // next look then finds it; only a use does not record its user.
        Err(WriteError::InDoubt(_)) if !matches!(commit.pivot, Pivot::UseOnce { .. }) => {
            commit::write(pool, commit).await
        }
        result => result,
    }
}
