//! Checks whether the issuer and the upstreams can be reached.

use std::{collections::BTreeSet, time::Duration};

use airside_config::nearest::nearest;
use airside_net::FetchPolicy;
use airside_resource::discover;
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::{guard::Guard, guard::scopes};

/// Returns a sentence for each party that does not answer within 3 seconds.
pub async fn unreachable(guard: &Guard) -> Vec<String> {
    let (issuer, upstreams) = tokio::join!(issuer(guard), upstreams(guard));
    issuer.into_iter().chain(upstreams).collect()
}

async fn issuer(guard: &Guard) -> Option<String> {
    let has_keys = timeout(PATIENCE, guard.resource_server().has_keys()).await;
    let issuer = &guard.configuration().trust.issuer;
    if has_keys == Ok(true) {
        return None;
    }
    let why = guard.resource_server().key_state().problem;
    let why = why.map_or_else(String::new, |why| format!(": {why}"));
    Some(format!(
        "the keys of the issuer `{issuer}` could not be fetched{why}"
    ))
}

async fn upstreams(guard: &Guard) -> Vec<String> {
    let unreachable = guard.upstreams().unreachable().await;
    let said = unreachable.into_iter().map(|one| {
        format!(
            "the upstream `{}` does not answer now: {}",
            one.url, one.error
        )
    });
    said.collect()
}

/// Returns a sentence for each scope of a rule that the issuer's metadata does not list, though it lists
/// others of the rules (RFC 8414 §2, `scopes_supported`): probably it is misspelt.
pub async fn unlisted_scopes(guard: &Guard) -> Vec<String> {
    let required = scopes(guard.configuration());
    let trust = &guard.configuration().trust;
    let Ok(fetcher) = trust.reach().fetcher(FetchPolicy::default()) else {
        return Vec::new();
    };
    let asked = timeout(PATIENCE, discover(&trust.issuer, &fetcher, listed_scopes)).await;
    let Ok(Ok(listed)) = asked else {
        return Vec::new();
    };
    if !required.iter().any(|scope| listed.contains(scope)) {
        return Vec::new();
    }
    let unlisted = required.iter().filter(|scope| !listed.contains(*scope));
    let said = unlisted.map(|scope| {
        let meant = nearest(scope, listed.iter().map(String::as_str));
        let meant = meant.map_or_else(String::new, |meant| format!(": the nearest is `{meant}`"));
        format!("the issuer's metadata does not list the scope `{scope}`{meant}")
    });
    said.collect()
}

/// Returns the scopes that an issuer's metadata lists.
fn listed_scopes(metadata: Map<String, Value>) -> Option<BTreeSet<String>> {
    let listed = metadata.get("scopes_supported")?.as_array()?.iter();
    let listed = listed.filter_map(Value::as_str).map(str::to_owned);
    Some(listed.collect())
}

const PATIENCE: Duration = Duration::from_secs(3);
