//! The keys that clients authenticate with: part of their metadata, or fetched from their `jwks_uri`.

use std::{collections::HashMap, fmt, sync::Arc};

use airside_jose::{JwkSet, JwkSetError, VerifyingKey};
use airside_net::{FetchError, Fetcher, chain};
use airside_oauth::{
    client::{Client, client_auth},
    id::ClientId,
};
use airside_refresh::{FetchResult, Freshness, RefreshError, RefreshPolicy, Refreshed};
use parking_lot::Mutex;
use url::Url;

use crate::clock::Clock;

/// The keys of clients, cached by client.
pub struct ClientKeys {
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
    fetched: Mutex<HashMap<ClientId, ClientJwks>>,
}

/// The keys at the `jwks_uri` of one client.
struct ClientJwks {
    uri: Url,
    keys: Refreshed<Keys>,
}

type Keys = Arc<Vec<VerifyingKey>>;

impl ClientKeys {
    /// Makes an empty cache that fetches with `fetcher`.
    pub fn new(fetcher: Fetcher, clock: Arc<dyn Clock>) -> Self {
        Self {
            fetcher,
            clock,
            fetched: Mutex::default(),
        }
    }

    /// Returns the keys of `client`; `kid` is the one that its assertion names. There are none if they
    /// could not be fetched.
    ///
    /// Unknown `kid`s cause one fetch in 30 seconds, so that no caller can drive traffic to the client's
    /// server.
    pub async fn of(&self, client: &Client, kid: Option<&str>) -> Arc<Vec<VerifyingKey>> {
        if let Some(jwks) = &client.jwks {
            return Arc::new(client_auth::keys(jwks));
        }
        let Some(uri) = &client.jwks_uri else {
            return Arc::default();
        };
        let keys = self.refreshed(&client.client_id, uri);
        let fetch = || self.download(&client.client_id, uri);
        let names = |keys: &Keys| kid.is_none_or(|kid| keys.iter().any(|it| it.kid() == Some(kid)));
        if !keys.cached().is_some_and(|cached| names(&cached.value)) {
            keys.fetch_newer(fetch).await;
        }
        keys.get(fetch).await.unwrap_or_default()
    }

    fn refreshed(&self, client_id: &ClientId, uri: &Url) -> Refreshed<Keys> {
        let mut fetched = self.fetched.lock();
        if let Some(known) = fetched.get(client_id).filter(|known| known.uri == *uri) {
            return known.keys.clone();
        }
        let clock = Arc::clone(&self.clock);
        let keys = Refreshed::new(POLICY, Arc::new(move || clock.now().as_seconds().as_i64()));
        let jwks = ClientJwks {
            uri: uri.clone(),
            keys: keys.clone(),
        };
        fetched.insert(client_id.clone(), jwks);
        keys
    }

    fn download(
        &self,
        client_id: &ClientId,
        uri: &Url,
    ) -> impl Future<Output = FetchResult<Keys>> + Send + use<> {
        let (client_id, uri) = (client_id.clone(), uri.clone());
        let (fetcher, clock) = (self.fetcher.clone(), Arc::clone(&self.clock));
        async move {
            let keys = fetch(&fetcher, &uri).await.map_err(|error| {
                let (client_id, cause) = (client_id.as_str(), chain(&error));
                tracing::warn!(
                    client_id,
                    error = cause,
                    "a client's keys could not be fetched"
                );
                RefreshError::new(error)
            })?;
            let freshness = Freshness::new(clock.now().as_seconds().as_i64(), FRESH_SECONDS);
            Ok((keys, freshness.stale_for(STALE_SECONDS)))
        }
    }
}

async fn fetch(fetcher: &Fetcher, uri: &Url) -> Result<Keys, ClientKeysError> {
    let fetched = fetcher.get(uri).await?;
    if fetched.status != 200 {
        return Err(ClientKeysError::Status(fetched.status.as_u16()));
    }
    let jwks = JwkSet::parse(&fetched.body)?;
    Ok(Arc::new(client_auth::keys(&jwks)))
}

/// The causes for which a client's keys could not be fetched.
#[derive(Debug, thiserror::Error)]
enum ClientKeysError {
    #[error("no answer")]
    Fetch(#[from] FetchError),
    #[error("the client's server answered {0}")]
    Status(u16),
    #[error("the JWKS cannot be used")]
    Jwks(#[from] JwkSetError),
}

impl fmt::Debug for ClientKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClientKeys").finish_non_exhaustive()
    }
}

const FRESH_SECONDS: i64 = 300;
/// Keys outlive their freshness by so much while the client's server is down.
const STALE_SECONDS: i64 = 24 * 60 * 60;
const POLICY: RefreshPolicy = RefreshPolicy {
    first_retry_seconds: 30,
    max_retry_seconds_without_value: 30,
    ..RefreshPolicy::DEFAULT
};
