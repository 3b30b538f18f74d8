//! Clients: the table `client`. A registration is kept as the metadata that an operator would write.

use airside_oauth::{
    client::{Client, ClientOrigin, ClientSettings, client_metadata::ClientMetadata},
    id::ClientId,
    key::secret::Digest,
    request::redirect_uri::RedirectUri,
};

use crate::{
    error::{InconsistentRow, StoreError},
    row::Row,
    statement::{Statement, Value},
};

/// Every client, by id.
pub(crate) fn all() -> Statement<'static> {
    Statement::new(
        "SELECT client_id, epoch, origin, secrets, metadata, disabled FROM client ORDER BY client_id",
        Vec::new(),
    )
}

pub(crate) fn insert(client: &Client) -> Result<Statement<'_>, StoreError> {
    Ok(Statement::new(
        "INSERT INTO client (epoch, origin, secrets, metadata, disabled, client_id) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        Vec::from(values(client)?),
    ))
}

pub(crate) fn update(client: &Client, expected: u32) -> Result<Statement<'_>, StoreError> {
    let mut values = Vec::from(values(client)?);
    values.push(expected.into());
    Ok(Statement::new(
        "UPDATE client SET epoch = $1, origin = $2, secrets = $3, metadata = $4, disabled = $5 \
         WHERE client_id = $6 AND epoch = $7",
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
pub(crate) fn delete_belongings(id: &ClientId) -> Statement<'_> {
    Statement::new(
        "DELETE FROM consent WHERE client_id = $1",
        vec![id.as_str().into()],
    )
}

fn values(client: &Client) -> Result<[Value<'_>; 6], StoreError> {
    let secrets: Vec<u8> = client
        .secrets
        .iter()
        .flat_map(|d| d.as_bytes())
        .copied()
        .collect();
    Ok([
        client.epoch.into(),
        origin_name(client.origin).into(),
        secrets.into(),
        Value::json(&ClientMetadata::from(client))?,
        client.disabled.into(),
        client.client_id.as_str().into(),
    ])
}

/// The one place where a row becomes a client.
pub(crate) fn read(row: &Row<'_>) -> Result<Client, InconsistentRow> {
    let client_id: ClientId = row.text("client_id", |text| text.parse().ok())?;
    let epoch = row.integer("epoch")?;
    let origin = row.text("origin", origin)?;
    let secrets = row.bytes("secrets", digests)?;
    let metadata: ClientMetadata = row.json("metadata")?;
    let disabled = row.flag("disabled")?;
    let fields = from_metadata(metadata, client_id, (secrets, origin, epoch));
    let client = fields.ok_or_else(|| row.inconsistent("metadata"))?;
    Ok(Client { disabled, ..client })
}

fn from_metadata(
    metadata: ClientMetadata,
    client_id: ClientId,
    (secrets, origin, epoch): (Vec<Digest>, ClientOrigin, u32),
) -> Option<Client> {
    if metadata.client_id.as_deref() != Some(client_id.as_str()) {
        return None;
    }
    let (auth_method, settings) = (metadata.auth_method(), ClientSettings::from(&metadata));
    Some(Client {
        client_id,
        client_name: metadata.client_name,
        auth_method,
        settings,
        secrets,
        jwks: metadata.jwks,
        jwks_uri: metadata
            .jwks_uri
            .map(|text| text.parse())
            .transpose()
            .ok()?,
        redirect_uris: redirect_uris(&metadata.redirect_uris)?,
        post_logout_redirect_uris: redirect_uris(&metadata.post_logout_redirect_uris)?,
        grant_types: metadata.grant_types?,
        scope: metadata.scope.parse().ok()?,
        id_token_signed_response_alg: metadata.id_token_signed_response_alg.parse().ok()?,
        epoch,
        origin,
        disabled: false,
    })
}

fn redirect_uris(texts: &[String]) -> Option<Vec<RedirectUri>> {
    let stored = texts.iter().map(|text| RedirectUri::stored(text).ok());
    stored.collect()
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
