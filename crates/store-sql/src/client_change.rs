//! Which clients changed, so that other nodes read those again and no others: the table `client_change`,
//! which only a store that several nodes share has. The database writes it, whichever version a node has.

use airside_oauth::id::ClientId;
use airside_store::ChangedClients;

use crate::{error::InconsistentRow, row::Row, statement::Statement};

/// The version of the clients, and a client that changed after it was `since`.
pub(crate) type Change = (u64, Option<ClientId>);

/// Each client that changed after `since`, up to one more than are named; one row without a client if
/// there is none.
pub(crate) fn since(since: u64) -> Statement<'static> {
    Statement::new(
        "SELECT DISTINCT version.number, client_change.client_id FROM version \
         LEFT JOIN client_change ON client_change.number > $1 \
         WHERE version.topic = 'client' LIMIT $2",
        vec![number(since).into(), (MAX_NAMED + 1).into()],
    )
}

/// Deletes what no node asks for any more: one that is as far behind reads everything.
pub(crate) fn forget(since: u64) -> Statement<'static> {
    Statement::new(
        "DELETE FROM client_change WHERE number <= $1",
        vec![number(since.saturating_sub(KEPT)).into()],
    )
}

/// The one place where a row becomes a change.
pub(crate) fn read(row: &Row<'_>) -> Result<Change, InconsistentRow> {
    let version = row.integer("number")?;
    let client = row.text_or_null("client_id", |text| text.parse().ok())?;
    Ok((version, client))
}

/// The answer that these rows are.
pub(crate) fn collect(rows: Vec<Change>, since: u64) -> ChangedClients {
    let is_known = rows
        .first()
        .is_some_and(|(version, _)| version.saturating_sub(since) <= KEPT);
    if !is_known || rows.len() > MAX_NAMED as usize {
        return ChangedClients::Any;
    }
    ChangedClients::These(rows.into_iter().filter_map(|(_, client)| client).collect())
}

fn number(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

pub(crate) const TABLE: &str = "client_change";

/// Reading more of them one by one costs as much as reading everything.
const MAX_NAMED: u32 = 500;

/// A node asks at least twice a second. Each change counts twice.
const KEPT: u64 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn change(version: u64, id: &str) -> Change {
        (version, Some(id.parse().unwrap()))
    }

    #[test]
    fn changes_are_named_unless_they_are_many_or_forgotten() {
        let named = |rows, since| collect(rows, since);
        let one = ChangedClients::These(vec!["spa".parse().unwrap()]);
        assert_eq!(named(vec![change(9, "spa")], 7), one);
        assert_eq!(named(vec![(9, None)], 9), ChangedClients::These(Vec::new()));
        assert_eq!(named(vec![change(KEPT, "spa")], 0), one);
        assert_eq!(named(vec![change(KEPT + 1, "spa")], 0), ChangedClients::Any);
        assert_eq!(named(Vec::new(), 0), ChangedClients::Any);
        let many: Vec<_> = (0..=MAX_NAMED)
            .map(|i| change(9, &format!("c{i}")))
            .collect();
        assert_eq!(named(many[1..].to_vec(), 0), {
            let ids = many[1..].iter().flat_map(|(_, client)| client.clone());
            ChangedClients::These(ids.collect())
        });
        assert_eq!(named(many, 0), ChangedClients::Any);
    }
}
