//! The APIs that tokens are issued for: those of the configuration, and those of the store.

use std::sync::Arc;

use airside_jose::Algorithm;
use airside_oauth::{
    client::{ClientOrigin, resource_metadata::StoredResource},
    identity_scope::IdentityScopes,
    metadata::Metadata,
    profile::{IssuerProfile, Resource},
};
use bytes::Bytes;

/// An API, and who owns its registration.
#[derive(Clone, Debug)]
pub struct Api {
    /// The API.
    pub resource: Resource,
    /// True if it is in the configuration or in the store.
    pub origin: ClientOrigin,
    /// Counts the changes of one in the store.
    pub epoch: u32,
}

/// Every API with the documents that name it, replaced whole.
pub(crate) struct ApiList {
    /// The issuer's profile with these APIs.
    pub(crate) profile: Arc<IssuerProfile>,
    /// The metadata document as it is served.
    pub(crate) metadata: Bytes,
    /// The APIs of the configuration.
    pub(crate) configured: Vec<Resource>,
    stored: Vec<StoredResource>,
}

/// The sources of APIs.
pub(crate) struct ApiSources {
    /// Those of the configuration.
    pub(crate) configured: Vec<Resource>,
    /// Those that were added to the running server.
    pub(crate) stored: Vec<StoredResource>,
}

impl ApiList {
    /// Returns the list of a configuration alone, without a metadata document yet.
    pub(crate) fn of(profile: IssuerProfile) -> Self {
        Self {
            configured: profile.resources.clone(),
            stored: Vec::new(),
            metadata: Bytes::new(),
            profile: Arc::new(profile),
        }
    }

    /// Returns the list of these APIs and identity scopes, for the same issuer with the same lifetimes.
    pub(crate) fn with(
        &self,
        sources: ApiSources,
        scopes: IdentityScopes,
        algorithms: &[Algorithm],
    ) -> Self {
        let ApiSources { configured, stored } = sources;
        let added = unshadowed(&configured, &stored).map(|stored| stored.resource.clone());
        let profile = IssuerProfile {
            issuer: self.profile.issuer.clone(),
            lifetimes: self.profile.lifetimes,
            resources: configured.iter().cloned().chain(added).collect(),
            scopes,
        };
        let document = Metadata::new(&profile, algorithms);
        Self {
            metadata: serde_json::to_vec(&document).unwrap_or_default().into(),
            profile: Arc::new(profile),
            configured,
            stored,
        }
    }

    /// Returns every API, those of the configuration first.
    pub(crate) fn apis(&self) -> Vec<Api> {
        let configured = self.configured.iter().map(|resource| Api {
            resource: resource.clone(),
            origin: ClientOrigin::Configuration,
            epoch: 0,
        });
        let stored = unshadowed(&self.configured, &self.stored).map(|stored| Api {
            resource: stored.resource.clone(),
            origin: ClientOrigin::Administration,
            epoch: stored.epoch,
        });
        configured.chain(stored).collect()
    }
}

/// Returns true if an API of the store is also in the configuration, which counts then.
pub(crate) fn is_shadowed(configured: &[Resource], stored: &StoredResource) -> bool {
    let identifier = &stored.resource.identifier;
    configured
        .iter()
        .any(|resource| resource.identifier == *identifier)
}

fn unshadowed<'a>(
    configured: &'a [Resource],
    stored: &'a [StoredResource],
) -> impl Iterator<Item = &'a StoredResource> {
    stored
        .iter()
        .filter(|stored| !is_shadowed(configured, stored))
}
