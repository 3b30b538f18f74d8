//! Work that no request waits for: keys on schedule, events to the store, old rows away.

use std::{sync::Arc, time::Duration};

use airside_net::Drain;
use airside_store::{Unavailable, Versions};
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    issuer::{Issuer, StartError},
    respond::chain,
    turn::Class,
};

/// Runs the jobs of one issuer until `drain` starts; then writes what is still waiting.
pub async fn run(issuer: Arc<Issuer>, drain: Drain) {
    // not behind a store that hangs
    tokio::join!(
        tell_of_overload(&issuer, &drain),
        keep_house(&issuer, &drain)
    );
}

async fn keep_house(issuer: &Issuer, drain: &Drain) {
    let mut events = every(EVENTS);
    let mut keys = every(KEYS);
    let mut sweep = every(SWEEP);
    let mut nodes = every(NODES);
    let mut feed = every(FEED);
    let mut places = every(PLACES);
    let mut followers = every(FOLLOWERS);
    let mut names = every(NAMES);
    let mut known = None;
    loop {
        tokio::select! {
            () = drain.started() => break,
            _ = nodes.tick() => follow(issuer, &mut known).await,
            () = issuer.store.changed() => follow(issuer, &mut known).await,
            _ = feed.tick() => {
                if let Err(cause) = issuer.feed.look(issuer.store.as_ref()).await {
                    tracing::warn!(error = chain(&cause), "revocations could not be read");
                }
            }
            _ = places.tick() => {
                if let Err(cause) = issuer.places.refill(issuer.store.as_ref()).await {
                    tracing::warn!(error = chain(&cause), "places in the status lists run out");
                }
            }
            _ = followers.tick() => {
                if let Err(cause) = issuer.followers.tell(issuer.store.as_ref(), issuer.now()).await {
                    tracing::warn!(error = chain(&cause), "other nodes were not told who follows");
                }
            }
            _ = names.tick() => {
                if let Err(cause) = issuer.note_precis_names().await {
                    tracing::warn!(error = chain(&cause), "usernames of other nodes could not be read");
                }
            }
            _ = events.tick() => flush(issuer).await,
            _ = keys.tick() => {
                if let Err(cause) = issuer.refresh_keys().await {
                    tracing::error!(error = chain(&cause), "keys could not be brought up to date");
                }
            }
            _ = sweep.tick() => {
                match sweep_rows(issuer).await {
                    Ok(rows) => {
                        tracing::debug!(rows, "old rows deleted");
                        if rows >= u64::from(SWEEP_BUDGET) {
                            sweep.reset_after(SWEEP_AGAIN);
                        }
                    }
                    Err(cause) => {
                        tracing::warn!(error = chain(&cause), "old rows could not be deleted");
                    }
                }
            }
        }
    }
    flush(issuer).await;
}

/// Deletes what nothing needs any more; before that, the lifetimes that say so are on record.
async fn sweep_rows(issuer: &Issuer) -> Result<u64, Unavailable> {
    let profile = issuer.profile();
    let (store, lifetimes) = (issuer.store.as_ref(), &profile.lifetimes);
    issuer
        .lifetimes
        .renew(store, lifetimes, issuer.now())
        .await?;
    store.sweep(issuer.longest().await?, SWEEP_BUDGET).await
}

/// Takes over what other nodes changed.
async fn follow(issuer: &Issuer, known: &mut Option<Versions>) {
    let followed = async {
        let now = issuer.store.versions().await?;
        let before = known.unwrap_or_default();
        if known.is_none() || before.clients != now.clients {
            issuer.reload_clients().await?;
        }
        if known.is_none() || before.resources != now.resources {
            issuer.reload_apis().await?;
        }
        if known.is_none() || before.keys != now.keys {
            issuer.refresh_keys().await?;
        }
        *known = Some(now);
        Ok::<_, StartError>(())
    };
    if let Err(cause) = followed.await {
        tracing::warn!(
            error = chain(&cause),
            "changes of other nodes could not be read"
        );
    }
}

/// One line for all that was refused since the last one.
async fn tell_of_overload(issuer: &Issuer, drain: &Drain) {
    let mut turns = every(TURNS);
    let mut told = 0;
    loop {
        tokio::select! {
            () = drain.started() => break,
            _ = turns.tick() => {}
        }
        let count = |class| issuer.turns.refused(class);
        let total: u64 = Class::ALL.into_iter().map(count).sum();
        if total > told {
            tracing::warn!(
                requests = total - told,
                "more is asked than can be done: requests were told to come back later"
            );
        }
        told = total;
    }
}

async fn flush(issuer: &Issuer) {
    if let Err(cause) = issuer.trail.flush(issuer.store.as_ref()).await {
        tracing::warn!(error = chain(&cause), "audit events wait for the store");
    }
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// An event is lost in a crash for at most this long, and only those of requests that commit nothing.
const EVENTS: Duration = Duration::from_secs(1);

/// The JWK Set changes with the clock; this is how late it may be.
const KEYS: Duration = Duration::from_secs(10);

/// How late a change by another node may be in force when its hint was lost.
const NODES: Duration = Duration::from_millis(500);

/// How late those who follow revocations hear of one.
const FEED: Duration = Duration::from_millis(250);

/// Half a block of places lasts longer: a thousand grants a second.
const PLACES: Duration = Duration::from_millis(500);

/// How late other nodes hear that a follower has another key.
const FOLLOWERS: Duration = Duration::from_secs(5);

/// How late a name that a node of an earlier version stored is found in the form of RFC 8265.
const NAMES: Duration = Duration::from_secs(30);

/// How often the log says that requests are refused.
const TURNS: Duration = Duration::from_secs(10);

const SWEEP: Duration = Duration::from_secs(30);

/// When more is left: a pause, so that commits come between.
const SWEEP_AGAIN: Duration = Duration::from_millis(250);

/// Rows a time: a few milliseconds of the writer.
const SWEEP_BUDGET: u32 = 2_000;
