//! Columns that hold a JSON document.

use std::ops::Deref;

use airside_policy::Value;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::ColumnValue;
use crate::memory::FromValue;

/// A column with a JSON document: `json` or `jsonb` in PostgreSQL, a text in SQLite. Rules do not compare it.
///
/// ```
/// use airside_resource::{ColumnValue as _, policy::Value, record::Json};
///
/// let tags = Json(vec!["red", "blue"]);
/// assert_eq!(tags.column_value(), Value::Json(r#"["red","blue"]"#.into()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Serialize> ColumnValue for Json<T> {
    /// Returns the JSON text. A value that JSON cannot express, such as a map whose keys are not texts,
    /// becomes [`Value::Null`].
    fn column_value(&self) -> Value {
        serde_json::to_string(&self.0).map_or(Value::Null, Value::Json)
    }
}

impl<T: Serialize> From<Json<T>> for Value {
    fn from(json: Json<T>) -> Self {
        json.column_value()
    }
}

impl<T: DeserializeOwned> FromValue for Json<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Json(text) => serde_json::from_str(text).ok().map(Self),
            _ => None,
        }
    }
}

#[cfg(feature = "sqlite")]
mod in_sqlite {
    use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
    use serde::de::DeserializeOwned;

    use super::Json;

    impl<T: DeserializeOwned> FromSql for Json<T> {
        fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
            let read = serde_json::from_str(value.as_str()?);
            read.map(Self).map_err(FromSqlError::other)
        }
    }
}

#[cfg(feature = "postgres")]
mod in_postgres {
    use std::error::Error;

    use serde::de::DeserializeOwned;
    use tokio_postgres::types::{FromSql, Type};

    use super::Json;

    impl<'a, T: DeserializeOwned> FromSql<'a> for Json<T> {
        fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
            // the version of the format comes before the text
            let text = match *ty {
                Type::JSONB => raw
                    .strip_prefix(&[1])
                    .ok_or("an unknown format of `jsonb`")?,
                _ => raw,
            };
            Ok(Self(serde_json::from_slice(text)?))
        }

        fn accepts(ty: &Type) -> bool {
            matches!(*ty, Type::JSON | Type::JSONB)
        }
    }
}
