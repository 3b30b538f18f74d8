//! Types that sqlx cannot read by itself, in columns of PostgreSQL.

use airside_resource::{policy::Timestamp, record::Json};
use serde::de::DeserializeOwned;
use sqlx::{
    Decode, Postgres, Type, TypeInfo as _,
    error::BoxDynError,
    postgres::{PgTypeInfo, PgValueFormat, PgValueRef},
};
use uuid::Uuid;

use crate::column::Stored;

/// 2000-01-01T00:00:00Z in microseconds since 1970: what PostgreSQL counts from.
pub(super) const EPOCH_MICROS: i64 = 946_684_800_000_000;

impl Type<Postgres> for Stored<Timestamp> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("timestamptz")
    }

    fn compatible(column: &PgTypeInfo) -> bool {
        matches!(column.name(), "TIMESTAMPTZ" | "TIMESTAMP")
    }
}

impl Decode<'_, Postgres> for Stored<Timestamp> {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        if value.format() == PgValueFormat::Text {
            return Ok(Self(value.as_str()?.parse()?));
        }
        let micros = <i64 as Decode<'_, Postgres>>::decode(value)?;
        // `infinity` is not a point in time
        let micros = micros.checked_add(EPOCH_MICROS);
        let micros = micros.ok_or("no point in time")?;
        Ok(Self(Timestamp::from_unix_micros(micros)?))
    }
}

impl<T> Type<Postgres> for Stored<Json<T>> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("jsonb")
    }

    fn compatible(column: &PgTypeInfo) -> bool {
        matches!(column.name(), "JSON" | "JSONB")
    }
}

impl<T: DeserializeOwned> Decode<'_, Postgres> for Stored<Json<T>> {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let raw = value.as_bytes()?;
        // a text never begins with the version of the format, which comes before the text of `jsonb`
        let text = raw.strip_prefix(&[1]).unwrap_or(raw);
        Ok(Self(Json(serde_json::from_slice(text)?)))
    }
}

impl Type<Postgres> for Stored<Uuid> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("uuid")
    }

    fn compatible(column: &PgTypeInfo) -> bool {
        column.name() == "UUID"
    }
}

impl Decode<'_, Postgres> for Stored<Uuid> {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let uuid = match value.format() {
            PgValueFormat::Binary => Uuid::from_slice(value.as_bytes()?),
            PgValueFormat::Text => Uuid::try_parse(value.as_str()?),
        };
        Ok(Self(uuid?))
    }
}
