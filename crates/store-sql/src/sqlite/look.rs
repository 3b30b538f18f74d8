//! The reads behind decisions and behind the housekeeping.

use airside_oauth::state::decide::Facts;

use super::connection::Connection;
use crate::{
    consent,
    error::StoreError,
    feed, grant,
    look::Look,
    session,
    sweep::{self, Cursors, ExpiredRow, Task},
    user,
};

/// Reads the rows that `look` names, in one snapshot.
pub(super) fn look(connection: &Connection, look: Look<'_>) -> Result<Facts, StoreError> {
    connection.control("BEGIN")?;
    let facts = facts(connection, look);
    let ended = connection.control("COMMIT");
    let facts = facts?;
    ended?;
    Ok(facts)
}

fn facts(connection: &Connection, look: Look<'_>) -> Result<Facts, StoreError> {
    let mut facts = Facts::default();
    if let Some(statement) = look.grant {
        facts.grant = connection.one(grant::TABLE, statement, grant::read)?;
    }
    if let Some(statement) = look.session {
        facts.session = connection.one(session::TABLE, statement, session::read)?;
    }
    if let Some(statement) = look.user {
        facts.user = connection.one(user::TABLE, statement, user::read)?;
    }
    if let Some(statement) = look.password {
        facts.password = connection.one(user::CREDENTIAL, statement, user::read_password)?;
    }
    if let Some(statement) = look.consent {
        facts.consent = connection.one(consent::TABLE, statement, consent::read)?;
    }
    for statement in look.feed {
        facts
            .feed
            .extend(connection.all(feed::TABLE, statement, feed::read)?);
    }
    Ok(facts)
}

/// At most `budget` rows that may be deleted, of those that this sweep looks at.
pub(super) fn expired(
    connection: &Connection,
    tasks: &[Task],
    cursors: &Cursors,
    budget: u32,
) -> Result<Vec<ExpiredRow>, StoreError> {
    let mut expired = Vec::new();
    for task in tasks {
        let left = budget.saturating_sub(u32::try_from(expired.len()).unwrap_or(u32::MAX));
        expired.extend(expired_of(connection, task, cursors, left)?);
    }
    Ok(expired)
}

fn expired_of(
    connection: &Connection,
    task: &Task,
    cursors: &Cursors,
    limit: u32,
) -> Result<Vec<ExpiredRow>, StoreError> {
    let end = match task.end(cursors) {
        Some(end) => connection.one(task.table, end, sweep::read_name)?,
        None => None,
    };
    let window = task.window(cursors, end);
    let find = task.find(window.as_ref(), limit);
    let expired = connection.all(task.table, find, |row| task.read(row))?;
    if let Some(window) = window
        && expired.len() < limit as usize
    {
        cursors.pass(task.table, window);
    }
    Ok(expired)
}
