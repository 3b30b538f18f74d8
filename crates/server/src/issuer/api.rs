//! Reads the APIs of the store and of the configuration, and puts them into use.

use std::sync::Arc;

use airside_oauth::{identity_scope::IdentityScopes, profile::Resource};
use airside_store::Unavailable;
use bytes::Bytes;

use crate::{
    api_list::{Api, ApiSources, is_shadowed},
    issuer::Issuer,
};

impl Issuer {
    /// Returns every API, those of the configuration first.
    pub fn apis(&self) -> Vec<Api> {
        self.apis.load().apis()
    }

    /// Returns the metadata document as it is served.
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
        self.use_apis(ApiSources { configured, stored }, scopes);
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
        for shadowed in stored
            .iter()
            .filter(|stored| is_shadowed(&configured, stored))
        {
            tracing::warn!(
                resource = shadowed.resource.identifier,
                "an API of the store is also in the configuration: that of the configuration counts"
            );
        }
        self.use_apis(ApiSources { configured, stored }, scopes);
        Ok(())
    }

    fn use_apis(&self, sources: ApiSources, scopes: IdentityScopes) {
        let apis = (self.apis.load()).with(sources, scopes, &self.algorithms);
        self.apis.store(Arc::new(apis));
    }
}
