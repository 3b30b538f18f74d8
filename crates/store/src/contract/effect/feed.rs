//! The feed of revocations.

use airside_oauth::state::{decide::Effect, feed::FeedSubject};

use crate::contract::{
    Home,
    fixture::{World, at, revocation, spa, usual},
};

/// The same subject may be revoked again.
pub async fn revocations_keep_the_order_of_commits(home: &dyn Home) {
    let world = World::new(home).await;
    let mut times = Vec::new();
    for seed in [1, 3, 2] {
        let mut entry = revocation(FeedSubject::Client(spa()));
        entry.at = at(i64::from(seed));
        times.push(entry.at);
        world.follow(seed, Effect::Feed(entry)).await;
    }
    let feed = world.feed(FeedSubject::Client(spa())).await;
    assert_eq!(feed.iter().map(|entry| entry.at).collect::<Vec<_>>(), times);
}

pub async fn revocations_are_read_in_pages(home: &dyn Home) {
    let world = World::new(home).await;
    assert_eq!(world.store.revocations(0, 10).await.unwrap(), []);
    let entries = ["a", "b", "c"].map(|jti| revocation(FeedSubject::Jti(jti.to_owned())));
    for (seed, entry) in (1..).zip(&entries) {
        world.follow(seed, Effect::Feed(entry.clone())).await;
    }
    let first = world.store.revocations(0, 2).await.unwrap();
    let last = first.last().map_or(0, |(position, _)| *position);
    let rest = world.store.revocations(last, 2).await.unwrap();
    let read: Vec<_> = first.iter().chain(&rest).collect();
    assert!(read.iter().map(|(_, entry)| entry).eq(&entries));
    assert!(read.is_sorted_by(|(one, _), (other, _)| one < other));
    let end = rest.last().map_or(0, |(position, _)| *position);
    assert_eq!(world.store.revocations(end, 2).await.unwrap(), []);
}

/// A reader that knows a position behind it has followed another store.
pub async fn the_end_of_the_feed_stays_when_revocations_are_swept(home: &dyn Home) {
    let world = World::new(home).await;
    assert_eq!(world.store.feed_head().await.unwrap(), 0);
    for seed in 1..=3 {
        let entry = revocation(FeedSubject::Jti(seed.to_string()));
        world.follow(seed, Effect::Feed(entry)).await;
    }
    let all = world.store.revocations(0, 9).await.unwrap();
    let last = all.last().map(|(position, _)| *position);
    assert_eq!(Some(world.store.feed_head().await.unwrap()), last);
    // 15 minutes after the revocation, and as much longer as any verifier takes a token
    world.store.sweep(usual(at(961)), 100).await.unwrap();
    assert_eq!(world.store.revocations(0, 9).await.unwrap(), all);
    world.store.sweep(usual(at(962)), 100).await.unwrap();
    assert_eq!(world.store.revocations(0, 9).await.unwrap(), []);
    assert_eq!(Some(world.store.feed_head().await.unwrap()), last);
}
