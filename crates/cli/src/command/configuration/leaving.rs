//! Warns about algorithms that were removed from the configuration while there are keys of them, or
//! clients and APIs that are registered for them.

use std::collections::BTreeSet;

use airside_jose::Algorithm;
use airside_oauth::{
    client::{Client, ClientOrigin, resource_metadata::StoredResource},
    key::{self, Purpose, StoredKey},
};
use airside_server::{
    clock::{Clock, SystemClock},
    issuer::{LeftAlgorithm, left_algorithms},
};

use crate::{
    config::Config,
    preflight::{self, Network},
};

/// Says what happens at the next start to keys, clients and APIs whose algorithm `keys.algorithms` lacks.
/// Of a store that cannot be read now nothing is said.
pub async fn remarks(config: &Config) -> Vec<String> {
    let found = preflight::inspect(&config.store, Network::Online).await;
    let Ok(Some(found)) = found else {
        return Vec::new();
    };
    let mut remarks = left_keys(config, &found.keys);
    let clients = preflight::clients(&config.store).await.unwrap_or_default();
    let stored = registrations(config, &clients, &found.resources);
    remarks.extend(stored.iter().map(|left| format!("warning: {left}")));
    remarks
}

/// The clients and APIs of the store that get no tokens after the next start. Those that the
/// configuration owns are checked when it is read.
fn registrations(
    config: &Config,
    clients: &[Client],
    resources: &[StoredResource],
) -> Vec<LeftAlgorithm> {
    let settings = &config.settings;
    let own = |client: &&Client| client.origin == ClientOrigin::Administration;
    let clients = clients.iter().filter(own);
    let resources = resources.iter().map(|stored| &stored.resource);
    let resources =
        resources.filter(|resource| settings.profile.resource(&resource.identifier).is_none());
    left_algorithms(&settings.algorithms, clients, resources)
}

fn left_keys(config: &Config, keys: &[StoredKey]) -> Vec<String> {
    let signing = signing(keys);
    let configured = &config.settings.algorithms;
    let left = signing.iter().filter(|alg| !configured.contains(alg));
    let remark = |algorithm: &Algorithm| {
        let name = algorithm.as_str();
        format!(
            "`keys.algorithms` lacks {name}, of which there is a key: from the next start on it signs nothing, and it is published until its last token has expired"
        )
    };
    left.map(remark).collect()
}

/// The algorithms that keys sign with now.
fn signing(keys: &[StoredKey]) -> BTreeSet<Algorithm> {
    let now = SystemClock.now();
    let algorithms = keys.iter().filter_map(|key| match key.purpose {
        Purpose::Signing(algorithm) => Some(algorithm),
        _ => None,
    });
    algorithms
        .filter(|algorithm| key::active(Purpose::Signing(*algorithm), keys, now).is_some())
        .collect()
}
