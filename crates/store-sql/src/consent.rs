//! Consents: the table `consent`.

use airside_oauth::{
    id::{ClientId, UserId},
    state::{
        consent::{Consent, ConsentKey, StoredAccess},
        decide::ConsentLookup,
    },
};

use crate::{
    dialect::Dialect,
    error::{InconsistentRow, StoreError},
    row::Row,
    session::SessionOf,
    statement::{Statement, Value},
};

macro_rules! select {
    ($user:literal) => {
        concat!(
            "SELECT user_id, client_id, redirect_host, allowed, granted_at, epoch FROM consent \
             WHERE user_id = ",
            $user,
            " AND client_id = $2 AND redirect_host = $3"
        )
    };
}

pub(crate) fn by_key(key: &ConsentKey) -> Statement<'_> {
    Statement::new(
        select!("$1"),
        vec![
            key.user.as_bytes().into(),
            key.client.as_str().into(),
            key.redirect_host.as_str().into(),
        ],
    )
}

/// The consent of a known person.
pub(crate) fn of_user<'a>(user: &'a UserId, lookup: &'a ConsentLookup) -> Statement<'a> {
    Statement::new(select!("$1"), named(user.as_bytes().into(), lookup))
}

/// The consent of the session's user.
pub(crate) fn of_session<'a>(session: SessionOf<'a>, lookup: &'a ConsentLookup) -> Statement<'a> {
    let sql = match session {
        SessionOf::Cookie(_) => select!("(SELECT user_id FROM session WHERE cookie = $1)"),
        SessionOf::Id(_) => select!("(SELECT user_id FROM session WHERE id = $1)"),
        SessionOf::Grant(_) => select!("(SELECT user_id FROM \"grant\" WHERE id = $1)"),
    };
    Statement::new(sql, named(session.value(), lookup))
}

fn named<'a>(person: Value<'a>, lookup: &'a ConsentLookup) -> Vec<Value<'a>> {
    vec![
        person,
        lookup.client.as_str().into(),
        lookup.redirect_host.as_str().into(),
    ]
}

/// `consent`, and with it what `known` allows already.
pub(crate) fn widened(known: Option<&Consent>, consent: &Consent) -> Consent {
    let mut consent = consent.clone();
    if let Some(known) = known {
        consent.allowed = known.allowed.union(&consent.allowed);
        consent.epoch = known.epoch;
    }
    consent
}

macro_rules! put {
    ($lock_key:literal) => {
        concat!(
            "INSERT INTO consent (user_id, client_id, redirect_host, allowed, granted_at, epoch) \
             SELECT $1, $2, $3, $4, $5, $6 \
             WHERE EXISTS (SELECT 1 FROM \"user\" WHERE id = $1",
            $lock_key,
            ") AND EXISTS (SELECT 1 FROM client WHERE client_id = $2 AND epoch = $7",
            $lock_key,
            ") ON CONFLICT (user_id, client_id, redirect_host) \
             DO UPDATE SET allowed = excluded.allowed, granted_at = excluded.granted_at"
        )
    };
}

/// Remembers nothing of a user or a client that is gone, or of a client that has changed. Locks both, so
/// that a deletion comes before the consent or finds it.
pub(crate) fn put(
    consent: &Consent,
    client_epoch: u32,
    dialect: Dialect,
) -> Result<Statement<'_>, StoreError> {
    let sql = match dialect {
        Dialect::Sqlite => put!(""),
        #[cfg(feature = "postgres")]
        Dialect::Postgres => put!(" FOR KEY SHARE"),
    };
    Ok(Statement::new(sql, put_values(consent, client_epoch)?))
}

fn put_values(consent: &Consent, client_epoch: u32) -> Result<Vec<Value<'_>>, StoreError> {
    Ok(vec![
        consent.key.user.as_bytes().into(),
        consent.key.client.as_str().into(),
        consent.key.redirect_host.as_str().into(),
        Value::json(&consent.allowed)?,
        consent.granted_at.into(),
        consent.epoch.into(),
        client_epoch.into(),
    ])
}

/// Empties what a person has allowed a client: codes that rest on it die by the epoch, which a consent
/// that is given later keeps.
pub(crate) fn withdraw<'a>(user: &'a UserId, client: &'a ClientId) -> Statement<'a> {
    Statement::new(
        "UPDATE consent SET allowed = '{}', epoch = epoch + 1 \
         WHERE user_id = $1 AND client_id = $2",
        vec![user.as_bytes().into(), client.as_str().into()],
    )
}

/// The one place where a row becomes a consent.
pub(crate) fn read(row: &Row<'_>) -> Result<Consent, InconsistentRow> {
    Ok(Consent {
        key: ConsentKey {
            user: UserId::from_bytes(row.array("user_id")?),
            client: row.text("client_id", |text| text.parse().ok())?,
            redirect_host: row.text("redirect_host", |text| Some(text.to_owned()))?,
        },
        allowed: row.json::<StoredAccess>("allowed")?.into(),
        granted_at: row.time("granted_at")?,
        epoch: row.integer("epoch")?,
    })
}

pub(crate) const TABLE: &str = "consent";

/// The number of columns of a row.
#[cfg(feature = "postgres")]
pub(crate) const COLUMNS: usize = 6;
