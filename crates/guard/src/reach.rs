//! Who answers now: what a check says, and a start does not wait for.

use std::time::Duration;

use tokio::time::timeout;

use crate::Guard;

/// Says who does not answer within 3 seconds, in sentences.
pub async fn unreachable(guard: &Guard) -> Vec<String> {
    let (issuer, upstreams) = tokio::join!(issuer(guard), upstreams(guard));
    issuer.into_iter().chain(upstreams).collect()
}

async fn issuer(guard: &Guard) -> Option<String> {
    let has_keys = timeout(PATIENCE, guard.airside().has_keys()).await;
    let issuer = &guard.configuration().trust.issuer;
    if has_keys == Ok(true) {
        return None;
    }
    let why = guard.airside().key_state().problem;
    let why = why.map_or_else(String::new, |why| format!(": {why}"));
    Some(format!(
        "the keys of the issuer `{issuer}` could not be fetched{why}"
    ))
}

async fn upstreams(guard: &Guard) -> Vec<String> {
    let unreachable = guard.upstreams().unreachable().await;
    let said = unreachable
        .into_iter()
        .map(|(url, why)| format!("the upstream `{url}` does not answer now: {why}"));
    said.collect()
}

const PATIENCE: Duration = Duration::from_secs(3);
