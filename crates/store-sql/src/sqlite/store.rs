//! Looks and commits.

use std::time::Duration;

use airside_oauth::state::decide::{Commit, Facts, Keys};
use airside_store::{BoxFuture, CommitError, Store, Unavailable};

use super::{Sqlite, look, work::Work};
use crate::{change, look::Look};

impl Store for Sqlite {
    fn look<'a>(&'a self, keys: &'a Keys) -> BoxFuture<'a, Result<Facts, Unavailable>> {
        Box::pin(async move {
            let feed = match self.executor.revoked.may_include(&keys.feed) {
                true => keys.feed.as_slice(),
                false => &[],
            };
            let Some(look) = Look::of(keys, feed) else {
                return Ok(Facts::default());
            };
            // a few microseconds: less than handing it to another thread
            Ok(self
                .executor
                .readers
                .with(|connection| look::look(connection, look))?)
        })
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<(), CommitError>> {
        Box::pin(async move {
            let may_queue_logouts = change::may_queue_logouts(&commit);
            self.executor
                .writer
                .run(Work::Commit(Box::new(commit)))
                .await?;
            if may_queue_logouts {
                self.executor.logouts.notify_one();
            }
            Ok(())
        })
    }

    fn delay(&self) -> Duration {
        self.executor.writer.delay()
    }
}
