//! Copies a whole store into an empty one, of the same kind or of the other.
//!
//! Both kinds have the same tables with the same columns, so rows are carried over as they are, in
//! pages by primary key, and counted and digested on both sides.

mod contents;
mod end;
mod error;
mod sum;
mod table;

pub use self::{
    contents::Contents,
    end::{Source, Target},
    error::TransferError,
};

use airside_oauth::{
    profile::Lifetimes,
    state::{grant::RevokeReason, lifetime::RecordedLifetime},
    time::Time,
};

use self::{
    end::Readable,
    sum::Sum,
    table::{TABLES, Table},
};
use crate::{
    dialect::Dialect,
    feed, lifetime, meta,
    row::Row,
    statement::{Statement, Value},
    values::Values,
};

/// Tells whether the copy continues the store or replaces it after a loss.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Everything goes on: sessions, refresh tokens and keys.
    Move,
    /// The epoch is raised, every session and grant is ended, and the access tokens of every client
    /// that were issued before are revoked: people sign in again, because what was ended since the
    /// backup is not known.
    Restore {
        /// The time of the restoration.
        at: Time,
        /// The lifetimes that the server issues with, beside those that the backup records.
        lifetimes: Lifetimes,
    },
}

/// Copies everything; tells `progress` after each page how many rows of a table have been copied.
///
/// The rest of an interrupted copy in the target is deleted first: no server has started on it.
///
/// # Errors
///
/// [`TransferError`]; no server starts on the target then, but it may be copied to again.
pub async fn copy(
    source: &Source,
    target: &Target<'_>,
    purpose: Purpose,
    mut progress: impl FnMut(&'static str, u64),
) -> Result<Vec<Contents>, TransferError> {
    let from = identity(&source.read(meta::identity()).await?)?;
    let to = identity(&target.read(meta::identity()).await?)?;
    let Some(check) = from.key_check else {
        return Err(TransferError::Empty);
    };
    if to.key_check.is_some() {
        return Err(TransferError::NotEmpty);
    }
    let contents = copy_rows(source, target, &mut progress).await?;
    let next = source.next_status_index().await?;
    let (epoch, next) = match purpose {
        Purpose::Move => (from.epoch, next),
        // tokens of grants that the backup does not know may live and name their places
        Purpose::Restore { .. } => (
            from.epoch.saturating_add(1),
            next.saturating_add(LOST_INDEXES),
        ),
    };
    target.set_feed_head(source.head().await?).await?;
    if let Purpose::Restore { at, lifetimes } = purpose {
        let everything = end_everything(at, &lifetimes, target.dialect());
        target.write(everything).await?;
    }
    // last: what has a check value is complete
    target.finish(next, epoch, check).await?;
    Ok(contents)
}

/// Copies every row, and reads it again to compare.
async fn copy_rows(
    source: &Source,
    target: &Target<'_>,
    progress: &mut impl FnMut(&'static str, u64),
) -> Result<Vec<Contents>, TransferError> {
    // the keys last: as long as other rows are left, the target is known as unfinished
    for table in TABLES.iter().rev() {
        target.write(vec![table.clear()]).await?;
    }
    let mut contents = Vec::new();
    for table in TABLES {
        let mut sum = Sum::default();
        pages(source, table, async |rows| {
            sum.add(&rows);
            let inserts = rows.into_iter().map(|row| table.insert(row));
            target.write(inserts.collect()).await?;
            progress(table.name, sum.rows);
            Ok(())
        })
        .await?;
        contents.push(sum.contents(table));
    }
    let copied = digest(target).await?;
    if let Some((_, differs)) = contents
        .iter()
        .zip(copied)
        .find(|(one, other)| *one != other)
    {
        return Err(TransferError::Differs(differs.table));
    }
    Ok(contents)
}

/// Ends sessions at the time when each was last seen. Grants end now: until now they may have been
/// refreshed, with any lifetime that was recorded.
fn end_everything(at: Time, lifetimes: &Lifetimes, dialect: Dialect) -> Vec<Statement<'static>> {
    let sessions = "UPDATE session SET ended_at = last_seen WHERE ended_at IS NULL";
    let grants = "UPDATE \"grant\" SET revoked_at = $1, revoke_reason = $2 \
                  WHERE revoked_at IS NULL";
    let reason = RevokeReason::Administrator.as_str();
    let mut statements = vec![
        Statement::new(sessions, Vec::new()),
        Statement::new(grants, vec![at.into(), reason.into()]),
        lifetime::extend_all(at),
        feed::revoke_every_client(at, dialect),
    ];
    let own = RecordedLifetime::all(lifetimes, at);
    statements.extend(own.iter().map(lifetime::put));
    statements
}

/// Reads everything in a store.
///
/// # Errors
///
/// [`TransferError::Empty`] if no server has used it; [`TransferError::Failed`] if it cannot be read.
pub async fn contents(source: &Source) -> Result<Vec<Contents>, TransferError> {
    let identity = identity(&source.read(meta::identity()).await?)?;
    if identity.key_check.is_none() {
        return Err(TransferError::Empty);
    }
    digest(source).await
}

/// Counts and digests every table.
async fn digest(end: &impl Readable) -> Result<Vec<Contents>, TransferError> {
    let mut contents = Vec::new();
    for table in TABLES {
        let mut sum = Sum::default();
        pages(end, table, async |rows| {
            sum.add(&rows);
            Ok(())
        })
        .await?;
        contents.push(sum.contents(table));
    }
    Ok(contents)
}

fn identity(rows: &[Values]) -> Result<airside_store::Identity, TransferError> {
    let row = rows.first().ok_or_else(meta::missing)?;
    Ok(meta::read(&Row::new(meta::TABLE, row))?)
}

async fn pages(
    end: &impl Readable,
    table: &'static Table,
    mut each: impl AsyncFnMut(Vec<Vec<Value<'static>>>) -> Result<(), TransferError>,
) -> Result<(), TransferError> {
    let mut after: Option<Vec<Value<'static>>> = None;
    loop {
        let rows = end.page(table, after.take()).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = Some(last.0.iter().take(table.key_width()).cloned().collect());
        each(rows.into_iter().map(|row| row.0).collect()).await?;
    }
}

/// More grants than any server makes between a backup and its restoration: their places in the status
/// lists are not given out again.
const LOST_INDEXES: i64 = 1 << 27;
