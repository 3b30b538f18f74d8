//! APIs that were added to a running server: the table `resource`.

use airside_oauth::client::resource_metadata::{ResourceMetadata, StoredResource};

use crate::{
    error::{InconsistentRow, StoreError},
    row::Row,
    statement::{Statement, Value},
};

/// Every API, by identifier.
pub(crate) fn all() -> Statement<'static> {
    Statement::new(
        "SELECT identifier, epoch, metadata FROM resource ORDER BY identifier",
        Vec::new(),
    )
}

pub(crate) fn insert(stored: &StoredResource) -> Result<Statement<'_>, StoreError> {
    Ok(Statement::new(
        "INSERT INTO resource (epoch, metadata, identifier) VALUES ($1, $2, $3) \
         ON CONFLICT DO NOTHING",
        Vec::from(values(stored)?),
    ))
}

pub(crate) fn update(stored: &StoredResource, expected: u32) -> Result<Statement<'_>, StoreError> {
    let mut values = Vec::from(values(stored)?);
    values.push(expected.into());
    Ok(Statement::new(
        "UPDATE resource SET epoch = $1, metadata = $2 WHERE identifier = $3 AND epoch = $4",
        values,
    ))
}

pub(crate) fn delete(identifier: &str) -> Statement<'_> {
    Statement::new(
        "DELETE FROM resource WHERE identifier = $1",
        vec![identifier.into()],
    )
}

fn values(stored: &StoredResource) -> Result<[Value<'_>; 3], StoreError> {
    Ok([
        stored.epoch.into(),
        Value::json(&ResourceMetadata::from(&stored.resource))?,
        stored.resource.identifier.as_str().into(),
    ])
}

/// The one place where a row becomes an API.
pub(crate) fn read(row: &Row<'_>) -> Result<StoredResource, InconsistentRow> {
    let identifier = row.text("identifier", |text| Some(text.to_owned()))?;
    let epoch = row.integer("epoch")?;
    let metadata: ResourceMetadata = row.json("metadata")?;
    let resource = metadata.into_checked();
    let resource = resource.filter(|resource| resource.identifier == identifier);
    let resource = resource.ok_or_else(|| row.inconsistent("metadata"))?;
    Ok(StoredResource { resource, epoch })
}

pub(crate) const TABLE: &str = "resource";
