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
    let session = Session::of(pool).await?;
    let progress = progress(pool).await?;
    if progress != Progress::Current && !session.may_make_tables {
        return Err(session.may_make_none());
    }
    if progress == Progress::Nothing {
        return Ok(None);
    }
    let identity = pool.one(meta::TABLE, &meta::identity(), meta::read).await?;
    let identity = identity
        .ok_or_else(meta::missing)
        .map_err(StoreError::from)?;
    let keys = pool.all(key::TABLE, &key::all(), key::read).await;
    let resources = resource::all();
    let resources = pool.all(resource::TABLE, &resources, resource::read).await;
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
    let clients = pool
        .all(client::TABLE, &client::page(None, u32::MAX), client::read)
        .await;
    Ok(progress.known(clients)?)
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
    /// Returns what this connection may do; fails unless it may write.
    async fn of(pool: &Pool) -> Result<Self, OpenError> {
        let session = Statement::new(SESSION, vec![]);
        let session = pool.one("session", &session, Self::read).await?;
        match session
            .ok_or_else(meta::missing)
            .map_err(StoreError::from)?
        {
            session if session.is_locked => Err(OpenError::Busy),
            session if !session.is_writable => Err(OpenError::ReadOnly),
            session => Ok(session),
        }
    }

    fn may_make_none(self) -> OpenError {
        OpenError::NoRights(match self.schema {
            Some(schema) => format!("the schema `{schema}`"),
            None => "a schema: none of `search_path` exists".to_owned(),
        })
    }

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
