//! The work of the writer: each is done as a whole or not at all, in a transaction shared with others.

use airside_oauth::state::decide::{Commit, Effect};
use airside_store::{CommitError, Unavailable};

use super::connection::{self, Connection};
use crate::{
    change, consent, dialect::Dialect, error::StoreError, meta, statement::Statement, status,
    sweep::ExpiredRow, used,
};

/// One thing to write.
pub(super) enum Work {
    Commit(Box<Commit>),
    /// So many places in the status lists.
    Lease(u32),
    Statements(Vec<Statement<'static>>),
    Sweep(Vec<ExpiredRow>),
    /// Takes room in the file and gives it back, and writes a row as it is.
    TryWrite,
    /// Sets what the disk seems to be: `max_page_count`, `query_only`.
    #[cfg(test)]
    Pragma(&'static str),
}

/// The reason why one commit was not written.
pub(super) enum WriteError {
    Conflict,
    Failed(StoreError),
}

impl<F: Into<StoreError>> From<F> for WriteError {
    fn from(failure: F) -> Self {
        Self::Failed(failure.into())
    }
}

impl From<WriteError> for CommitError {
    fn from(refusal: WriteError) -> Self {
        match refusal {
            WriteError::Conflict => Self::Conflict,
            WriteError::Failed(failure) => Self::Unavailable(Unavailable::from(failure)),
        }
    }
}

impl Work {
    /// Writes it within the transaction that is open; says how many rows it changed, or which place is
    /// the first of the leased ones.
    pub(super) fn write(&self, connection: &Connection) -> Result<u64, WriteError> {
        match self {
            Self::Commit(commit) => write_commit(connection, commit),
            Self::Lease(count) => lease(connection, *count),
            Self::Statements(statements) => {
                whole(connection, || Ok(run_all(connection, statements)?))
            }
            Self::Sweep(expired) => whole(connection, || {
                let rows = expired.iter().map(|row| connection.run(&row.delete()));
                Ok(rows.sum::<Result<usize, _>>()? as u64)
            }),
            Self::TryWrite => whole(connection, || {
                run_all(connection, &used::try_room())?;
                lease(connection, 0).map(|_| 0)
            }),
            #[cfg(test)]
            Self::Pragma(pragma) => {
                connection.script(&format!("PRAGMA {pragma}"))?;
                Ok(0)
            }
        }
    }
}

fn run_all(connection: &Connection, statements: &[Statement<'_>]) -> Result<u64, StoreError> {
    for statement in statements {
        connection.run(statement)?;
    }
    Ok(0)
}

/// Leases places in the status lists; says which is the first.
fn lease(connection: &Connection, count: u32) -> Result<u64, WriteError> {
    let first = connection.one(meta::TABLE, status::lease(count), status::read_leased)?;
    let first = first.ok_or_else(|| StoreError::from(meta::missing()))?;
    Ok(first.number())
}

fn write_commit(connection: &Connection, commit: &Commit) -> Result<u64, WriteError> {
    let belongings = change::belongings(&commit.pivot, Dialect::Sqlite);
    // a single statement is whole by itself
    if belongings.is_empty() && commit.effects.is_empty() {
        return pivot(connection, commit);
    }
    whole(connection, || {
        let rows = pivot(connection, commit)?;
        for statement in &belongings {
            connection.run(statement)?;
        }
        for effect in &commit.effects {
            follow(connection, effect)?;
        }
        Ok(rows)
    })
}

/// INVARIANT: the pivot changes exactly one row, or the commit has no effect.
fn pivot(connection: &Connection, commit: &Commit) -> Result<u64, WriteError> {
    match connection.run(&change::pivot(&commit.pivot, Dialect::Sqlite)?) {
        Ok(1) => Ok(1),
        Ok(_) => Err(WriteError::Conflict),
        Err(failure) if connection::is_taken(&failure) => Err(WriteError::Conflict),
        Err(failure) => Err(failure.into()),
    }
}

fn follow(connection: &Connection, effect: &Effect) -> Result<(), StoreError> {
    if let Effect::RememberConsent {
        consent: new,
        client_epoch,
    } = effect
    {
        let known = connection.one(consent::TABLE, consent::by_key(&new.key), consent::read)?;
        let widened = consent::widened(known.as_ref(), new);
        connection.run(&consent::put(&widened, *client_epoch, Dialect::Sqlite)?)?;
    }
    for statement in change::effect(effect) {
        connection.run(&statement)?;
    }
    Ok(())
}

/// Does all of `write`, or leaves the transaction as it was.
fn whole(
    connection: &Connection,
    write: impl FnOnce() -> Result<u64, WriteError>,
) -> Result<u64, WriteError> {
    connection.control("SAVEPOINT one")?;
    let result = write();
    // some errors end the whole transaction, and the savepoint with it: the writer sees to that
    if result.is_err() && !connection.is_idle() {
        connection.control("ROLLBACK TO one")?;
    }
    if !connection.is_idle() {
        connection.control("RELEASE one")?;
    }
    result
}
