//! The APIs that tokens are issued for: those of the configuration, and those of the store.

use std::sync::Arc;

use airside_oauth::{
    client::{ClientOrigin, resource_metadata::StoredResource},
    identity_scope::IdentityScopes,
    metadata::Metadata,
    profile::{IssuerProfile, Resource},
};
use airside_store::Unavailable;
use bytes::Bytes;

use crate::issuer::Issuer;

/// An API, and who owns what is said of it.
#[derive(Clone, Debug)]
pub struct Api {
    /// The API.
    pub resource: Resource,
    /// Whether it is in the configuration or in the store.
    pub origin: ClientOrigin,
    /// Counts the changes of one in the store.
    pub epoch: u32,
}

/// Every API, replaced whole.
pub(super) struct Apis {
    /// What the issuer is with them.
    pub(super) profile: Arc<IssuerProfile>,
    configured: Vec<Resource>,
    stored: Vec<StoredResource>,
    metadata: Bytes,
}

impl Apis {
    /// Those of a configuration alone.
    pub(super) fn of(profile: IssuerProfile) -> Self {
        Self {
            configured: profile.resources.clone(),
            stored: Vec::new(),
            metadata: Bytes::new(),
            profile: Arc::new(profile),
        }
    }
}

impl Issuer {
    /// Every API, those of the configuration first.
    pub fn apis(&self) -> Vec<Api> {
        let apis = self.apis.load();
        let configured = apis.configured.iter().map(|resource| Api {
            resource: resource.clone(),
            origin: ClientOrigin::Configuration,
            epoch: 0,
        });
        let stored = unshadowed(&apis.configured, &apis.stored).map(|stored| Api {
            resource: stored.resource.clone(),
            origin: ClientOrigin::Administration,
            epoch: stored.epoch,
        });
        configured.chain(stored).collect()
    }

    /// The metadata document as it is served.
    pub fn metadata(&self) -> Bytes {
        self.apis.load().metadata.clone()
    }

    /// Reads the APIs of the store; after every change of one.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed; the APIs stay as they were.
    pub async fn reload_apis(&self) -> Result<(), Unavailable> {
        let _reading = self.reading.lock().await;
        let stored = self.store.resources().await?;
        let configured = self.apis.load().configured.clone();
        let scopes = self.profile().scopes.clone();
        self.use_apis(configured, stored, scopes);
        Ok(())
    }

    /// Reads the APIs of the store, and puts them beside the APIs and the identity scopes of another
    /// configuration.
    pub(super) async fn configure_apis(
        &self,
        configured: Vec<Resource>,
        scopes: IdentityScopes,
    ) -> Result<(), Unavailable> {
        let _reading = self.reading.lock().await;
        let stored = self.store.resources().await?;
        for shadowed in &stored {
            if is_among(&configured, shadowed) {
                tracing::warn!(
                    resource = shadowed.resource.identifier,
                    "an API of the store is also in the configuration: that of the configuration counts"
                );
            }
        }
        self.use_apis(configured, stored, scopes);
        Ok(())
    }

    fn use_apis(
        &self,
        configured: Vec<Resource>,
        stored: Vec<StoredResource>,
        scopes: IdentityScopes,
    ) {
        let added = unshadowed(&configured, &stored).map(|stored| stored.resource.clone());
        let resources = configured.iter().cloned().chain(added).collect();
        let before = self.profile();
        let profile = IssuerProfile {
            issuer: before.issuer.clone(),
            lifetimes: before.lifetimes,
            resources,
            scopes,
        };
        let document = Metadata::new(&profile, &self.algorithms);
        let metadata = serde_json::to_vec(&document).unwrap_or_default().into();
        self.apis.store(Arc::new(Apis {
            profile: Arc::new(profile),
            configured,
            stored,
            metadata,
        }));
    }
}

fn unshadowed<'a>(
    configured: &'a [Resource],
    stored: &'a [StoredResource],
) -> impl Iterator<Item = &'a StoredResource> {
    stored.iter().filter(|stored| !is_among(configured, stored))
}

fn is_among(configured: &[Resource], stored: &StoredResource) -> bool {
    let identifier = &stored.resource.identifier;
    configured
        .iter()
        .any(|resource| resource.identifier == *identifier)
}
