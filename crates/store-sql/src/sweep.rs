//! Finds and deletes rows that are not needed any more.
//!
//! In SQLite they are found by a reader and deleted one by one by the writer, which looks again
//! whether each may go: a long search holds up no commit. In PostgreSQL one statement does both, and
//! leaves alone what another node deletes at that moment.

use airside_oauth::{
    id::EventId,
    state::lifetime::{LongestLifetimes, MAX_AUTHORIZATION_CODE},
    time::LEEWAY,
};

use crate::{
    error::InconsistentRow,
    row::Row,
    statement::{Statement, Value},
};

/// One table's part of the housekeeping.
pub(crate) struct Task {
    /// The table.
    pub(crate) table: &'static str,
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

macro_rules! task {
    ($table:literal, $name:literal, [$($cutoff:expr),+], $next:literal, $condition:literal) => {
        Task {
            table: $table,
            find: concat!(
                "SELECT ", $name, " FROM \"", $table, "\" WHERE ", $condition, " LIMIT ", $next
            ),
            delete: concat!(
                "DELETE FROM \"", $table, "\" WHERE ", $condition, " AND ", $name, " = ", $next
            ),
            #[cfg(feature = "postgres")]
            delete_found: concat!(
                "DELETE FROM \"", $table, "\" WHERE ", $name, " = ANY (ARRAY(SELECT ", $name,
                " FROM \"", $table, "\" WHERE ", $condition, " LIMIT ", $next, " FOR UPDATE OF \"",
                $table, "\" SKIP LOCKED))"
            ),
            cutoffs: vec![$($cutoff.into()),+],
        }
    };
}

/// The housekeeping at the time of `longest`.
pub(crate) fn tasks(longest: &LongestLifetimes) -> [Task; 6] {
    let now = longest.now();
    // a verifier takes a token a little longer than it says, and may read in a status list until then
    // that its grant is dead
    let taken = longest.access_token().saturating_add(LEEWAY);
    let keys = now.minus(longest.key());
    let sessions = now.minus(longest.session());
    [
        task!("used", "digest", [now], "$2", "until < $1"),
        task!(
            "feed",
            "position",
            [longest.forgotten_before(), keys],
            "$3",
            "at < $1 AND (kind <> 'kid' OR at < $2)"
        ),
        task!(
            "grant",
            "id",
            [
                now.minus(MAX_AUTHORIZATION_CODE.saturating_add(taken)),
                now.minus(taken),
                now.minus(longest.refresh_token().saturating_add(taken)),
                now.minus(longest.refresh_token_idle().saturating_add(taken)),
                sessions
            ],
            "$6",
            // while its session lives, it says which client must be told of the end
            "created_at < $1 AND (revoked_at < $2 OR created_at < $3 OR rotated_at < $4) \
             AND NOT EXISTS (SELECT 1 FROM session, client WHERE session.id = \"grant\".session_id \
             AND session.ended_at IS NULL AND session.auth_time >= $5 \
             AND client.client_id = \"grant\".client_id \
             AND client.metadata LIKE '%\"backchannel_logout_uri\":%')"
        ),
        task!(
            "session",
            "id",
            [sessions],
            "$2",
            "auth_time < $1 AND NOT EXISTS \
             (SELECT 1 FROM \"grant\" WHERE \"grant\".session_id = session.id)"
        ),
        // by the time in its id: nothing younger is looked at
        task!(
            "event",
            "id",
            [EventId::first_at(now.minus(longest.event()))
                .as_bytes()
                .to_vec()],
            "$2",
            "id < $1"
        ),
        task!(
            "key",
            "kid",
            [keys],
            "$2",
            // the newest version stays in any case: versions are never used again
            "(dropped_at < $1 OR retired_at < $1 OR EXISTS (SELECT 1 FROM \"key\" AS later \
             WHERE later.purpose = \"key\".purpose AND later.version > \"key\".version \
             AND later.dropped_at IS NULL AND later.active_from < $1)) \
             AND EXISTS (SELECT 1 FROM \"key\" AS newer \
             WHERE newer.purpose = \"key\".purpose AND newer.version > \"key\".version)"
        ),
    ]
}

impl Task {
    /// Finds at most `limit` rows.
    pub(crate) fn find(&self, limit: u32) -> Statement<'static> {
        let mut values = self.cutoffs.clone();
        values.push(limit.into());
        Statement::new(self.find, values)
    }

    /// Finds at most `limit` rows and deletes them.
    #[cfg(feature = "postgres")]
    pub(crate) fn delete_found(&self, limit: u32) -> Statement<'static> {
        let mut values = self.cutoffs.clone();
        values.push(limit.into());
        Statement::new(self.delete_found, values)
    }

    /// The one place where what was found becomes a row to delete.
    pub(crate) fn read(&self, row: &Row<'_>) -> Result<ExpiredRow, InconsistentRow> {
        let name = row.any("its name")?;
        Ok(ExpiredRow {
            delete: self.delete,
            cutoffs: self.cutoffs.clone(),
            name,
        })
    }
}

impl ExpiredRow {
    /// Deletes the row, if it still may go.
    pub(crate) fn delete(&self) -> Statement<'_> {
        let mut values = self.cutoffs.clone();
        values.push(self.name.clone());
        Statement::new(self.delete, values)
    }
}
