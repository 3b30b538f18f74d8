//! Another configuration for a running issuer.

use airside_jose::Algorithm;
use airside_oauth::profile::ResourceSigning;

use crate::{
    issuer::{Issuer, StartError, client::ClientChanges},
    settings::ReloadableSettings,
};

/// The changes of a configuration that was taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReloadReport {
    /// The clients.
    pub clients: ClientChanges,
}

/// The reason why a configuration is not taken over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// It needs a key that only a start makes; nothing has changed.
    #[error(
        "{what} is signed with {}, of which the running server keeps no keys: restart it",
        .algorithm.as_str()
    )]
    NoKeys {
        /// The kind of tokens that are signed.
        what: String,
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// The store failed, or other nodes change it all the time. Clients may have been changed already.
    #[error(transparent)]
    Store(#[from] StartError),
}

impl Issuer {
    /// Takes over the APIs, clients and sign-in limits of another configuration. Requests that are being
    /// answered end with what they began with; what was counted stays counted.
    ///
    /// A client that is missing in the configuration is disabled, and enabled when it comes back.
    ///
    /// # Errors
    ///
    /// - [`ReloadError::NoKeys`] before anything changes.
    /// - [`ReloadError::Store`] if the store fails. Another reload completes it.
    pub async fn reload(&self, settings: ReloadableSettings) -> Result<ReloadReport, ReloadError> {
        self.require_keys(&settings)?;
        let _reloading = self.reloading.lock().await;
        let clients = self.sync_clients_among_nodes(&settings.clients).await?;
        let configured = self
            .configure_apis(settings.resources, settings.scopes)
            .await;
        configured.map_err(StartError::from)?;
        self.warn_of_left_algorithms();
        self.sign_in_throttle.set_limits(settings.sign_in);
        Ok(ReloadReport { clients })
    }

    fn require_keys(&self, settings: &ReloadableSettings) -> Result<(), ReloadError> {
        let apis = settings.resources.iter().filter_map(|api| {
            let ResourceSigning::Asymmetric(algorithm) = api.signing else {
                return None;
            };
            Some((format!("the resource `{}`", api.identifier), algorithm))
        });
        let clients = settings.clients.iter().flat_map(|client| {
            let id = &client.client_id;
            let registered = client.signing_algorithms();
            registered.map(move |(member, alg)| (format!("`{member}` of the client `{id}`"), alg))
        });
        let missing = |(_, algorithm): &(String, Algorithm)| !self.algorithms.contains(algorithm);
        match apis.chain(clients).find(missing) {
            Some((what, algorithm)) => Err(ReloadError::NoKeys { what, algorithm }),
            None => Ok(()),
        }
    }
}
