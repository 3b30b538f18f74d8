//! Who answers now: what a check says, and a start does not wait for.

use std::time::Duration;

use tokio::{net::TcpStream, time::timeout};
use url::Url;

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
        "the issuer `{issuer}` does not give its keys now{why}"
    ))
}

async fn upstreams(guard: &Guard) -> Vec<String> {
    let mut tasks = tokio::task::JoinSet::new();
    for url in &guard.configuration().upstreams {
        let url = url.clone();
        tasks.spawn(async move {
            let is_there = timeout(PATIENCE, connects(&url)).await;
            (is_there != Ok(true)).then(|| format!("the upstream `{url}` does not answer now"))
        });
    }
    let mut said: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    said.sort();
    said
}

async fn connects(url: &Url) -> bool {
    let Some(port) = url.port_or_known_default() else {
        return false;
    };
    // the brackets of an IPv6 address belong to the URL
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    TcpStream::connect((host, port)).await.is_ok()
}

const PATIENCE: Duration = Duration::from_secs(3);
