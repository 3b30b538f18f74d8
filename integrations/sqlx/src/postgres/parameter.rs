//! Values as parameters of a query.

use airside_resource::policy::Value;
use sqlx::{
    Encode, Postgres, Type, TypeInfo as _,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo},
};
use uuid::Uuid;

use super::stored::EPOCH_MICROS;

/// A value, in the type that the server expects of the parameter.
pub(super) struct Parameter<'a> {
    pub(super) value: &'a Value,
    pub(super) expected: &'a PgTypeInfo,
}

impl Encode<'_, Postgres> for Parameter<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match (self.value, self.expected.name()) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Bool(value), "BOOL") => encoded(value, buffer),
            (Value::Integer(number), "INT8") => encoded(number, buffer),
            (Value::Integer(number), "INT4") => encoded(i32::try_from(*number)?, buffer),
            (Value::Integer(number), "INT2") => encoded(i16::try_from(*number)?, buffer),
            (Value::Integer(number), "FLOAT8" | "FLOAT4") => {
                self.float(i32::try_from(*number)?.into(), buffer)
            }
            (Value::Float(number), "FLOAT8" | "FLOAT4") => self.float(number.get(), buffer),
            (Value::Timestamp(time), "TIMESTAMPTZ" | "TIMESTAMP") => {
                let micros = time.unix_micros().checked_sub(EPOCH_MICROS);
                encoded(micros.ok_or("no time of PostgreSQL")?, buffer)
            }
            (Value::Bytes(bytes), "BYTEA") => encoded(bytes.as_slice(), buffer),
            (Value::Json(text), format @ ("JSON" | "JSONB")) => {
                // the version of the format, then the text
                buffer.extend((format == "JSONB").then_some(1));
                buffer.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
            (Value::Text(text), "UUID") => {
                buffer.extend_from_slice(Uuid::try_parse(text)?.as_bytes());
                Ok(IsNull::No)
            }
            (Value::Text(text), "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "UNKNOWN" | "citext") => {
                encoded(text.as_str(), buffer)
            }
            (_, other) => Err(format!(
                "a column of type {other} is compared with another kind of value"
            )
            .into()),
        }
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.expected.clone())
    }
}

impl Parameter<'_> {
    fn float(&self, number: f64, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        #[expect(clippy::cast_possible_truncation, reason = "the column has no more")]
        match self.expected.name() {
            "FLOAT4" => encoded(number as f32, buffer),
            _ => encoded(number, buffer),
        }
    }
}

impl Type<Postgres> for Parameter<'_> {
    fn type_info() -> PgTypeInfo {
        <str as Type<Postgres>>::type_info()
    }
}

fn encoded<'a>(
    value: impl Encode<'a, Postgres>,
    buffer: &mut PgArgumentBuffer,
) -> Result<IsNull, BoxDynError> {
    value.encode(buffer)
}
