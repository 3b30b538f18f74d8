//! Reads what a database says of itself, without writing to it.

use airside_oauth::client::Client;

use super::{connection::Connection, migration};
use crate::{
    client,
    inspection::Inspection,
    key, meta,
    migration::{Problem, Progress},
    resource,
};

/// Reads what a start would find; None if nothing is in the database yet.
pub(super) fn inspection(connection: &Connection) -> Result<Option<Inspection>, Problem> {
    let progress = migration::progress(connection)?;
    if progress == Progress::Nothing {
        return Ok(None);
    }
    let identity = connection.one(meta::TABLE, meta::identity(), meta::read)?;
    let keys = connection.all(key::TABLE, key::all(), key::read);
    let resources = connection.all(resource::TABLE, resource::all(), resource::read);
    let Some(identity) = identity else {
        return Ok(None);
    };
    Ok(Some(Inspection {
        identity,
        keys: progress.known(keys)?,
        resources: progress.known(resources)?,
    }))
}

/// Reads the clients that a start would find; none if an earlier version made the table and they cannot be
/// read.
pub(super) fn clients(connection: &Connection) -> Result<Vec<Client>, Problem> {
    let progress = migration::progress(connection)?;
    if progress == Progress::Nothing {
        return Ok(Vec::new());
    }
    let clients = connection.all(client::TABLE, client::page(None, u32::MAX), client::read);
    Ok(progress.known(clients)?)
}
