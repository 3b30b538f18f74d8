//! Warns about scopes that APIs of the store share with others.

use airside_oauth::profile::Resource;

use crate::{
    config::{Config, shared_scopes, with_stored},
    preflight::{self, Network},
};

/// Returns a warning for each scope that several APIs have, if one of these is in the store: reading the
/// file warns of the others. Of a store that cannot be read now nothing is said.
pub async fn remarks(config: &Config) -> Vec<String> {
    let found = preflight::inspect(&config.store, Network::Online).await;
    let Ok(Some(found)) = found else {
        return Vec::new();
    };
    let stored = found.resources.into_iter().map(|stored| stored.resource);
    let stored: Vec<Resource> = stored.collect();
    let all = with_stored(&config.settings.profile, &stored);
    let mut shared = shared_scopes(&all.resources);
    shared.retain(|sentence| !config.warnings.contains(sentence));
    let warnings = shared.iter().map(|sentence| format!("warning: {sentence}"));
    warnings.collect()
}
