//! Clients.

use std::sync::Arc;

use airside_oauth::{
    client::{AuthMethod, Client, ClientOrigin, client_metadata::ClientMetadata},
    id::ClientId,
    key::secret::{Digest, Secret},
    state::{
        decide::{Commit, Effect, GrantOwner, Pivot},
        event::EventKind,
        feed::{FeedEntry, FeedSubject},
        grant::{GrantRevocation, RevokeReason},
    },
};
use airside_resource::Function;
use airside_store::CommitError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    AdminError,
    action::{ReadClients, WriteClients},
    answer::{Created, Listing, Reply},
    call::Call,
    input::{Nothing, Page},
};
use crate::{issuer::Issuer, request_context::RequestContext};

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

/// A change of a client: the members that change, and those that get their default.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ClientChange {
    /// The members that are taken away, so that each has its default.
    #[serde(default)]
    remove: Vec<String>,
    #[serde(flatten)]
    #[schemars(with = "ClientMetadata")]
    metadata: Map<String, Value>,
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

impl ClientChange {
    /// Returns the metadata of `old` after the change.
    fn applied_to(&self, old: &Client) -> Result<ClientMetadata, AdminError> {
        let twice = self
            .remove
            .iter()
            .find(|name| self.metadata.contains_key(*name));
        if let Some(name) = twice {
            let both = format!("`{name}` cannot be set and removed at once");
            return Err(AdminError::invalid(both));
        }
        let invalid = |error: serde_json::Error| AdminError::invalid(error.to_string());
        let metadata = serde_json::to_value(ClientMetadata::from(old)).map_err(invalid)?;
        let mut metadata = match metadata {
            Value::Object(metadata) => metadata,
            _ => Map::new(),
        };
        let known = serde_json::to_value(ClientMetadata::default()).map_err(invalid)?;
        for name in &self.remove {
            let is_known = known.get(name).is_some() || OPTIONAL.contains(&name.as_str());
            if metadata.remove(name).is_none() && !is_known {
                let unknown = format!("`remove` names `{name}`, which is not a member of a client");
                return Err(AdminError::invalid(unknown));
            }
        }
        metadata.extend(self.metadata.clone());
        serde_json::from_value(metadata.into()).map_err(invalid)
    }
}

pub(super) async fn list(
    _: Function<ReadClients>,
    call: Call<Nothing, Page<ClientId>>,
) -> Result<Listing<ShownClient>, AdminError> {
    let mut clients = call.context.issuer.store.clients().await?;
    if let Some(after) = &call.query.after {
        clients.retain(|client| client.client_id > *after);
    }
    let shown = clients.iter().map(|client| ShownClient::of(client, None));
    let key = |shown: &ShownClient| shown.metadata.client_id.clone().unwrap_or_default();
    Ok(call.listing(call.query.limit(), shown.collect(), key))
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
    let Call {
        context,
        body: mut metadata,
        ..
    } = call;
    let issuer = &context.issuer;
    let draw = issuer.draw();
    if metadata.client_id.is_none() {
        let name: String = draw
            .bytes::<8>("client id")
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        metadata.client_id = Some(format!("client-{name}"));
    }
    let secret = uses_secret(&metadata).then(|| Secret::random(SECRET_PREFIX, &draw, "secret"));
    let digests: Vec<Digest> = secret.iter().map(Secret::digest).collect();
    let client = metadata.validate(
        &issuer.profile(),
        digests,
        ClientOrigin::Administration,
        issuer.first_epoch(),
    )?;
    require_key(issuer, &client)?;
    let mut created = context.event(EventKind::ClientCreated);
    created.client = Some(client.client_id.clone());
    let commit = Commit::new(Pivot::InsertClient(Box::new(client.clone())));
    match issuer
        .store
        .commit(commit.and(Effect::Event(created)))
        .await
    {
        Ok(()) => {}
        Err(CommitError::Conflict) => {
            let id = &client.client_id;
            return Err(AdminError::conflict(format!(
                "there is a client `{id}` already"
            )));
        }
        Err(cause) => return Err(cause.into()),
    }
    issuer.reload_clients().await?;
    Ok(Reply(ShownClient::of(&client, secret.as_ref())))
}

/// Replaces the members that are given, resets those that are removed, and keeps the rest.
pub(super) async fn edit(
    _: Function<WriteClients>,
    call: Call<ClientPath, Nothing, ClientChange>,
) -> Result<Reply<ShownClient>, AdminError> {
    let issuer = &call.context.issuer;
    let old = changeable(issuer, &call.path.id)?;
    let metadata = call.body.applied_to(&old)?;
    if metadata.client_id.as_deref() != Some(old.client_id.as_str()) {
        return Err(AdminError::invalid(
            "client_id cannot be changed: make another client",
        ));
    }
    let secrets = if uses_secret(&metadata) {
        old.secrets.clone()
    } else {
        Vec::new()
    };
    let new = metadata.validate(
        &issuer.profile(),
        secrets,
        old.origin,
        old.epoch.saturating_add(1),
    )?;
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
    let old = changeable(issuer, &call.path.id)?;
    if !matches!(
        old.auth_method,
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost
    ) {
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
    let old = match find(issuer, &call.path.id)? {
        missing if missing.disabled => missing,
        _ => changeable(issuer, &call.path.id)?,
    };
    let now = issuer.now();
    let mut deleted = context.event(EventKind::ClientDeleted);
    deleted.client = Some(old.client_id.clone());
    let commit = Commit::new(Pivot::DeleteClient(old.client_id.clone()))
        .and(Effect::RevokeGrantsOf {
            owner: GrantOwner::Client(old.client_id.clone()),
            revoked: GrantRevocation {
                at: now,
                reason: RevokeReason::Administrator,
            },
        })
        .and(Effect::Feed(FeedEntry {
            subject: FeedSubject::Client(old.client_id.clone()),
            at: now,
        }))
        .and(Effect::Event(deleted));
    issuer.store.commit(commit).await?;
    issuer.reload_clients().await?;
    Ok(Reply(ShownClient::of(&old, None)))
}

async fn replace(context: &RequestContext, old: &Client, new: Client) -> Result<(), AdminError> {
    let issuer = &context.issuer;
    let mut changed = context.event(EventKind::ClientChanged);
    changed.client = Some(old.client_id.clone());
    let pivot = Pivot::UpdateClient {
        client: Box::new(new),
        expected: old.epoch,
    };
    issuer
        .store
        .commit(Commit::new(pivot).and(Effect::Event(changed)))
        .await?;
    Ok(issuer.reload_clients().await?)
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

fn changeable(issuer: &Issuer, id: &str) -> Result<Arc<Client>, AdminError> {
    let client = find(issuer, id)?;
    if client.origin == ClientOrigin::Configuration {
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
    matches!(
        metadata.auth_method(),
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost
    )
}

/// Lets secret scanners recognise a leaked secret.
const SECRET_PREFIX: &str = "airside_cs_";
/// The members of the metadata that can be absent.
const OPTIONAL: [&str; 16] = [
    "authorization_response_iss",
    "client_id",
    "client_name",
    "default_max_age",
    "grant_types",
    "id_token_claims",
    "initiate_login_uri",
    "jwks",
    "jwks_uri",
    "logo_uri",
    "policy_uri",
    "refresh_token_rotation",
    "require_auth_time",
    "token_endpoint_auth_method",
    "tos_uri",
    "userinfo_signed_response_alg",
];
