//! Finds and deletes rows that are not needed any more.
//!
//! No sweep looks at a whole table. Where an index leads to the rows, it is followed; the other tables
//! are walked by their keys, some rows at a time ([`walk`]), so that no index has to be kept up to date
//! by the requests that change those rows.
//!
//! In SQLite the rows are found by a reader and deleted one by one by the writer, which looks again
//! whether each may go: a long search holds up no commit. In PostgreSQL one statement does both, and
//! leaves alone what another node deletes at that moment.

mod walk;

pub(crate) use walk::{Cursors, Window};

use airside_oauth::{
    id::EventId,
    state::lifetime::{LongestLifetimes, MAX_AUTHORIZATION_CODE},
    time::LEEWAY,
};

use self::walk::Walk;
use crate::{
    error::InconsistentRow,
    row::Row,
    statement::{Statement, Value},
};

/// One table's part of the housekeeping.
pub(crate) struct Task {
    /// The table.
    pub(crate) table: &'static str,
    /// The walk over the table; None if the rows are found by an index, or the table is small.
    walk: Option<Walk>,
    find: &'static str,
    delete: &'static str,
    #[cfg(feature = "postgres")]
    delete_found: &'static str,
    cutoffs: Vec<Value<'static>>,
}

/// A row that may be deleted.
pub(crate) struct ExpiredRow {
    delete: &'static str,
    cutoffs: Vec<Value<'static>>,
    name: Value<'static>,
}

/// The parameters of `condition` are the cutoffs; those of `window` come next, then the limit. A row is
/// deleted by its key, whose parameter is the one behind the cutoffs.
macro_rules! task {
    (
        table: $table:literal,
        key: $key:literal = $parameter:literal,
        walk: $walk:expr,
        cutoffs: [$($cutoff:expr),+],
        condition: $condition:literal,
        window: $window:literal,
        limit: $limit:literal,
    ) => {
        Task {
            table: $table,
            walk: $walk,
            find: concat!(
                "SELECT ", $key, " FROM \"", $table, "\" WHERE ", $condition, $window,
                " LIMIT ", $limit
            ),
            delete: concat!(
                "DELETE FROM \"", $table, "\" WHERE ", $condition, " AND ", $key, " = ", $parameter
            ),
            #[cfg(feature = "postgres")]
            delete_found: concat!(
                "DELETE FROM \"", $table, "\" WHERE ", $key, " = ANY (ARRAY(SELECT ", $key,
                " FROM \"", $table, "\" WHERE ", $condition, $window, " LIMIT ", $limit,
                " FOR UPDATE OF \"", $table, "\" SKIP LOCKED))"
            ),
            cutoffs: vec![$($cutoff.into()),+],
        }
    };
}

