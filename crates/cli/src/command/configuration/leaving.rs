//! Which algorithms have left the configuration while there are keys of them.

use std::collections::BTreeSet;

use airside_jose::Algorithm;
use airside_oauth::key::{self, Purpose};
use airside_server::clock::{Clock, SystemClock};
use airside_store_sql::sqlite::Sqlite;
use serde_json::Value;

use crate::{
    config::{Config, StoreUrl},
    socket::Admin,
};

/// Says what happens at the next start to keys whose algorithm `keys.algorithms` lacks. Of a store that
/// cannot be read now nothing is said.
pub async fn remarks(config: &Config) -> Vec<String> {
    let signing = match &config.store {
        StoreUrl::Sqlite(path) if path.exists() => stored(path),
        StoreUrl::Sqlite(_) => BTreeSet::new(),
        StoreUrl::Postgres(_) => running(config).await,
    };
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

/// The algorithms that keys in a SQLite file sign with.
fn stored(path: &std::path::Path) -> BTreeSet<Algorithm> {
    let keys = Sqlite::peek_keys(path).unwrap_or_default();
    let now = SystemClock.now();
    let algorithms = keys.iter().filter_map(|key| match key.purpose {
        Purpose::Signing(algorithm) => Some(algorithm),
        _ => None,
    });
    algorithms
        .filter(|algorithm| key::active(Purpose::Signing(*algorithm), &keys, now).is_some())
        .collect()
}

/// The same of a server that runs.
async fn running(config: &Config) -> BTreeSet<Algorithm> {
    let keys = Admin::of(&config.data).get("/keys").await;
    let keys = keys.ok();
    let keys = keys.as_ref().and_then(Value::as_array);
    let signing = keys.into_iter().flatten().filter(|key| {
        let state = key.get("state").and_then(Value::as_str);
        state == Some("signing")
    });
    let names = signing.filter_map(|key| key.get("algorithm").and_then(Value::as_str));
    names.filter_map(|name| name.parse().ok()).collect()
}
