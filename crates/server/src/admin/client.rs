//! Clients.

mod change;
mod registration;

pub(super) use self::change::ClientChange;

use std::sync::Arc;

use airside_oauth::{
    client::{AuthMethod, Client, ClientOrigin, client_metadata::ClientMetadata},
    id::ClientId,
    key::{
        entropy::Entropy,
        secret::{Digest, Secret},
    },
};
use airside_resource::Function;
use airside_store::Unavailable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::registration::{deletion, insert, replace};
use super::{
    AdminError,
    action::{ReadClients, WriteClients},
    answer::{Created, Listing, Reply},
    call::Call,
    input::{Nothing, Page},
};
use crate::issuer::Issuer;

/// The client.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ClientPath {
    /// The client's `client_id`.
    id: String,
}

/// A client.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Client")]
pub(super) struct ShownClient {
    #[serde(flatten)]
    metadata: ClientMetadata,
    /// The owner of the registration.
    origin: ClientOrigin,
    /// True if it cannot be used, because the configuration that owned it does not name it any more.
    disabled: bool,
    /// The secret, in the answer that made it only.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

impl ShownClient {
    fn of(client: &Client, secret: Option<&Secret>) -> Self {
        Self {
            metadata: ClientMetadata::from(client),
            origin: client.origin,
            disabled: client.disabled,
            client_secret: secret.map(|secret| secret.expose().to_owned()),
        }
    }
}

pub(super) async fn list(
    _: Function<ReadClients>,
    call: Call<Nothing, Page>,
) -> Result<Listing<ShownClient>, AdminError> {
    let (page, store) = (&call.query, &call.context.issuer.store);
    let after: Option<ClientId> = call.after(page)?;
    let clients = store.stored_clients(after.as_ref(), page.limit_and_next());
    let shown = clients.await?.into_iter().map(|stored| {
        let client = stored.client().map_err(Unavailable::new)?;
        Ok(ShownClient::of(&client, None))
    });
    let shown = shown.collect::<Result<_, AdminError>>()?;
    let key = |shown: &ShownClient| shown.metadata.client_id.clone().unwrap_or_default();
    Ok(call.listing(page.limit(), shown, key))
}

pub(super) async fn show(
    _: Function<ReadClients>,
    call: Call<ClientPath>,
) -> Result<Reply<ShownClient>, AdminError> {
    let client = find(&call.context.issuer, &call.path.id)?;
    Ok(Reply(ShownClient::of(&client, None)))
}

pub(super) async fn create(
    _: Function<WriteClients>,
    call: Call<Nothing, Nothing, ClientMetadata>,
) -> Result<Created<ShownClient>, AdminError> {
    let (context, mut metadata) = (call.context, call.body);
    let issuer = &context.issuer;
    let draw = issuer.draw();
    metadata.client_id.get_or_insert_with(|| new_id(&draw));
    let secret = uses_secret(&metadata).then(|| Secret::random(SECRET_PREFIX, &draw, "secret"));
    let digests: Vec<Digest> = secret.iter().map(Secret::digest).collect();
    let client = metadata.validate(
        &issuer.profile(),
        digests,
        ClientOrigin::Administration,
        issuer.first_epoch(),
    )?;
    require_key(issuer, &client)?;
    insert(&context, &client).await?;
    issuer.reload_client(&client.client_id).await?;
    let shown = ShownClient::of(&client, secret.as_ref());
    Ok(call.address.created(client.client_id.as_str(), shown))
}

/// Returns a `client_id` for a client that was registered without one.
fn new_id(draw: &Entropy) -> String {
    let bytes = draw.bytes::<8>("client id");
    let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("client-{name}")
}

/// Replaces the members that are given, resets those that are removed, and keeps the rest.
pub(super) async fn edit(
    _: Function<WriteClients>,
    call: Call<ClientPath, Nothing, ClientChange>,
) -> Result<Reply<ShownClient>, AdminError> {
    let issuer = &call.context.issuer;
    let old = changeable(newest(issuer, &call.path.id).await?)?;
    let metadata = call.body.applied_to(&old)?;
    if metadata.client_id.as_deref() != Some(old.client_id.as_str()) {
        let fixed = "client_id cannot be changed: make another client";
        return Err(AdminError::invalid(fixed));
    }
    let secrets = match uses_secret(&metadata) {
        true => old.secrets.clone(),
        false => Vec::new(),
    };
    let epoch = old.epoch.saturating_add(1);
    let new = metadata.validate(&issuer.profile(), secrets, old.origin, epoch)?;
    require_key(issuer, &new)?;
    replace(&call.context, &old, new.clone()).await?;
    Ok(Reply(ShownClient::of(&new, None)))
}

/// A new secret; the one before it goes on working until the next rotation.
pub(super) async fn rotate_secret(
    _: Function<WriteClients>,
    call: Call<ClientPath>,
) -> Result<Reply<ShownClient>, AdminError> {
    let issuer = &call.context.issuer;
    let old = changeable(newest(issuer, &call.path.id).await?)?;
    if !is_secret(old.auth_method) {
        return Err(AdminError::invalid(
            "this client does not authenticate with a secret",
        ));
    }
    let secret = Secret::random(SECRET_PREFIX, &issuer.draw(), "secret");
    let mut secrets = vec![secret.digest()];
    secrets.extend(old.secrets.first().copied());
    // codes on their way stay good: only the secret changes
    let new = Client {
        secrets,
        ..(*old).clone()
    };
    replace(&call.context, &old, new.clone()).await?;
    Ok(Reply(ShownClient::of(&new, Some(&secret))))
}

pub(super) async fn delete(
    _: Function<WriteClients>,
    call: Call<ClientPath>,
) -> Result<Reply<ShownClient>, AdminError> {
    let context = &call.context;
    let issuer = &context.issuer;
    // one that is missing in the configuration has no owner any more
    let old = match newest(issuer, &call.path.id).await? {
        missing if missing.disabled => missing,
        old => changeable(old)?,
    };
    let commit = deletion(context, &old);
    let end = commit.end_of_tokens();
    issuer.store.commit(commit).await?;
    issuer.reload_client(&old.client_id).await?;
    issuer.end_overtaken_client(&old.client_id, end).await;
    Ok(Reply(ShownClient::of(&old, None)))
}

fn find(issuer: &Issuer, id: &str) -> Result<Arc<Client>, AdminError> {
    let parsed: Option<ClientId> = id.parse().ok();
    let client = parsed.and_then(|id| issuer.registration(&id));
    client.ok_or_else(|| {
        let meant = issuer.nearest_client(id);
        let meant = meant.map(|meant| format!("; the nearest is `{meant}`"));
        let meant = meant.unwrap_or_default();
        AdminError::not_found(format!("there is no client `{id}`{meant}"))
    })
}

/// Returns the registration as the store has it now: another node may have changed it a moment ago.
async fn newest(issuer: &Issuer, id: &str) -> Result<Arc<Client>, AdminError> {
    if let Ok(id) = id.parse() {
        issuer.reload_client(&id).await?;
    }
    find(issuer, id)
}

fn changeable(client: Arc<Client>) -> Result<Arc<Client>, AdminError> {
    if client.origin == ClientOrigin::Configuration {
        let id = &client.client_id;
        return Err(AdminError::conflict(format!(
            "the client `{id}` is owned by the configuration file: change it there"
        )));
    }
    Ok(client)
}

/// Without a key for its ID tokens, a client would register and never get one.
fn require_key(issuer: &Issuer, client: &Client) -> Result<(), AdminError> {
    let mut registered = client.signing_algorithms();
    let lacking = registered.find(|(_, algorithm)| !issuer.algorithms.contains(algorithm));
    let Some((member, algorithm)) = lacking else {
        return Ok(());
    };
    let name = algorithm.as_str();
    Err(AdminError::invalid(format!(
        "`{member}` is `{name}`, but `keys.algorithms` lacks it"
    )))
}

fn uses_secret(metadata: &ClientMetadata) -> bool {
    is_secret(metadata.auth_method())
}

fn is_secret(method: AuthMethod) -> bool {
    matches!(
        method,
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost
    )
}

/// Lets secret scanners recognise a leaked secret.
const SECRET_PREFIX: &str = "airside_cs_";
