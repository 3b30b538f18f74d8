//! Columns that are read as fields of a record.

use airside_resource::{policy::Timestamp, record::Json};
use sqlx::error::UnexpectedNullError;
use uuid::Uuid;

/// A type that sqlx cannot read by itself, as a column holds it.
pub(crate) struct Stored<T>(pub(crate) T);

impl From<Stored<Self>> for Timestamp {
    fn from(stored: Stored<Self>) -> Self {
        stored.0
    }
}

impl From<Stored<Self>> for Uuid {
    fn from(stored: Stored<Self>) -> Self {
        stored.0
    }
}

impl<T> From<Stored<Self>> for Json<T> {
    fn from(stored: Stored<Self>) -> Self {
        stored.0
    }
}

/// Lets an adapter read columns as `$value` and as `Option<$value>`, each by the type of sqlx that it is made
/// from.
macro_rules! read_columns {
    ($adapter:ty: $([$($generic:tt)*] $value:ty as $stored:ty),* $(,)?) => {$(
        impl<$($generic)*> ReadColumn<$value> for $adapter {
            fn read_column(row: &Self::Row<'_>, column: &str) -> sqlx::Result<$value> {
                let found: Option<$value> = Self::read_column(row, column)?;
                found.ok_or_else(|| $crate::column::unexpected_null(column))
            }
        }

        impl<$($generic)*> ReadColumn<Option<$value>> for $adapter {
            fn read_column(row: &Self::Row<'_>, column: &str) -> sqlx::Result<Option<$value>> {
                let stored = row.try_get::<Option<$stored>, _>(column)?;
                Ok(stored.map(<$value>::from))
            }
        }
    )*};
}

pub(crate) use read_columns;

/// Says that a column holds `NULL` where the field is not an `Option`: in SQLite, sqlx would read it as 0 or
/// as an empty text.
pub(crate) fn unexpected_null(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: UnexpectedNullError.into(),
    }
}
