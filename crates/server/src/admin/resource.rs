//! The APIs that tokens are issued for.

mod stranded;

use airside_oauth::{
    client::{
        ClientOrigin,
        resource_metadata::{ResourceMetadata, StoredResource},
    },
    profile::{Resource, ResourceSigning},
    state::{
        decide::{Commit, Effect, Pivot},
        event::EventKind,
    },
};
use airside_resource::Function;
use airside_store::CommitError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::stranded::strand_nobody;
use super::{
    AdminError,
    action::{ReadResources, WriteResources},
    answer::{Created, Listing, Reply},
    call::Call,
    input::{Nothing, Page},
};
use crate::{api_list::Api, issuer::Issuer, request_context::RequestContext};

/// The API.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ResourcePath {
    /// The API's identifier.
    identifier: String,
}

/// An API.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Resource")]
pub(super) struct ShownResource {
    #[serde(flatten)]
    metadata: ResourceMetadata,
    /// The owner.
    origin: ClientOrigin,
}

impl ShownResource {
    fn of(resource: &Resource, origin: ClientOrigin) -> Self {
        Self {
            metadata: ResourceMetadata::from(resource),
            origin,
        }
    }

    /// The place in the list: those of the configuration first, by identifier.
    fn position(&self) -> String {
        let rank = match self.origin {
            ClientOrigin::Configuration => 0,
            ClientOrigin::Administration => 1,
        };
        format!("{rank} {}", self.metadata.identifier)
    }

    fn stored(resource: &Resource) -> Self {
        Self::of(resource, ClientOrigin::Administration)
    }
}

/// The changes of an API; absent members stay.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "ResourceChange")]
pub(super) struct Edit {
    /// The scopes that belong to it from now on.
    scopes: Option<Vec<String>>,
    /// The algorithm that signs its access tokens from now on.
    signing_alg: Option<String>,
    /// The claims of an account in its access tokens from now on.
    claims: Option<Vec<String>>,
}

impl Edit {
    /// Returns the metadata of `old` after the change.
    fn applied_to(&self, old: &Resource, identifier: String) -> ResourceMetadata {
        let before = ResourceMetadata::from(old);
        ResourceMetadata {
            identifier,
            scopes: self.scopes.clone().unwrap_or(before.scopes),
            signing_alg: self.signing_alg.clone().unwrap_or(before.signing_alg),
            claims: self.claims.clone().unwrap_or(before.claims),
        }
    }
}

pub(super) async fn list(
    _: Function<ReadResources>,
    call: Call<Nothing, Page>,
) -> Result<Listing<ShownResource>, AdminError> {
    let page = &call.query;
    let after: Option<String> = call.after(page)?;
    let apis = call.context.issuer.apis();
    let mut shown: Vec<_> = apis
        .iter()
        .map(|api| ShownResource::of(&api.resource, api.origin))
        .collect();
    // a page may end with an API that is gone by now
    shown.retain(|api| after.as_ref().is_none_or(|after| api.position() > *after));
    shown.sort_by_cached_key(ShownResource::position);
    Ok(call.listing(page.limit(), shown, ShownResource::position))
}

pub(super) async fn show(
    _: Function<ReadResources>,
    call: Call<ResourcePath>,
) -> Result<Reply<ShownResource>, AdminError> {
    let api = find(&call.context.issuer, &call.path.identifier)?;
    Ok(Reply(ShownResource::of(&api.resource, api.origin)))
}

