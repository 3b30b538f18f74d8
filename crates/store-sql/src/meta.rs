//! The store's record of itself: the table `meta`, which has one row.

use airside_store::{Identity, Unavailable};

use crate::{
    error::{InconsistentRow, StoreError},
    row::Row,
    statement::Statement,
};

pub(crate) fn identity() -> Statement<'static> {
    Statement::new(
        "SELECT one, epoch, key_check FROM meta WHERE one = 1",
        Vec::new(),
    )
}

pub(crate) fn set_key_check(check: &[u8; 32]) -> Statement<'_> {
    Statement::new(
        "UPDATE meta SET key_check = $1 WHERE one = 1 AND key_check IS NULL",
        vec![check.into()],
    )
}

/// The first place in the status lists that is not leased yet.
#[cfg(feature = "postgres")]
pub(crate) fn next_status_index() -> Statement<'static> {
    Statement::new(
        "SELECT next_status_index FROM meta WHERE one = 1",
        Vec::new(),
    )
}

/// The one place where the row becomes an identity.
pub(crate) fn read(row: &Row<'_>) -> Result<Identity, InconsistentRow> {
    let _: i64 = row.integer("one")?;
    Ok(Identity {
        epoch: row.integer("epoch")?,
        key_check: row.array_or_null("key_check")?,
    })
}

/// The row is part of the first migration.
pub(crate) fn missing() -> InconsistentRow {
    InconsistentRow {
        table: TABLE,
        column: "one",
        row: "1".to_owned(),
    }
}

/// The same, as a store answers it.
pub(crate) fn is_missing() -> Unavailable {
    StoreError::from(missing()).into()
}

pub(crate) const TABLE: &str = "meta";
