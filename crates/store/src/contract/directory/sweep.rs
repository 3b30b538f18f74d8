//! Housekeeping.

use std::time::Duration;

use airside_oauth::{
    key::{Purpose, StoredKey},
    profile::Lifetimes,
    state::{
        decide::{Commit, Effect, Pivot},
        feed::FeedSubject,
        grant::RevokeReason,
    },
    time::{LEEWAY, Time},
};

use super::find;
use crate::{
    EventQuery,
    contract::{
        Home,
        fixture::{
            START, World, at, bound, event, grant, key, once, redeem, revocation, revoke, spa,
            usual,
        },
    },
};

/// By the time in their ids.
pub async fn events_are_swept_after_their_lifetime(home: &dyn Home) {
    let world = World::new(home).await;
    let events = vec![event(1), event(2)];
    world.store.append_events(events).await.unwrap();
    let lifetime = Lifetimes::default().event;
    let all = EventQuery {
        limit: 10,
        ..EventQuery::default()
    };
    sweep(&world, event(1).at.plus(lifetime), 100).await;
    assert_eq!(find(&world, all.clone()).await, [event(2), event(1)]);
    sweep(&world, event(2).at.plus(lifetime), 100).await;
    assert_eq!(find(&world, all).await, [event(2)]);
}

/// Digests, revocations, grants and the sessions under them; never more rows than asked.
pub async fn what_has_expired_is_swept_within_the_budget(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    world.accept(once(1)).await;
    world.accept(once(2)).await;
    world
        .follow(3, Effect::Feed(revocation(FeedSubject::Client(spa()))))
        .await;

    assert_eq!(sweep(&world, days(60), 2).await, 2);
    let mut rows = 2;
    for _ in 0..10 {
        rows += sweep(&world, days(60), 100).await;
    }

    // three digests, a revocation, a grant and its session
    assert_eq!(rows, 6);
    assert_eq!(world.grant(&grant).await, None);
    assert!(
        world
            .store
            .sessions(world.alice.id, None, 100)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(world.feed(FeedSubject::Client(spa())).await.is_empty());
    world.accept(once(1)).await;
}

/// Another node, whose clock is behind, takes an assertion until then.
pub async fn a_used_digest_is_kept_for_the_leeway_of_clocks(home: &dyn Home) {
    let world = World::new(home).await;
    world.accept(once(1)).await;
    let last = at(60).plus(LEEWAY);
    assert_eq!(sweep(&world, last, 100).await, 0);
    world.conflict(once(1)).await;
    let later = last.plus(Duration::from_millis(1));
    assert_eq!(sweep(&world, later, 100).await, 1);
    world.accept(once(1)).await;
}

/// A digest until its time; a grant while its code, refresh tokens or access tokens can live; a
/// session while a grant rests on it.
pub async fn what_may_be_needed_is_never_swept(home: &dyn Home) {
    let (world, alive) = World::with_grant(home).await;
    let revoked = grant(&world.session, 2);
    world.accept(redeem(&revoked, bound())).await;
    world.accept(revoke(&revoked, RevokeReason::Revoked)).await;
    world.accept(once(1)).await;
    // and as much longer as any verifier takes it
    let access = Lifetimes::default().access_token + LEEWAY;

    assert_eq!(sweep(&world, at(60), 100).await, 0);
    world.conflict(once(1)).await;
    assert_eq!(
        sweep(&world, at(1).plus(access), 100).await,
        1,
        "the digest alone"
    );
    assert!(world.grant(&revoked).await.is_some());
    // the code of a revoked grant must be dead too, before a replay may find nothing: also if codes
    // live for longer from the next start on
    assert_eq!(sweep(&world, at(600).plus(access), 100).await, 0);
    assert_eq!(
        sweep(&world, at(601).plus(access), 100).await,
        1,
        "the revoked grant"
    );
    assert!(world.grant(&revoked).await.is_none());
    assert_eq!(sweep(&world, days(30), 100).await, 0);
    assert!(world.grant(&alive).await.is_some());
    assert!(
        !world
            .store
            .sessions(world.alice.id, None, 100)
            .await
            .unwrap()
            .is_empty()
    );
}

/// A superseded key outlives the refresh tokens and ID tokens it protects; the newest always stays.
pub async fn keys_are_swept_when_nothing_they_protect_can_live(home: &dyn Home) {
    let world = World::new(home).await;
    let superseding = StoredKey {
        active_from: days(30),
        ..key(Purpose::RefreshToken, 2)
    };
    for key in [
        key(Purpose::RefreshToken, 1),
        superseding,
        key(Purpose::Cursor, 1),
    ] {
        world
            .accept(Commit::new(Pivot::InsertKey(Box::new(key))))
            .await;
    }
    let dropped = Pivot::DropKey {
        kid: "cursor-1".to_owned(),
        at: START,
    };
    world.accept(Commit::new(dropped)).await;
    sweep(&world, days(60), 100).await;
    assert_eq!(world.store.keys().await.unwrap().len(), 3);
    sweep(&world, days(61), 100).await;
    let left: Vec<String> = world
        .store
        .keys()
        .await
        .unwrap()
        .into_iter()
        .map(|key| key.kid)
        .collect();
    assert_eq!(left, ["cursor-1", "refresh_token-2"]);
}

async fn sweep(world: &World, now: Time, budget: u32) -> u64 {
    world.store.sweep(usual(now), budget).await.unwrap()
}

fn days(days: i64) -> Time {
    at(days * 24 * 60 * 60)
}