/// The housekeeping at the time of `longest`.
pub(crate) fn tasks(longest: &LongestLifetimes) -> [Task; 6] {
    let now = longest.now();
    // another node, whose clock is behind, still accepts what was used
    let used = now.minus(LEEWAY);
    // a verifier takes a token a little longer than it says, and may read in a status list until then
    // that its grant is dead
    let taken = longest.access_token().saturating_add(LEEWAY);
    let keys = now.minus(longest.key());
    let sessions = now.minus(longest.session());
    let events = EventId::first_at(now.minus(longest.event()));
    [
        task! {
            table: "used",
            key: "digest" = "$2",
            walk: None,
            cutoffs: [used],
            condition: "until < $1",
            window: "",
            limit: "$2",
        },
        task! {
            table: "feed",
            key: "position" = "$3",
            walk: Some(walk::by_position()),
            cutoffs: [longest.forgotten_before(), keys],
            condition: "at < $1 AND (kind <> 'kid' OR at < $2)",
            window: " AND position > $3 AND position <= $4 ORDER BY position",
            limit: "$5",
        },
        task! {
            table: "grant",
            key: "id" = "$6",
            walk: Some(walk::by_grant()),
            cutoffs: [
                now.minus(MAX_AUTHORIZATION_CODE.saturating_add(taken)),
                now.minus(taken),
                now.minus(longest.refresh_token().saturating_add(taken)),
                now.minus(longest.refresh_token_idle().saturating_add(taken)),
                sessions
            ],
            // while its session lives, it says which client must be told of the end
            condition: "created_at < $1 AND (revoked_at < $2 OR created_at < $3 OR rotated_at < $4) \
                AND NOT EXISTS (SELECT 1 FROM session, client WHERE session.id = \"grant\".session_id \
                AND session.ended_at IS NULL AND session.auth_time >= $5 \
                AND client.client_id = \"grant\".client_id \
                AND client.metadata LIKE '%\"backchannel_logout_uri\":%')",
            window: " AND id > $6 AND id <= $7 ORDER BY id",
            limit: "$8",
        },
        task! {
            table: "session",
            key: "id" = "$2",
            walk: Some(walk::by_session()),
            cutoffs: [sessions],
            condition: "auth_time < $1 AND NOT EXISTS \
                (SELECT 1 FROM \"grant\" WHERE \"grant\".session_id = session.id)",
            window: " AND id > $2 AND id <= $3 ORDER BY id",
            limit: "$4",
        },
        // by the time in its id: nothing younger is looked at
        task! {
            table: "event",
            key: "id" = "$2",
            walk: None,
            cutoffs: [events.as_bytes().to_vec()],
            condition: "id < $1",
            window: "",
            limit: "$2",
        },
        // some rows an algorithm, whatever the number of clients and people
        task! {
            table: "key",
            key: "kid" = "$2",
            walk: None,
            cutoffs: [keys],
            // the newest version stays in any case: versions are never used again
            condition: "(dropped_at < $1 OR retired_at < $1 OR EXISTS (SELECT 1 FROM \"key\" AS later \
                WHERE later.purpose = \"key\".purpose AND later.version > \"key\".version \
                AND later.dropped_at IS NULL AND later.active_from < $1)) \
                AND EXISTS (SELECT 1 FROM \"key\" AS newer \
                WHERE newer.purpose = \"key\".purpose AND newer.version > \"key\".version)",
            window: "",
            limit: "$2",
        },
    ]
}

impl Task {
    /// Finds the end of the window that begins behind `from`; answers no row if the table ends before it.
    /// None if the table is not walked.
    pub(crate) fn end(&self, cursors: &Cursors) -> Option<Statement<'static>> {
        let walk = self.walk.as_ref()?;
        Some(walk.end(cursors.of(self.table)))
    }

    /// Returns the rows to look at, of which [`Self::end`] has answered the last.
    pub(crate) fn window(&self, cursors: &Cursors, end: Option<Value<'static>>) -> Option<Window> {
        let walk = self.walk.as_ref()?;
        Some(walk.window(cursors.of(self.table), end))
    }

    /// Finds at most `limit` rows of a window.
    pub(crate) fn find(&self, window: Option<&Window>, limit: u32) -> Statement<'static> {
        Statement::new(self.find, self.values(window, limit))
    }

    /// Finds at most `limit` rows of a window and deletes them.
    #[cfg(feature = "postgres")]
    pub(crate) fn delete_found(&self, window: Option<&Window>, limit: u32) -> Statement<'static> {
        Statement::new(self.delete_found, self.values(window, limit))
    }

    fn values(&self, window: Option<&Window>, limit: u32) -> Vec<Value<'static>> {
        let mut values = self.cutoffs.clone();
        values.extend(window.into_iter().flat_map(Window::bounds));
        values.push(limit.into());
        values
    }

    /// The one place where what was found becomes a row to delete.
    pub(crate) fn read(&self, row: &Row<'_>) -> Result<ExpiredRow, InconsistentRow> {
        let name = read_name(row)?;
        Ok(ExpiredRow {
            delete: self.delete,
            cutoffs: self.cutoffs.clone(),
            name,
        })
    }
}

/// The one place where a row becomes its name.
pub(crate) fn read_name(row: &Row<'_>) -> Result<Value<'static>, InconsistentRow> {
    row.any("its name")
}

impl ExpiredRow {
    /// Deletes the row, if it still may go.
    pub(crate) fn delete(&self) -> Statement<'_> {
        let mut values = self.cutoffs.clone();
        values.push(self.name.clone());
        Statement::new(self.delete, values)
    }
}

/// Rows that one transaction deletes: a few milliseconds, so that commits of requests come between.
pub(crate) const ROWS_PER_COMMIT: u32 = 100;

#[cfg(test)]
mod tests;
