//! Grants: the table `grant`.

mod revocation;

#[cfg(feature = "postgres")]
pub(crate) use revocation::revoke_of_at_once;
pub(crate) use revocation::{revoke, revoke_of};

use airside_oauth::{
    id::{ClientId, GrantId, SessionId, UserId},
    state::{
        decide::CodeBinding,
        grant::{Grant, GrantRevocation, RevokeReason, Rotation},
        status::StatusIndex,
    },
};

use crate::{
    dialect::Dialect,
    error::{InconsistentRow, StoreError},
    row::Row,
    statement::{LAST_ID, Statement, Value},
};

macro_rules! columns {
    () => {
        "id, client_id, user_id, session_id, terms, created_at, attempt, anchor, current, \
         rotated_at, reissues, retried, retry_run, revoked_at, revoke_reason, \
         status_index"
    };
}

pub(crate) fn by_id(id: &GrantId) -> Statement<'_> {
    Statement::new(
        concat!("SELECT ", columns!(), " FROM \"grant\" WHERE id = $1"),
        vec![id.as_bytes().into()],
    )
}

/// At most `limit` grants of a user that are not revoked, of those before `before`, newest first.
pub(crate) fn live_of<'a>(
    user: &'a UserId,
    before: Option<&'a GrantId>,
    limit: u32,
) -> Statement<'a> {
    let before = before.map_or(&LAST_ID, GrantId::as_bytes);
    Statement::new(
        concat!(
            "SELECT ",
            columns!(),
            " FROM \"grant\" WHERE user_id = $1 AND id < $2 AND revoked_at IS NULL \
             ORDER BY id DESC LIMIT $3"
        ),
        vec![user.as_bytes().into(), before.into(), limit.into()],
    )
}

/// RFC6749-4.1.2: a code is redeemed once, and only while everything that it was bound to is valid.
///
/// It locks what it rests on, so that a change of it comes before the grant or finds the grant.
pub(crate) fn insert<'a>(
    grant: &'a Grant,
    bound: &'a CodeBinding,
    dialect: Dialect,
) -> Result<Statement<'a>, StoreError> {
    macro_rules! insert {
        ($lock:literal, $lock_key:literal) => {
            concat!(
                "INSERT INTO \"grant\" (id, client_id, user_id, session_id, offline, terms, \
                 created_at, attempt, anchor, current, rotated_at, reissues, retried, retry_run, \
                 revoked_at, revoke_reason, status_index) \
                 SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17 \
                 WHERE EXISTS (SELECT 1 FROM \"user\" \
                 WHERE id = $3 AND epoch = $18 AND disabled = 0",
                $lock,
                ") AND EXISTS (SELECT 1 FROM client WHERE client_id = $2 AND epoch = $19",
                $lock_key,
                ") AND (EXISTS (SELECT 1 FROM session WHERE id = $20 AND ended_at IS NULL",
                $lock,
                ") OR $20 IS NULL) AND (EXISTS (SELECT 1 FROM consent WHERE user_id = $21 \
                 AND client_id = $22 AND redirect_host = $23 AND epoch = $24",
                $lock_key,
                ") OR $24 IS NULL) ON CONFLICT DO NOTHING"
            )
        };
    }
    let sql = match dialect {
        Dialect::Sqlite => insert!("", ""),
        #[cfg(feature = "postgres")]
        Dialect::Postgres => insert!(" FOR SHARE", " FOR KEY SHARE"),
    };
    Ok(Statement::new(sql, inserted(grant, bound)?))
}

fn inserted<'a>(grant: &'a Grant, bound: &'a CodeBinding) -> Result<Vec<Value<'a>>, StoreError> {
    let mut values = vec![
        grant.id.as_bytes().into(),
        grant.client.as_str().into(),
        grant.user.as_bytes().into(),
        grant.session.as_bytes().into(),
        grant.terms.offline().into(),
        Value::json(&grant.terms)?,
        grant.created_at.into(),
        (&grant.attempt).into(),
    ];
    values.extend(state(&grant.rotation));
    values.extend([
        grant.revoked.map(|revoked| revoked.at).into(),
        grant.revoked.map(|revoked| revoked.reason.as_str()).into(),
        grant.status.into(),
    ]);
    values.extend(conditions(bound));
    Ok(values)
}

/// Returns the values to which a code was bound, and which must still be valid.
fn conditions(bound: &CodeBinding) -> [Value<'_>; 7] {
    let consent = bound.consent.as_ref();
    let key = consent.map(|(key, _)| key);
    [
        bound.user_epoch.into(),
        bound.client_epoch.into(),
        bound.session.as_ref().map(SessionId::as_bytes).into(),
        key.map(|key| key.user.as_bytes()).into(),
        key.map(|key| key.client.as_str()).into(),
        key.map(|key| key.redirect_host.as_str()).into(),
        consent.map(|(_, epoch)| *epoch).into(),
    ]
}

/// The columns of the state of rotation, in the order of the table.
fn state(rotation: &Rotation) -> [Value<'static>; 6] {
    [
        rotation.anchor.into(),
        rotation.current.into(),
        rotation.rotated_at.into(),
        rotation.reissues.into(),
        rotation.retried.into(),
        rotation.retry_run.into(),
    ]
}

/// RFC9700-4.14.2: one state of rotation has one successor; a revoked grant has none.
pub(crate) fn rotate<'a>(id: &'a GrantId, from: &Rotation, to: &Rotation) -> Statement<'a> {
    let mut values = Vec::from(state(to));
    values.push(id.as_bytes().into());
    values.extend(state(from));
    Statement::new(
        "UPDATE \"grant\" SET anchor = $1, current = $2, rotated_at = $3, reissues = $4, \
         retried = $5, retry_run = $6 WHERE id = $7 AND revoked_at IS NULL \
         AND anchor IS NOT DISTINCT FROM $8 AND current = $9 AND rotated_at = $10 \
         AND reissues = $11 AND retried = $12 AND retry_run = $13",
        values,
    )
}

/// The one place where a row becomes a grant.
pub(crate) fn read(row: &Row<'_>) -> Result<Grant, InconsistentRow> {
    Ok(Grant {
        id: GrantId::from_bytes(row.array("id")?),
        client: row.text("client_id", |text| text.parse::<ClientId>().ok())?,
        user: UserId::from_bytes(row.array("user_id")?),
        session: SessionId::from_bytes(row.array("session_id")?),
        terms: row.json("terms")?,
        created_at: row.time("created_at")?,
        attempt: row.array("attempt")?,
        rotation: Rotation {
            anchor: row.integer_or_null("anchor")?,
            current: row.integer("current")?,
            rotated_at: row.time("rotated_at")?,
            reissues: row.integer("reissues")?,
            retried: row.flag("retried")?,
            retry_run: row.integer("retry_run")?,
        },
        revoked: revoked(row)?,
        status: row.integer_or_null("status_index")?.map(StatusIndex::new),
    })
}

fn revoked(row: &Row<'_>) -> Result<Option<GrantRevocation>, InconsistentRow> {
    let at = row.time_or_null("revoked_at")?;
    let reason = row.text_or_null("revoke_reason", RevokeReason::parse)?;
    match (at, reason) {
        (None, None) => Ok(None),
        (Some(at), Some(reason)) => Ok(Some(GrantRevocation { at, reason })),
        _ => Err(row.inconsistent("revoke_reason")),
    }
}

pub(crate) const TABLE: &str = "grant";

/// The number of columns of a row.
#[cfg(feature = "postgres")]
pub(crate) const COLUMNS: usize = 16;
