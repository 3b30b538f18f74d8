//! Records in PostgreSQL, through tokio-postgres and a pool.

use std::{error::Error, fmt};

use airside_policy::{Dialect, Value};
use deadpool_postgres::Pool;
use tokio_postgres::{
    Row,
    types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

use crate::{Query, Record, Records, Unavailable};

/// A pool of connections to PostgreSQL.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
}

/// A record that is a row of PostgreSQL.
pub trait PostgresRecord: Record {
    /// Reads a row with all columns of the table, by their names.
    ///
    /// # Errors
    ///
    /// That of tokio-postgres: a column is missing or of another type.
    fn from_row(row: &Row) -> Result<Self, tokio_postgres::Error>;
}

impl Postgres {
    /// Takes a pool, which the application may have set up as it likes.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }
}

impl<T: PostgresRecord> Records<T> for Postgres {
    async fn run(&self, query: Query) -> Result<Vec<T>, Unavailable> {
        let sql = query.sql::<T>(Dialect::Postgres);
        let client = self.pool.get().await;
        let client = client.map_err(|error| Unavailable(error.into()))?;
        let values: Vec<_> = sql.values.iter().map(Parameter).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|one| one as _).collect();
        let rows = async {
            let statement = client.prepare_cached(&sql.text).await?;
            let rows = client.query(&statement, &values).await?;
            rows.iter().map(T::from_row).collect::<Result<Vec<T>, _>>()
        };
        rows.await.map_err(|error| Unavailable(error.into()))
    }
}

/// A value, in the type that the server expects of the parameter.
#[derive(Debug)]
struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(
        &self,
        expected: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self.0, expected) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Bool(value), &Type::BOOL) => value.to_sql(expected, out),
            (Value::Integer(number), &Type::INT8) => number.to_sql(expected, out),
            (Value::Integer(number), &Type::INT4) => i32::try_from(*number)?.to_sql(expected, out),
            (Value::Integer(number), &Type::INT2) => i16::try_from(*number)?.to_sql(expected, out),
            (Value::Text(text), &Type::UUID) => {
                out.extend_from_slice(&uuid(text).ok_or("not a UUID")?);
                Ok(IsNull::No)
            }
            (Value::Text(text), _) if <&str as ToSql>::accepts(expected) => {
                text.to_sql(expected, out)
            }
            _ => Err(
                format!("a column of type {expected} is compared with another kind of value")
                    .into(),
            ),
        }
    }

    /// All that a column may be: what does not fit is refused with both types named.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The bytes of a UUID in its one usual spelling.
fn uuid(text: &str) -> Option<[u8; 16]> {
    let dashes = [8, 13, 18, 23];
    let shaped = text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(position, byte)| (byte == b'-') == dashes.contains(&position));
    let digits: String = text.chars().filter(|letter| *letter != '-').collect();
    let hex = shaped && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u128::from_str_radix(&digits, 16).ok().filter(|_| hex)?;
    Some(number.to_be_bytes())
}

impl fmt::Debug for Postgres {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Postgres")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_one_spelling() {
        let bytes = uuid("01234567-89ab-cdef-0123-456789abcdef").unwrap();
        assert_eq!(bytes[..4], [0x01, 0x23, 0x45, 0x67]);
        for text in [
            "",
            "0123456789abcdef0123456789abcdef",
            "+1234567-89ab-cdef-0123-456789abcdef",
            "01234567-89ab-cdef-0123-456789abcdeg",
            "0123456-789ab-cdef-0123-456789abcdef",
        ] {
            assert_eq!(uuid(text), None, "{text}");
        }
    }
}