pub(super) async fn create(
    _: Function<WriteResources>,
    call: Call<Nothing, Nothing, ResourceMetadata>,
) -> Result<Created<ShownResource>, AdminError> {
    let context = &call.context;
    let issuer = &context.issuer;
    let resource = call.body.clone().validate(&issuer.profile().issuer)?;
    require_key(issuer, &resource)?;
    let taken =
        || AdminError::conflict(format!("there is an API `{}` already", resource.identifier));
    if issuer.profile().resource(&resource.identifier).is_some() {
        return Err(taken());
    }
    let pivot = Pivot::InsertResource(stored(&resource, issuer.first_epoch()));
    match commit(context, pivot, EventKind::ResourceCreated, &resource).await {
        Err(CommitError::Conflict) => return Err(taken()),
        result => result?,
    }
    issuer.reload_apis().await?;
    let shown = ShownResource::stored(&resource);
    Ok(call.address.created(&resource.identifier, shown))
}

pub(super) async fn edit(
    _: Function<WriteResources>,
    call: Call<ResourcePath, Nothing, Edit>,
) -> Result<Reply<ShownResource>, AdminError> {
    let (context, edit) = (&call.context, &call.body);
    let issuer = &context.issuer;
    let identifier = call.path.identifier.clone();
    let old = changeable(issuer, &identifier).await?;
    let metadata = edit.applied_to(&old.resource, identifier);
    let resource = metadata.validate(&issuer.profile().issuer)?;
    require_key(issuer, &resource)?;
    strand_nobody(issuer, &old.resource, Some(&resource)).await?;
    let pivot = Pivot::UpdateResource {
        resource: stored(&resource, old.epoch.saturating_add(1)),
        expected: old.epoch,
    };
    commit(context, pivot, EventKind::ResourceChanged, &resource).await?;
    issuer.reload_apis().await?;
    Ok(Reply(ShownResource::stored(&resource)))
}

pub(super) async fn delete(
    _: Function<WriteResources>,
    call: Call<ResourcePath>,
) -> Result<Reply<ShownResource>, AdminError> {
    let context = &call.context;
    let issuer = &context.issuer;
    let identifier = call.path.identifier.clone();
    let old = changeable(issuer, &identifier).await?.resource;
    strand_nobody(issuer, &old, None).await?;
    let pivot = Pivot::DeleteResource(identifier);
    commit(context, pivot, EventKind::ResourceDeleted, &old).await?;
    issuer.reload_apis().await?;
    Ok(Reply(ShownResource::stored(&old)))
}

fn stored(resource: &Resource, epoch: u32) -> Box<StoredResource> {
    Box::new(StoredResource {
        resource: resource.clone(),
        epoch,
    })
}

async fn commit(
    context: &RequestContext,
    pivot: Pivot,
    kind: EventKind,
    resource: &Resource,
) -> Result<(), CommitError> {
    let mut event = context.event(kind);
    event.detail.clone_from(&resource.identifier);
    let commit = Commit::new(pivot).and(Effect::Event(event));
    context.issuer.store.commit(commit).await
}

fn find(issuer: &Issuer, identifier: &str) -> Result<Api, AdminError> {
    let mut apis = issuer.apis().into_iter();
    let api = apis.find(|api| api.resource.identifier == identifier);
    api.ok_or_else(|| AdminError::not_found(format!("there is no API `{identifier}`")))
}

/// Reads the APIs first: another node may have changed this one a moment ago.
async fn changeable(issuer: &Issuer, identifier: &str) -> Result<Api, AdminError> {
    issuer.reload_apis().await?;
    let api = find(issuer, identifier)?;
    if api.origin == ClientOrigin::Configuration {
        return Err(AdminError::conflict(format!(
            "the API `{identifier}` is owned by the configuration file: change it there, and send SIGHUP to the server"
        )));
    }
    Ok(api)
}

/// Without a key, an API would be there and never get a token.
fn require_key(issuer: &Issuer, resource: &Resource) -> Result<(), AdminError> {
    match resource.signing {
        ResourceSigning::Asymmetric(algorithm) if !issuer.algorithms.contains(&algorithm) => {
            let name = algorithm.as_str();
            Err(AdminError::invalid(format!(
                "`signing_alg` is `{name}`, but `keys.algorithms` lacks it"
            )))
        }
        _ => Ok(()),
    }
}
