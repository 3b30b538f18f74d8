//! Wrapped keys: the table `key`.

use airside_oauth::{
    key::{Purpose, StoredKey},
    time::Time,
};

use crate::{error::InconsistentRow, row::Row, statement::Statement};

/// Every key, by purpose and version.
pub(crate) fn all() -> Statement<'static> {
    Statement::new(
        "SELECT kid, purpose, version, wrapped, public_jwk, created_at, active_from, dropped_at, \
         retired_at FROM \"key\" ORDER BY purpose, version",
        Vec::new(),
    )
}

pub(crate) fn insert(key: &StoredKey) -> Statement<'_> {
    Statement::new(
        "INSERT INTO \"key\" (kid, purpose, version, wrapped, public_jwk, created_at, \
         active_from, dropped_at, retired_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        vec![
            key.kid.as_str().into(),
            key.purpose.as_str().into(),
            key.version.into(),
            key.wrapped.as_slice().into(),
            key.public.as_str().into(),
            key.created_at.into(),
            key.active_from.into(),
            key.dropped_at.into(),
            key.retired_at.into(),
        ],
    )
}

pub(crate) fn retire(kid: &str, at: Time) -> Statement<'_> {
    Statement::new(
        "UPDATE \"key\" SET retired_at = $1 \
         WHERE kid = $2 AND retired_at IS NULL AND dropped_at IS NULL",
        vec![at.into(), kid.into()],
    )
}

pub(crate) fn drop(kid: &str, at: Time) -> Statement<'_> {
    Statement::new(
        "UPDATE \"key\" SET dropped_at = $1 WHERE kid = $2 AND dropped_at IS NULL",
        vec![at.into(), kid.into()],
    )
}

/// The one place where a row becomes a key.
pub(crate) fn read(row: &Row<'_>) -> Result<StoredKey, InconsistentRow> {
    Ok(StoredKey {
        kid: row.text("kid", |text| Some(text.to_owned()))?,
        purpose: row.text("purpose", Purpose::parse)?,
        version: row.integer("version")?,
        wrapped: row.bytes("wrapped", |bytes| Some(bytes.to_owned()))?,
        public: row.text("public_jwk", |text| Some(text.to_owned()))?,
        created_at: row.time("created_at")?,
        active_from: row.time("active_from")?,
        dropped_at: row.time_or_null("dropped_at")?,
        retired_at: row.time_or_null("retired_at")?,
    })
}

pub(crate) const TABLE: &str = "key";
