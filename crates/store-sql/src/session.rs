//! Sessions: the table `session`.

use airside_oauth::{
    id::{GrantId, SessionId, UserId},
    key::secret::Digest,
    state::session::{Authentication, Session},
    time::Time,
};

use crate::{
    dialect::Dialect,
    error::{InconsistentRow, StoreError},
    row::Row,
    statement::{LAST_ID, Statement, Value},
};

/// The row that names a session.
#[derive(Clone, Copy)]
pub(crate) enum SessionOf<'a> {
    Cookie(&'a Digest),
    Id(&'a SessionId),
    Grant(&'a GrantId),
}

impl<'a> SessionOf<'a> {
    /// The name of the row.
    pub(crate) fn value(self) -> Value<'a> {
        match self {
            Self::Cookie(cookie) => cookie.as_bytes().into(),
            Self::Id(id) => id.as_bytes().into(),
            Self::Grant(id) => id.as_bytes().into(),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, cookie, user_id, auth_time, amr, last_seen, ended_at FROM session ",
            $rest
        )
    };
}

pub(crate) fn of(which: SessionOf<'_>) -> Statement<'_> {
    let sql = match which {
        SessionOf::Cookie(_) => select!("WHERE cookie = $1"),
        SessionOf::Id(_) => select!("WHERE id = $1"),
        SessionOf::Grant(_) => {
            select!("WHERE id = (SELECT session_id FROM \"grant\" WHERE id = $1)")
        }
    };
    Statement::new(sql, vec![which.value()])
}

/// At most `limit` sessions of a user that have not ended, of those before `before`, newest first.
pub(crate) fn live_of<'a>(
    user: &'a UserId,
    before: Option<&'a SessionId>,
    limit: u32,
) -> Statement<'a> {
    let before = before.map_or(&LAST_ID, SessionId::as_bytes);
    Statement::new(
        select!("WHERE user_id = $1 AND id < $2 AND ended_at IS NULL ORDER BY id DESC LIMIT $3"),
        vec![user.as_bytes().into(), before.into(), limit.into()],
    )
}

/// Locks the user, so that a change of the account comes before or after.
pub(crate) fn insert(
    session: &Session,
    user_epoch: u32,
    dialect: Dialect,
) -> Result<Statement<'_>, StoreError> {
    macro_rules! insert {
        ($lock:literal) => {
            concat!(
                "INSERT INTO session (id, cookie, user_id, auth_time, amr, last_seen, ended_at) \
                 SELECT $1, $2, $3, $4, $5, $6, $7 WHERE EXISTS (SELECT 1 FROM \"user\" \
                 WHERE id = $3 AND epoch = $8 AND disabled = 0",
                $lock,
                ") ON CONFLICT DO NOTHING"
            )
        };
    }
    let sql = match dialect {
        Dialect::Sqlite => insert!(""),
        #[cfg(feature = "postgres")]
        Dialect::Postgres => insert!(" FOR SHARE"),
    };
    Ok(Statement::new(
        sql,
        vec![
            session.id.as_bytes().into(),
            session.cookie.as_bytes().into(),
            session.user.as_bytes().into(),
            session.authentication.at.into(),
            Value::json(&session.authentication.amr)?,
            session.last_seen.into(),
            session.ended_at.into(),
            user_epoch.into(),
        ],
    ))
}

/// Locks the user, so that a change of the account comes before or after.
pub(crate) fn renew(
    session: &Session,
    user_epoch: u32,
    dialect: Dialect,
) -> Result<Statement<'_>, StoreError> {
    macro_rules! renew {
        ($lock:literal) => {
            concat!(
                "UPDATE session SET cookie = $1, auth_time = $2, amr = $3, last_seen = $4 \
                 WHERE id = $5 AND user_id = $6 AND ended_at IS NULL \
                 AND EXISTS (SELECT 1 FROM \"user\" \
                 WHERE id = $6 AND epoch = $7 AND disabled = 0",
                $lock,
                ")"
            )
        };
    }
    let sql = match dialect {
        Dialect::Sqlite => renew!(""),
        #[cfg(feature = "postgres")]
        Dialect::Postgres => renew!(" FOR SHARE"),
    };
    Ok(Statement::new(
        sql,
        vec![
            session.cookie.as_bytes().into(),
            session.authentication.at.into(),
            Value::json(&session.authentication.amr)?,
            session.last_seen.into(),
            session.id.as_bytes().into(),
            session.user.as_bytes().into(),
            user_epoch.into(),
        ],
    ))
}

/// Clocks of several nodes differ: the last use never goes back.
pub(crate) fn see(id: &SessionId, at: Time) -> Statement<'_> {
    Statement::new(
        "UPDATE session SET last_seen = CASE WHEN last_seen < $1 THEN $1 ELSE last_seen END \
         WHERE id = $2 AND ended_at IS NULL",
        vec![at.into(), id.as_bytes().into()],
    )
}

pub(crate) fn end(id: &SessionId, at: Time) -> Statement<'_> {
    Statement::new(
        "UPDATE session SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL",
        vec![at.into(), id.as_bytes().into()],
    )
}

pub(crate) fn end_of(user: &UserId, at: Time) -> Statement<'_> {
    Statement::new(
        "UPDATE session SET ended_at = $1 WHERE user_id = $2 AND ended_at IS NULL",
        vec![at.into(), user.as_bytes().into()],
    )
}

/// The one place where a row becomes a session.
pub(crate) fn read(row: &Row<'_>) -> Result<Session, InconsistentRow> {
    Ok(Session {
        id: SessionId::from_bytes(row.array("id")?),
        cookie: Digest::from_bytes(row.array("cookie")?),
        user: UserId::from_bytes(row.array("user_id")?),
        authentication: Authentication {
            at: row.time("auth_time")?,
            amr: row.json("amr")?,
        },
        last_seen: row.time("last_seen")?,
        ended_at: row.time_or_null("ended_at")?,
    })
}

pub(crate) const TABLE: &str = "session";

/// The number of columns of a row.
#[cfg(feature = "postgres")]
pub(crate) const COLUMNS: usize = 7;
