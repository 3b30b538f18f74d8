//! The findings of a start in a database. Nothing is written.

use airside_oauth::client::Client;

use super::{OpenError, migration::progress, pool::Pool};
use crate::{
    client,
    error::{InconsistentRow, StoreError},
    inspection::Inspection,
    key, meta,
    migration::Progress,
    resource,
    row::Row,
    statement::Statement,
};

/// Reads what a start would find; None if nothing is in the database yet.
pub(super) async fn inspection(pool: &Pool) -> Result<Option<Inspection>, OpenError> {
    let session = one(pool, Statement::new(SESSION, vec![]), Session::read).await?;
    if session.is_locked {
        return Err(OpenError::Busy);
    }
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
    if progress == Progress::Nothing {
        return Ok(None);
    }
    let identity = one(pool, meta::identity(), meta::read).await?;
    let keys = all(pool, key::TABLE, key::all(), key::read).await;
    let resources = all(pool, resource::TABLE, resource::all(), resource::read).await;
    Ok(Some(Inspection {
        identity,
        keys: progress.known(keys)?,
        resources: progress.known(resources)?,
    }))
}

/// Reads the clients that a start would find; none if an earlier version made the table and they cannot be
/// read.
pub(super) async fn clients(pool: &Pool) -> Result<Vec<Client>, OpenError> {
    let progress = progress(pool).await?;
    if progress == Progress::Nothing {
        return Ok(Vec::new());
    }
    let clients = all(pool, client::TABLE, client::all(), client::read).await;
    Ok(progress.known(clients)?)
}

async fn all<T>(
    pool: &Pool,
    table: &'static str,
    statement: Statement<'_>,
    read: impl Fn(&Row<'_>) -> Result<T, InconsistentRow>,
) -> Result<Vec<T>, StoreError> {
    let rows = pool.read(&statement.sql, &statement.values).await?;
    let rows = rows.iter().map(|row| Ok(read(&Row::new(table, row))?));
    rows.collect()
}

async fn one<T>(
    pool: &Pool,
    statement: Statement<'_>,
    read: impl FnOnce(&Row<'_>) -> Result<T, InconsistentRow>,
) -> Result<T, StoreError> {
    let rows = pool.read(&statement.sql, &statement.values).await?;
    let row = rows.first().ok_or_else(meta::missing)?;
    Ok(read(&Row::new("session", row))?)
}

/// The rights of this role on this connection.
struct Session {
    is_writable: bool,
    may_make_tables: bool,
    /// A tool keeps servers away.
    is_locked: bool,
    schema: Option<String>,
}

impl Session {
    fn read(row: &Row<'_>) -> Result<Self, InconsistentRow> {
        Ok(Self {
            is_writable: row.flag("is_writable")?,
            may_make_tables: row.flag("may_make_tables")?,
            is_locked: row.flag("is_locked")?,
            schema: row.text_or_null("schema", |schema| Some(schema.to_owned()))?,
        })
    }
}

const SESSION: &str = "SELECT \
    CAST(CASE WHEN current_setting('transaction_read_only') = 'off' THEN 1 ELSE 0 END AS bigint), \
    CAST(CASE WHEN has_schema_privilege(current_schema(), 'CREATE') THEN 1 ELSE 0 END AS bigint), \
    CAST(CASE WHEN pg_try_advisory_xact_lock_shared(4707106, hashtext(current_schema())) \
        THEN 0 WHEN current_schema() IS NULL THEN 0 ELSE 1 END AS bigint), \
    CAST(current_schema() AS text)";
