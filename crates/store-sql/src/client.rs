//! Clients: the table `client`. A registration is kept as the metadata that an operator would write.

use airside_oauth::{
    client::{Client, ClientOrigin, client_metadata::ClientMetadata, stored::StoredClient},
    id::ClientId,
    key::secret::Digest,
};

use crate::{
    error::{InconsistentRow, StoreError},
    row::Row,
    statement::{Statement, Value},
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT client_id, epoch, origin, secrets, metadata, disabled FROM client ",
            $rest
        )
    };
}

/// Every client, in any order.
pub(crate) fn all() -> Statement<'static> {
    Statement::new(select!(""), Vec::new())
}

/// At most `limit` clients after `after`, in the order of their ids.
pub(crate) fn page(after: Option<&ClientId>, limit: u32) -> Statement<'_> {
    // no id is empty: the first page is after that
    let after = after.map_or("", ClientId::as_str);
    Statement::new(
        select!("WHERE client_id > $1 ORDER BY client_id LIMIT $2"),
        vec![after.into(), limit.into()],
    )
}

pub(crate) fn by_id(id: &ClientId) -> Statement<'_> {
    Statement::new(select!("WHERE client_id = $1"), vec![id.as_str().into()])
}

pub(crate) fn insert(client: &Client) -> Result<Statement<'_>, StoreError> {
    Ok(Statement::new(
        "INSERT INTO client (epoch, origin, secrets, metadata, disabled, client_id) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        Vec::from(values(client)?),
    ))
}

pub(crate) fn update<'a>(
    client: &'a Client,
    expected: u32,
    expected_secrets: &[Digest],
) -> Result<Statement<'a>, StoreError> {
    let mut values = Vec::from(values(client)?);
    values.extend([expected.into(), concatenated(expected_secrets).into()]);
    Ok(Statement::new(
        "UPDATE client SET epoch = $1, origin = $2, secrets = $3, metadata = $4, disabled = $5 \
         WHERE client_id = $6 AND epoch = $7 AND secrets = $8",
        values,
    ))
}

pub(crate) fn delete(id: &ClientId) -> Statement<'_> {
    Statement::new(
        "DELETE FROM client WHERE client_id = $1",
        vec![id.as_str().into()],
    )
}

/// The rows that are deleted with a client: a new one of the same name was allowed nothing.
pub(crate) fn delete_belongings(id: &ClientId) -> [Statement<'_>; 2] {
    [
        "DELETE FROM consent WHERE client_id = $1",
        "DELETE FROM logout WHERE client_id = $1",
    ]
    .map(|sql| Statement::new(sql, vec![id.as_str().into()]))
}

fn values(client: &Client) -> Result<[Value<'_>; 6], StoreError> {
    Ok([
        client.epoch.into(),
        origin_name(client.origin).into(),
        concatenated(&client.secrets).into(),
        Value::json(&ClientMetadata::from(client))?,
        client.disabled.into(),
        client.client_id.as_str().into(),
    ])
}

fn concatenated(secrets: &[Digest]) -> Vec<u8> {
    let bytes = secrets.iter().flat_map(|secret| secret.as_bytes());
    bytes.copied().collect()
}

/// The one place where a row becomes a client that is not read yet.
pub(crate) fn read_stored(row: &Row<'_>) -> Result<StoredClient, InconsistentRow> {
    Ok(StoredClient {
        client_id: row.text("client_id", |text| text.parse().ok())?,
        epoch: row.integer("epoch")?,
        origin: row.text("origin", origin)?,
        secrets: row.bytes("secrets", digests)?,
        metadata: row.text("metadata", |text| Some(text.into()))?,
        disabled: row.flag("disabled")?,
    })
}

/// The one place where a row becomes a client.
pub(crate) fn read(row: &Row<'_>) -> Result<Client, InconsistentRow> {
    let stored = read_stored(row)?;
    stored.client().map_err(|_| row.inconsistent("metadata"))
}

fn digests(bytes: &[u8]) -> Option<Vec<Digest>> {
    let (digests, rest) = bytes.as_chunks::<32>();
    rest.is_empty()
        .then(|| digests.iter().copied().map(Digest::from_bytes).collect())
}

const fn origin_name(origin: ClientOrigin) -> &'static str {
    match origin {
        ClientOrigin::Configuration => "configuration",
        ClientOrigin::Administration => "administration",
    }
}

fn origin(name: &str) -> Option<ClientOrigin> {
    [ClientOrigin::Configuration, ClientOrigin::Administration]
        .into_iter()
        .find(|origin| origin_name(*origin) == name)
}

pub(crate) const TABLE: &str = "client";
