//! The reads behind decisions and behind the housekeeping.

use airside_oauth::{
    consent::{Consent, ConsentKey},
    decide::{ConsentLookup, Facts, Keys},
    id::UserId,
    session::Session,
    user::User,
};

use super::connection::Connection;
use crate::{
    consent,
    failure::Failure,
    feed, grant, session,
    sweep::{Doomed, Task},
    user,
};

/// Reads the rows that `keys` names, in one snapshot.
///
/// There is one user and one session in the facts. A user asked for by id comes before one asked for
/// by name, then the one of the grant, then the one of the session; a session asked for comes
/// before the one of the grant. The password is always the one of the user in the facts.
pub(super) fn look(connection: &Connection, keys: &Keys) -> Result<Facts, Failure> {
    connection.control("BEGIN")?;
    let facts = facts(connection, keys);
    let ended = connection.control("COMMIT");
    let facts = facts?;
    ended?;
    Ok(facts)
}

/// Whether `keys` names no row: then there is nothing to read.
pub(super) fn is_empty(keys: &Keys) -> bool {
    let Keys {
        grant,
        session_cookie,
        session,
        user,
        username,
        consent,
        feed,
    } = keys;
    let row = grant.is_some() || session_cookie.is_some() || session.is_some() || user.is_some();
    !row && username.is_none() && consent.is_none() && feed.is_empty()
}

fn facts(connection: &Connection, keys: &Keys) -> Result<Facts, Failure> {
    let mut facts = Facts::default();
    if let Some(id) = &keys.grant {
        facts.grant = connection.one(grant::TABLE, grant::by_id(id), grant::read)?;
    }
    facts.session = session(connection, keys, &facts)?;
    facts.user = user(connection, keys, &facts)?;
    if let (Some(_), Some(user)) = (&keys.username, &facts.user) {
        let hash = user::password_of(&user.id);
        facts.password = connection.one(user::CREDENTIAL, hash, user::read_password)?;
    }
    if let Some(lookup) = &keys.consent {
        facts.consent = consent(connection, lookup, facts.session.as_ref())?;
    }
    for subject in &keys.feed {
        facts
            .feed
            .extend(connection.all(feed::TABLE, feed::of(subject), feed::read)?);
    }
    Ok(facts)
}

fn session(
    connection: &Connection,
    keys: &Keys,
    facts: &Facts,
) -> Result<Option<Session>, Failure> {
    let statement = match (&keys.session_cookie, &keys.session, &facts.grant) {
        (Some(cookie), _, _) => session::by_cookie(cookie),
        (None, Some(id), _) => session::by_id(id),
        (None, None, Some(grant)) => session::by_id(&grant.session),
        (None, None, None) => return Ok(None),
    };
    connection.one(session::TABLE, statement, session::read)
}

fn user(connection: &Connection, keys: &Keys, facts: &Facts) -> Result<Option<User>, Failure> {
    let of_grant = facts.grant.as_ref().map(|grant| grant.user);
    let id = of_grant.or(facts.session.as_ref().map(|session| session.user));
    let statement = match (&keys.user, &keys.username, &id) {
        (Some(id), _, _) => user::by_id(id),
        (None, Some(name), _) => user::by_name(name),
        (None, None, Some(id)) => user::by_id(id),
        (None, None, None) => return Ok(None),
    };
    connection.one(user::TABLE, statement, user::read)
}

fn consent(
    connection: &Connection,
    lookup: &ConsentLookup,
    session: Option<&Session>,
) -> Result<Option<Consent>, Failure> {
    let of_session = || session.map(|session| session.user);
    let person: Option<UserId> = lookup.user.or_else(of_session);
    let Some(user) = person else { return Ok(None) };
    let key = ConsentKey {
        user,
        client: lookup.client.clone(),
        redirect_host: lookup.redirect_host.clone(),
    };
    connection.one(consent::TABLE, consent::by_key(&key), consent::read)
}

/// At most `budget` rows that may be deleted.
pub(super) fn doomed(
    connection: &Connection,
    tasks: &[Task],
    budget: u32,
) -> Result<Vec<Doomed>, Failure> {
    let mut doomed = Vec::new();
    for task in tasks {
        let left = budget.saturating_sub(u32::try_from(doomed.len()).unwrap_or(u32::MAX));
        doomed.extend(connection.all(task.table, task.find(left), |row| task.read(row))?);
    }
    Ok(doomed)
}
