//! Places in the status lists: a counter in `meta`, and a column of `grant`.

use airside_oauth::{
    state::status::{LIST_SIZE, ListNumber, StatusIndex},
    time::Time,
};

use crate::{
    error::InconsistentRow,
    row::Row,
    statement::{Statement, Value},
};

/// Takes the next `count` places, and answers the first.
pub(crate) fn lease(count: u32) -> Statement<'static> {
    Statement::new(
        "UPDATE meta SET next_status_index = next_status_index + $1 WHERE one = 1 \
         RETURNING next_status_index - $1",
        vec![count.into()],
    )
}

/// The places of grants in `list` that were revoked at `since` or later, each beside the first place
/// that is not leased yet; at least one row.
pub(crate) fn revoked_in(list: ListNumber, since: Time) -> Statement<'static> {
    let first = list.first().number();
    Statement::new(
        "SELECT next_status_index, status_index FROM meta LEFT JOIN \"grant\" \
         ON status_index >= $1 AND status_index < $2 AND revoked_at >= $3 WHERE one = 1",
        vec![
            StatusIndex::new(first).into(),
            StatusIndex::new(first.saturating_add(LIST_SIZE)).into(),
            since.into(),
        ],
    )
}

pub(crate) fn read_leased(row: &Row<'_>) -> Result<StatusIndex, InconsistentRow> {
    row.integer("next_status_index").map(StatusIndex::new)
}

/// The one place where a row becomes a place, beside the first that is not leased yet.
pub(crate) fn read(row: &Row<'_>) -> Result<(StatusIndex, Option<StatusIndex>), InconsistentRow> {
    let next = row.integer("next_status_index").map(StatusIndex::new)?;
    let index = row.integer_or_null("status_index")?;
    Ok((next, index.map(StatusIndex::new)))
}

/// The result of [`revoked_in`]; none if no index of `list` has been leased.
pub(crate) fn collect(
    list: ListNumber,
    rows: &[(StatusIndex, Option<StatusIndex>)],
) -> Option<Vec<StatusIndex>> {
    let (next, _) = rows.first()?;
    let is_begun = list.first() < *next;
    is_begun.then(|| rows.iter().filter_map(|(_, index)| *index).collect())
}

impl From<StatusIndex> for Value<'_> {
    fn from(index: StatusIndex) -> Self {
        Self::Integer(i64::try_from(index.number()).unwrap_or(i64::MAX))
    }
}
