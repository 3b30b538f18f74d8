//! The test of the transactions of one adapter.

use std::{pin::Pin, task::Poll};

use airside_policy::Predicate;
use tokio::sync::oneshot;

use super::{
    dice::Dice,
    error::ContractError,
    note::{Note, values},
    trial::{Trial, every},
};
use crate::{Count, Query, Record, Records, Transactional};

/// Tests the transactions of an adapter whose table of notes is empty, and leaves it empty.
///
/// The changes of a transaction that fails, is not finished, or goes on after a failure must be undone;
/// other changes wait or fail meanwhile, and the next transaction finds none of them.
///
/// # Errors
///
/// [`ContractError`] describes the first violation.
pub async fn check_transactions<T, R>(records: &R) -> Result<(), ContractError>
where
    T: Record,
    R: Records<T> + Transactional,
{
    let trial = Trial {
        records,
        notes: vec![Dice::new(1).note(1), Dice::new(2).note(2)],
    };
    let [first, second] = trial.notes.as_slice() else {
        return Ok(());
    };
    let insert = |note: &Note| Query::unprotected_insert(values(note));
    let broken = |what: &str| Err(ContractError(what.to_owned()));
    let count = || async {
        let counted = records.count(Count::unprotected(Predicate::Always(true)));
        counted
            .await
            .map_err(|error| ContractError(error.to_string()))
    };

    let failed: Result<(), _> = records
        .transaction(async |_| {
            trial
                .expect(insert(first), std::slice::from_ref(first))
                .await?;
            trial.expect(every(), std::slice::from_ref(first)).await?;
            broken("as it should")
        })
        .await;
    if failed != broken("as it should") || count().await? > 0 {
        return broken("a transaction that fails is not undone");
    }

    let went_on: Result<(), ContractError> = records
        .transaction(async |_| {
            trial.run(insert(first)).await?;
            // the same key again: the database refuses it, and `work` ignores the error
            let _ = records.run(insert(first)).await;
            Ok(())
        })
        .await;
    if went_on.is_ok() || count().await? > 0 {
        return broken("a transaction that goes on after a failure is not undone");
    }

    let (inserted, mut is_inserted) = oneshot::channel::<()>();
    let mut unfinished = Box::pin(records.transaction(async |_| {
        trial.run(insert(first)).await?;
        drop(inserted);
        std::future::pending::<Result<(), ContractError>>().await
    }));
    let has_ended = std::future::poll_fn(|context| {
        match unfinished.as_mut().poll(context).is_ready() {
            true => Poll::Ready(true),
            // it is dropped before it ends
            false => Pin::new(&mut is_inserted).poll(context).map(|_| false),
        }
    });
    if has_ended.await {
        return broken("a transaction ends before its work");
    }
    drop(unfinished);
    if count().await? > 0 {
        return broken("a transaction whose caller goes away is not undone");
    }

    let both: Result<Vec<Note>, ContractError> = records
        .transaction(async |_| {
            trial.run(insert(first)).await?;
            records
                .transaction(async |_| trial.run(insert(second)).await)
                .await
        })
        .await;
    both?;
    trial.expect(every(), &trial.notes).await?;
    for note in &trial.notes {
        let delete = Query::Delete {
            key: note.id.into(),
            filter: Predicate::Always(true),
        };
        trial.expect(delete, std::slice::from_ref(note)).await?;
    }
    Ok(())
}
