//! Logout tokens that clients are to be sent: the table `logout`.

use airside_oauth::{
    id::{ClientId, SessionId, UserId},
    state::logout::{DeliveryState, LogoutKey, PendingLogout},
    time::Time,
};

use crate::{dialect::Dialect, error::InconsistentRow, row::Row, statement::Statement};

/// The grant gave an ID token, to a client that is told of the end of sessions.
macro_rules! is_told {
    () => {
        "\"grant\".terms LIKE '%openid%' JOIN client ON client.client_id = \"grant\".client_id \
         AND client.metadata LIKE '%\"backchannel_logout_uri\":%'"
    };
}

/// Queues a logout token for each client that must be told of the end of the sessions named by `$which`.
///
/// The `openid` of a grant, and the address of a client, are looked for in JSON text: a text with the same
/// letters elsewhere queues a token in vain, and the sender knows. A grant that is revoked counts as well.
macro_rules! queue {
    ($which:literal) => {
        concat!(
            "INSERT INTO logout (session_id, client_id, user_id, ended_at, attempts, due_at) \
             SELECT DISTINCT session.id, client.client_id, session.user_id, session.ended_at, 0, \
             session.ended_at FROM session \
             JOIN \"grant\" ON \"grant\".session_id = session.id AND ",
            is_told!(),
            " WHERE session.ended_at IS NOT NULL AND ",
            $which,
            " ON CONFLICT DO NOTHING"
        )
    };
}

/// After the session has ended in the same transaction: what waited for it is seen then.
pub(crate) fn queue_of_session(session: &SessionId) -> Statement<'_> {
    Statement::new(queue!("session.id = $1"), vec![session.as_bytes().into()])
}

/// After the sessions of the user have ended at this time in the same transaction.
pub(crate) fn queue_of_user(user: &UserId, ended_at: Time) -> Statement<'_> {
    Statement::new(
        queue!("session.user_id = $1 AND session.ended_at = $2"),
        vec![user.as_bytes().into(), ended_at.into()],
    )
}

/// For a grant that outlives the session and begins when it has ended already. PostgreSQL locks the session
/// first, so that its end comes before, or finds the grant: only a statement that begins when it has the
/// lock sees an end that was committed meanwhile.
pub(crate) fn queue_if_ended(session: &SessionId, dialect: Dialect) -> Vec<Statement<'_>> {
    let queue = queue_of_session(session);
    match dialect {
        Dialect::Sqlite => vec![queue],
        #[cfg(feature = "postgres")]
        Dialect::Postgres => {
            let lock = "SELECT id FROM session WHERE id = $1 FOR SHARE";
            let lock = Statement::new(lock, vec![session.as_bytes().into()]);
            vec![lock, queue]
        }
    }
}

/// The clients that something is due for. From one client to the next in the index: the number of rows of
/// one of them does not matter.
pub(crate) fn clients_due(now: Time) -> Statement<'static> {
    Statement::new(
        "WITH RECURSIVE one (id) AS (SELECT min(client_id) FROM logout \
         UNION ALL SELECT (SELECT min(client_id) FROM logout WHERE client_id > one.id) \
         FROM one WHERE one.id IS NOT NULL) \
         SELECT id FROM one WHERE EXISTS \
         (SELECT 1 FROM logout WHERE client_id = one.id AND due_at <= $1)",
        vec![now.into()],
    )
}

/// At most `limit` that are due for a client, those that have waited longest first.
pub(crate) fn due(client: &ClientId, now: Time, limit: u32) -> Statement<'_> {
    Statement::new(
        "SELECT session_id, client_id, user_id, ended_at, attempts, due_at FROM logout \
         WHERE client_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3",
        vec![client.as_str().into(), now.into(), limit.into()],
    )
}

pub(crate) fn advance<'a>(
    logout: &'a LogoutKey,
    from: &DeliveryState,
    to: &DeliveryState,
) -> Statement<'a> {
    Statement::new(
        "UPDATE logout SET attempts = $1, due_at = $2 \
         WHERE session_id = $3 AND client_id = $4 AND attempts = $5 AND due_at = $6",
        vec![
            to.attempts.into(),
            to.due_at.into(),
            logout.session.as_bytes().into(),
            logout.client.as_str().into(),
            from.attempts.into(),
            from.due_at.into(),
        ],
    )
}

pub(crate) fn close<'a>(logout: &'a LogoutKey, from: &DeliveryState) -> Statement<'a> {
    Statement::new(
        "DELETE FROM logout \
         WHERE session_id = $1 AND client_id = $2 AND attempts = $3 AND due_at = $4",
        vec![
            logout.session.as_bytes().into(),
            logout.client.as_str().into(),
            from.attempts.into(),
            from.due_at.into(),
        ],
    )
}

/// The one place where a row becomes a logout token that is to be delivered.
pub(crate) fn read(row: &Row<'_>) -> Result<PendingLogout, InconsistentRow> {
    let session = SessionId::from_bytes(row.array("session_id")?);
    Ok(PendingLogout {
        key: LogoutKey {
            session,
            client: read_client(row)?,
        },
        user: UserId::from_bytes(row.array("user_id")?),
        ended_at: row.time("ended_at")?,
        delivery: DeliveryState {
            attempts: row.integer("attempts")?,
            due_at: row.time("due_at")?,
        },
    })
}

pub(crate) fn read_client(row: &Row<'_>) -> Result<ClientId, InconsistentRow> {
    row.text("client_id", |text| text.parse().ok())
}

pub(crate) const TABLE: &str = "logout";
