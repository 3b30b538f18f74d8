//! Clients.

use std::sync::Arc;

use airside_oauth::{
    client::{AuthMethod, Client, ClientOrigin},
    client_metadata::ClientMetadata,
    decide::{Commit, Effect, GrantOwner, Pivot},
    event::EventKind,
    feed::{FeedEntry, FeedSubject},
    grant::{RevokeReason, Revoked},
    id::ClientId,
    secret::{Digest, Secret},
};
use airside_resource::Function;
use airside_store::CommitError;
use axum::{
    body::Body,
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;

use super::{
    AdminError,
    action::{ReadClients, WriteClients},
    ok, read,
};
use crate::{issuer::Issuer, request_context::RequestContext, respond::json};

/// A client as it is shown; the secret only in the answer that made it.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    metadata: ClientMetadata,
    origin: ClientOrigin,
    disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

impl Shown {
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
    State(issuer): State<Arc<Issuer>>,
) -> Result<Response, AdminError> {
    let clients = issuer.store.clients().await?;
    Ok(ok(&clients
        .iter()
        .map(|client| Shown::of(client, None))
        .collect::<Vec<_>>()))
}

pub(super) async fn show(
    _: Function<ReadClients>,
    State(issuer): State<Arc<Issuer>>,
    Path(id): Path<String>,
) -> Result<Response, AdminError> {
    Ok(ok(&Shown::of(&*find(&issuer, &id)?, None)))
}

pub(super) async fn create(
    _: Function<WriteClients>,
    context: RequestContext,
    body: Body,
) -> Result<Response, AdminError> {
    let issuer = &context.issuer;
    let mut metadata: ClientMetadata = read(body).await?;
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
    Ok(json(
        StatusCode::CREATED,
        &Shown::of(&client, secret.as_ref()),
    ))
}

/// `PATCH`: a JSON Merge Patch (RFC 7396) of the metadata.
pub(super) async fn edit(
    _: Function<WriteClients>,
    context: RequestContext,
    Path(id): Path<String>,
    body: Body,
) -> Result<Response, AdminError> {
    let issuer = &context.issuer;
    let old = changeable(issuer, &id)?;
    let patch: Value = read(body).await?;
    let mut merged = serde_json::to_value(ClientMetadata::from(&*old))
        .map_err(|error| AdminError::invalid(error.to_string()))?;
    merge(&mut merged, patch);
    let metadata: ClientMetadata =
        serde_json::from_value(merged).map_err(|error| AdminError::invalid(error.to_string()))?;
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
    replace(&context, &old, new.clone()).await?;
    Ok(ok(&Shown::of(&new, None)))
}

/// A new secret; the one before it goes on working until the next rotation.
pub(super) async fn rotate_secret(
    _: Function<WriteClients>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<Response, AdminError> {
    let issuer = &context.issuer;
    let old = changeable(issuer, &id)?;
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
    replace(&context, &old, new.clone()).await?;
    Ok(ok(&Shown::of(&new, Some(&secret))))
}

pub(super) async fn delete(
    _: Function<WriteClients>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<Response, AdminError> {
    let issuer = &context.issuer;
    // one that is missing in the configuration is nobody's any more
    let old = match find(issuer, &id)? {
        missing if missing.disabled => missing,
        _ => changeable(issuer, &id)?,
    };
    let now = issuer.now();
    let mut deleted = context.event(EventKind::ClientDeleted);
    deleted.client = Some(old.client_id.clone());
    let commit = Commit::new(Pivot::DeleteClient(old.client_id.clone()))
        .and(Effect::RevokeGrantsOf {
            owner: GrantOwner::Client(old.client_id.clone()),
            revoked: Revoked {
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
    Ok(ok(&Shown::of(&old, None)))
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
    let algorithm = client.id_token_signed_response_alg;
    if issuer.algorithms.contains(&algorithm) {
        return Ok(());
    }
    let name = algorithm.as_str();
    Err(AdminError::invalid(format!(
        "`id_token_signed_response_alg` is `{name}`, but `keys.algorithms` lacks it"
    )))
}

fn uses_secret(metadata: &ClientMetadata) -> bool {
    matches!(
        metadata.token_endpoint_auth_method,
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost
    )
}

/// RFC 7396 §2; metadata is two levels deep, and the parser has bounded the depth.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(fields) = target else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            fields.remove(&name);
        } else {
            merge(fields.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// Lets secret scanners recognise a leaked secret.
const SECRET_PREFIX: &str = "airside_cs_";
