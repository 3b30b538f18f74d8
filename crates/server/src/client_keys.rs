//! The keys that a client proves itself with: given by value, or fetched and cached.

use std::{collections::HashMap, sync::Arc, time::Duration};

use airside_jose::{JwkSet, VerifyingKey};
use airside_net::Fetcher;
use airside_oauth::{
    client::{Client, client_auth},
    id::ClientId,
    time::Time,
};
use parking_lot::Mutex;
use url::Url;

/// Fetched keys by client, with the time of the last attempt.
#[derive(Debug)]
pub struct ClientKeys {
    fetcher: Fetcher,
    fetched: Mutex<HashMap<ClientId, Entry>>,
}

#[derive(Clone, Debug)]
struct Entry {
    from: Url,
    at: Time,
    keys: Arc<Vec<VerifyingKey>>,
}

impl ClientKeys {
    /// A cache that fetches with `fetcher`.
    pub fn new(fetcher: Fetcher) -> Self {
        Self {
            fetcher,
            fetched: Mutex::default(),
        }
    }

    /// The keys of `client`; `kid` is the one its assertion names.
    ///
    /// An unknown `kid` causes a fetch at most every 30 seconds, so that an attacker cannot drive traffic
    /// to the client's server through us.
    pub async fn of(
        &self,
        client: &Client,
        kid: Option<&str>,
        now: Time,
    ) -> Arc<Vec<VerifyingKey>> {
        if let Some(jwks) = &client.jwks {
            return Arc::new(client_auth::keys(jwks));
        }
        let Some(uri) = &client.jwks_uri else {
            return Arc::default();
        };
        let known = self.known(&client.client_id, uri);
        if let Some(entry) = &known {
            let named = kid.is_none_or(|kid| entry.keys.iter().any(|key| key.kid() == Some(kid)));
            let age = if named { FRESH } else { COOLDOWN };
            if now.within(age, entry.at) {
                return Arc::clone(&entry.keys);
            }
        }
        self.fetch(&client.client_id, uri, known, now).await
    }

    fn known(&self, id: &ClientId, uri: &Url) -> Option<Entry> {
        let fetched = self.fetched.lock();
        fetched.get(id).filter(|entry| entry.from == *uri).cloned()
    }

    /// Fetches; keeps the last good keys when that fails.
    async fn fetch(
        &self,
        id: &ClientId,
        uri: &Url,
        known: Option<Entry>,
        now: Time,
    ) -> Arc<Vec<VerifyingKey>> {
        let last_good = known.map(|entry| entry.keys).unwrap_or_default();
        let keep = |keys: &Arc<Vec<VerifyingKey>>| {
            let entry = Entry {
                from: uri.clone(),
                at: now,
                keys: Arc::clone(keys),
            };
            self.fetched.lock().insert(id.clone(), entry);
        };
        // before the fetch: requests that come meanwhile do not fetch too
        keep(&last_good);
        let body = self
            .fetcher
            .get(uri)
            .await
            .ok()
            .filter(|fetched| fetched.status == 200);
        let jwks = body.and_then(|fetched| JwkSet::parse(&fetched.body).ok());
        let keys = jwks.map_or(last_good, |jwks| Arc::new(client_auth::keys(&jwks)));
        keep(&keys);
        keys
    }
}

/// The time for which fetched keys are used without asking again.
const FRESH: Duration = Duration::from_secs(300);

/// The time for which an unknown key is answered from the cache.
const COOLDOWN: Duration = Duration::from_secs(30);
