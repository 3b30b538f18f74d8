//! The findings of a start in a database. Nothing is written.

use airside_store::Identity;

use super::{
    OpenError,
    migration::{Progress, progress},
    pool::Pool,
};
use crate::{
    error::{InconsistentRow, StoreError},
    meta,
    row::Row,
    statement::Statement,
};

/// Reads what the database says of itself; None if nothing is in it yet.
pub(super) async fn identity(pool: &Pool) -> Result<Option<Identity>, OpenError> {
    let session = one(pool, Statement::new(SESSION, vec![]), Session::read).await?;
    if !session.is_writable {
        return Err(OpenError::ReadOnly);
    }
    let progress = progress(pool).await?;
    if progress != Progress::Current && !session.may_make_tables {
        return Err(OpenError::NoRights(match session.schema {
            Some(schema) => format!("the schema `{schema}`"),
            None => "a schema: none of `search_path` exists".to_owned(),
        }));
    }
    match progress {
        Progress::Nothing => Ok(None),
        Progress::Earlier | Progress::Current => {
            Ok(Some(one(pool, meta::identity(), meta::read).await?))
        }
    }
}

async fn one<T>(
    pool: &Pool,
    statement: Statement<'_>,
    read: impl FnOnce(&Row<'_>) -> Result<T, InconsistentRow>,
) -> Result<T, StoreError> {
    let rows = pool.read(statement.sql, &statement.values).await?;
    let row = rows.first().ok_or_else(meta::missing)?;
    Ok(read(&Row::new("session", row))?)
}

/// The rights of this role on this connection.
struct Session {
    is_writable: bool,
    may_make_tables: bool,
    schema: Option<String>,
}

impl Session {
    fn read(row: &Row<'_>) -> Result<Self, InconsistentRow> {
        Ok(Self {
            is_writable: row.flag("is_writable")?,
            may_make_tables: row.flag("may_make_tables")?,
            schema: row.text_or_null("schema", |schema| Some(schema.to_owned()))?,
        })
    }
}

const SESSION: &str = "SELECT \
    CAST(CASE WHEN current_setting('transaction_read_only') = 'off' THEN 1 ELSE 0 END AS bigint), \
    CAST(CASE WHEN has_schema_privilege(current_schema(), 'CREATE') THEN 1 ELSE 0 END AS bigint), \
    CAST(current_schema() AS text)";
