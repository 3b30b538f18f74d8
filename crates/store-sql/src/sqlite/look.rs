//! The reads behind decisions and behind the housekeeping.

use airside_oauth::state::decide::Facts;

use super::connection::Connection;
use crate::{
    consent,
    error::StoreError,
    executor::ReadRow,
    feed, grant,
    look::Look,
    session,
    statement::Statement,
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
    let c = connection;
    let mut facts = Facts {
        grant: part(c, grant::TABLE, look.grant, grant::read)?,
        session: part(c, session::TABLE, look.session, session::read)?,
        user: part(c, user::TABLE, look.user, user::read)?,
        password: part(c, user::CREDENTIAL, look.password, user::read_password)?,
        consent: part(c, consent::TABLE, look.consent, consent::read)?,
        feed: Vec::new(),
    };
    for statement in look.feed {
        let entries = connection.all(feed::TABLE, statement, feed::read)?;
        facts.feed.extend(entries);
    }
    Ok(facts)
}

/// The row of a part, if it is looked for and there is one.
fn part<T>(
    connection: &Connection,
    table: &'static str,
    statement: Option<Statement<'_>>,
    read: ReadRow<T>,
) -> Result<Option<T>, StoreError> {
    match statement {
        Some(statement) => connection.one(table, statement, read),
        None => Ok(None),
    }
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
