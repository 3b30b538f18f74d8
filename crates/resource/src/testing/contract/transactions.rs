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
    undoes_one_that_fails::<T, R>(&trial, first).await?;
    undoes_one_that_goes_on_after_a_failure::<T, R>(&trial, first).await?;
    undoes_one_whose_caller_goes_away::<T, R>(&trial, first).await?;
    keeps_one_within_another::<T, R>(&trial, [first, second]).await
}

async fn undoes_one_that_fails<T, R>(trial: &Trial<'_, R>, note: &Note) -> Result<(), ContractError>
where
    T: Record,
    R: Records<T> + Transactional,
{
    let failed: Result<(), _> = trial
        .records
        .transaction(async |_| {
            let found = std::slice::from_ref(note);
            trial.expect(insert(note), found).await?;
            trial.expect(every(), found).await?;
            broken("as it should")
        })
        .await;
    if failed != broken("as it should") {
        return broken("a transaction that fails is not undone");
    }
    require_none(trial.records, "a transaction that fails is not undone").await
}

async fn undoes_one_that_goes_on_after_a_failure<T, R>(
    trial: &Trial<'_, R>,
    note: &Note,
) -> Result<(), ContractError>
where
    T: Record,
    R: Records<T> + Transactional,
{
    let records = trial.records;
    let went_on: Result<(), ContractError> = records
        .transaction(async |_| {
            trial.run(insert(note)).await?;
            // the same key again: the database refuses it, and `work` ignores the error
            let _ = records.run(insert(note)).await;
            Ok(())
        })
        .await;
    let violation = "a transaction that goes on after a failure is not undone";
    match went_on {
        Ok(()) => broken(violation),
        Err(_) => require_none(records, violation).await,
    }
}

async fn undoes_one_whose_caller_goes_away<T, R>(
    trial: &Trial<'_, R>,
    note: &Note,
) -> Result<(), ContractError>
where
    T: Record,
    R: Records<T> + Transactional,
{
    let (inserted, mut is_inserted) = oneshot::channel::<()>();
    let mut unfinished = Box::pin(trial.records.transaction(async |_| {
        trial.run(insert(note)).await?;
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
    let violation = "a transaction whose caller goes away is not undone";
    require_none(trial.records, violation).await
}

/// Tests that the changes of both are made, and removes them.
async fn keeps_one_within_another<T, R>(
    trial: &Trial<'_, R>,
    [first, second]: [&Note; 2],
) -> Result<(), ContractError>
where
    T: Record,
    R: Records<T> + Transactional,
{
    let records = trial.records;
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

fn insert(note: &Note) -> Query {
    Query::unprotected_insert(values(note))
}

fn broken<V>(violation: &str) -> Result<V, ContractError> {
    Err(ContractError(violation.to_owned()))
}

/// Requires that the table has no note, and otherwise returns the violation.
async fn require_none<T: Record, R: Records<T>>(
    records: &R,
    violation: &str,
) -> Result<(), ContractError> {
    let counted = records.count(Count::unprotected(Predicate::Always(true)));
    match counted.await {
        Ok(0) => Ok(()),
        Ok(_) => broken(violation),
        Err(error) => Err(ContractError(error.to_string())),
    }
}
