//! The reads behind decisions.

use airside_oauth::decide::Facts;

use super::pool::Pool;
use crate::{
    consent,
    failure::{Failure, Inconsistent},
    feed, grant,
    look::Look,
    row::{Row, Source},
    session, user,
};

/// Reads the rows that `look` names, in one snapshot and one trip.
pub(super) async fn look(pool: &Pool, look: Look<'_>) -> Result<Facts, Failure> {
    let present = [
        look.grant.is_some(),
        look.session.is_some(),
        look.user.is_some(),
        look.password.is_some(),
        look.consent.is_some(),
    ];
    let single = [
        look.grant,
        look.session,
        look.user,
        look.password,
        look.consent,
    ];
    let statements: Vec<_> = single.into_iter().flatten().chain(look.feed).collect();
    let mut answers = pool.read(&statements).await?.into_iter();
    let [grant, session, user, password, consent] = present.map(|asked| {
        let rows = if asked { answers.next() } else { None };
        rows.and_then(|rows| rows.into_iter().next())
    });
    let mut facts = Facts {
        grant: one(grant::TABLE, grant, grant::read)?,
        session: one(session::TABLE, session, session::read)?,
        user: one(user::TABLE, user, user::read)?,
        password: one(user::CREDENTIAL, password, user::read_password)?,
        consent: one(consent::TABLE, consent, consent::read)?,
        feed: Vec::new(),
    };
    for row in answers.flatten() {
        facts.feed.push(feed::read(&Row::new(feed::TABLE, &row))?);
    }
    Ok(facts)
}

fn one<T>(
    table: &'static str,
    row: Option<impl Source>,
    read: impl Fn(&Row<'_>) -> Result<T, Inconsistent>,
) -> Result<Option<T>, Failure> {
    let read = |row| read(&Row::new(table, &row));
    Ok(row.map(read).transpose()?)
}
