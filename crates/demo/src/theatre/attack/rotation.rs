//! A new signing key while requests come in.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use airside_client::{Pool, Request};
use anyhow::Result;
use serde_json::Value;
use tokio::task::JoinSet;

use super::{
    actor::{Actor, Who},
    stopwatch,
};
use crate::{app::Tokens, token::Decoded, wire::WireServer::Guarded};

/// Sends requests from several apps, and rotates the key in the middle.
pub async fn play(actor: &mut Actor<'_>) -> Result<()> {
    let before = actor.tokens(Who::Alice).await?;
    let read = stopwatch::own_account(actor, &before);
    let failures = Arc::new(AtomicUsize::new(0));
    let mut apps = JoinSet::new();
    for _ in 0..APPS {
        apps.spawn(load(read.clone(), Arc::clone(&failures)));
    }
    let rotated = actor.company.world.rotate_key().await?;
    let after = actor.tokens(Who::Alice).await?;
    let what = "A token of the new key, at once";
    let new = stopwatch::own_account(actor, &after);
    actor.legal(Guarded, what, &new).await?;
    apps.spawn(load(new, Arc::clone(&failures)));
    while apps.join_next().await.is_some() {}
    actor
        .legal(Guarded, "A token of the old key, still", &read)
        .await?;
    let failures = failures.load(Ordering::Relaxed);
    let total = (APPS + 1) * REQUESTS;
    actor.outcome.number = Some((format!("{failures} of {total}"), "requests failed"));
    actor.fact("Key before", kid(&before)?);
    actor.fact("Key after", kid(&after)?);
    anyhow::ensure!(kid(&after)? == rotated, "the new key does not sign");
    anyhow::ensure!(failures == 0, "{failures} of {total} requests failed");
    Ok(())
}

async fn load(request: Request, failures: Arc<AtomicUsize>) {
    let pool = Pool::new();
    for _ in 0..REQUESTS {
        let answer = pool.send(&request).await;
        if !answer.is_ok_and(|answer| answer.status.is_success()) {
            failures.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn kid(tokens: &Tokens) -> Result<String> {
    let token = Decoded::read(&tokens.access)?;
    let kid = token.header.get("kid").and_then(Value::as_str);
    Ok(kid.unwrap_or_default().to_owned())
}

/// Apps that send at the same time.
const APPS: usize = 4;
/// Requests of each app: with the one that begins after the rotation, 1,000.
const REQUESTS: usize = 200;
