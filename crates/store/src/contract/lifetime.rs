//! Records that are kept by the lifetimes that were in force, not by those of now; and values that
//! are never given out twice.

use std::time::Duration;

use airside_oauth::{
    key::{Purpose, StoredKey},
    profile::Lifetimes,
    state::{
        decide::{Among, Commit, Effect, Pivot},
        feed::FeedSubject,
        grant::RevokeReason,
        lifetime::{LifetimeOf, LongestLifetimes, RecordedLifetime},
        user::Username,
    },
    time::Time,
};

use super::{
    Home,
    fixture::{START, World, at, create, delete_user, key, revocation, revoke, spa, user},
};
use crate::Backend;

/// By whichever node; a record is extended and never shortened, and goes when no token can live.
pub async fn a_lifetime_is_recorded_until_no_token_of_it_can_live(home: &dyn Home) {
    let store = home.open().await;
    assert_eq!(store.lifetimes().await.unwrap(), []);
    let record = |seconds, until| RecordedLifetime {
        of: LifetimeOf::AccessToken,
        length: Duration::from_secs(seconds),
        until: at(until),
    };
    let put = async |record: RecordedLifetime, now| {
        store.record_lifetimes(vec![record], at(now)).await.unwrap();
    };
    put(record(3600, 100), 0).await;
    put(record(60, 200), 0).await;
    put(record(3600, 50), 0).await;
    let both = [record(3600, 100), record(60, 200)];
    assert_eq!(sorted(store.lifetimes().await.unwrap()), both);
    put(record(60, 3800), 3760).await;
    let extended = [record(3600, 100), record(60, 3800)];
    assert_eq!(sorted(store.lifetimes().await.unwrap()), extended);
    put(record(60, 4000), 3761).await;
    assert_eq!(store.lifetimes().await.unwrap(), [record(60, 4000)]);
    drop(store);
    let store = home.open().await;
    assert_eq!(store.lifetimes().await.unwrap(), [record(60, 4000)]);
}

/// Revocations and revoked grants, of tokens that another node or an earlier start issued for longer.
pub async fn what_was_revoked_outlives_a_lifetime_that_was_lowered(home: &dyn Home) {
    let (world, dead) = World::with_grant(home).await;
    issue_for(&world, HOUR, START).await;
    world.accept(revoke(&dead, RevokeReason::Revoked)).await;
    let entry = Effect::Feed(revocation(FeedSubject::Client(spa())));
    world.follow(1, entry).await;

    // the last token was issued at START, lives for an hour and is taken for a minute more
    for seconds in [1_100, 3_600, 3_660] {
        sweep(&world, lowered(&world, at(seconds)).await).await;
        assert!(world.grant(&dead).await.is_some(), "{seconds}");
        let feed = world.feed(FeedSubject::Client(spa())).await;
        assert_eq!(feed.len(), 1, "{seconds}");
    }
    sweep(&world, lowered(&world, at(3_661)).await).await;
    assert!(world.grant(&dead).await.is_none());
    assert!(world.feed(FeedSubject::Client(spa())).await.is_empty());
}

/// A grant of which no token can be refreshed by the configuration of now, too: it can be revoked.
pub async fn a_grant_is_kept_while_tokens_of_it_can_live(home: &dyn Home) {
    let (world, alive) = World::with_grant(home).await;
    let day = Duration::from_secs(24 * 60 * 60);
    issue_for(&world, HOUR, START.plus(day)).await;
    let last = START.plus(day).plus(HOUR);
    sweep(&world, short(&world, last).await).await;
    assert!(world.grant(&alive).await.is_some());
    sweep(&world, short(&world, last.plus(MINUTE * 2)).await).await;
    assert!(world.grant(&alive).await.is_none());
}

/// The public half of a key is needed as long as what it signed.
pub async fn a_key_outlives_a_lifetime_that_was_lowered(home: &dyn Home) {
    let world = World::new(home).await;
    issue_for(&world, HOUR * 24, START).await;
    let superseding = StoredKey {
        active_from: START,
        ..key(Purpose::RefreshToken, 2)
    };
    let superseded = StoredKey {
        active_from: at(-60),
        ..key(Purpose::RefreshToken, 1)
    };
    for key in [superseded, superseding] {
        let insert = Pivot::InsertKey(Box::new(key));
        world.accept(Commit::new(insert)).await;
    }
    let last = START.plus(HOUR * 24);
    sweep(&world, short(&world, last).await).await;
    assert_eq!(world.store.keys().await.unwrap().len(), 2);
    sweep(&world, short(&world, last.plus(MINUTE * 5)).await).await;
    assert_eq!(world.store.keys().await.unwrap().len(), 1);
}

/// Whatever became of the account.
pub async fn a_seed_is_sown_once(home: &dyn Home) {
    let store = home.open().await;
    let alice = user("alice");
    let seeds = [alice.username.clone()];
    store.commit(create(&alice, Among::Sown)).await.unwrap();
    assert_eq!(store.seeds().await.unwrap(), seeds);
    let delete = delete_user(alice.id);
    store.commit(delete).await.unwrap();
    assert!(store.commit(create(&alice, Among::Sown)).await.is_err());
    assert_eq!(store.user(&(&alice.username).into()).await.unwrap(), None);
    drop(store);
    let store = home.open().await;
    assert_eq!(store.seeds().await.unwrap(), seeds);
    assert!(store.commit(create(&alice, Among::Sown)).await.is_err());
    // another account of that name may be made by hand, and another seed is created
    store.commit(create(&alice, Among::Others)).await.unwrap();
    store
        .commit(create(&user("bob"), Among::Sown))
        .await
        .unwrap();
    assert_eq!(store.seeds().await.unwrap().len(), 2);
}

/// It is noted too that an account needed not be made, because there was one of that name.
pub async fn a_seed_that_needs_not_be_sown_is_noted_once(home: &dyn Home) {
    let store = home.open().await;
    let note = || {
        Commit::new(Pivot::NoteSeed {
            username: Username::parse("alice").unwrap(),
            at: START,
        })
    };
    // an account whose name is taken makes nothing and notes nothing
    let alice = user("alice");
    store.commit(create(&alice, Among::Others)).await.unwrap();
    assert!(store.commit(create(&alice, Among::Sown)).await.is_err());
    assert_eq!(store.seeds().await.unwrap(), []);
    store.commit(note()).await.unwrap();
    assert!(store.commit(note()).await.is_err());
    assert_eq!(store.seeds().await.unwrap().len(), 1);
    let delete = delete_user(alice.id);
    store.commit(delete).await.unwrap();
    assert!(store.commit(create(&alice, Among::Sown)).await.is_err());
}

/// The lifetimes of a node that has gone on until then, beside nothing else.
async fn issue_for(world: &World, access_token: Duration, until: Time) {
    let lifetimes = Lifetimes {
        access_token,
        ..Lifetimes::default()
    };
    let records = RecordedLifetime::all(&lifetimes, until);
    let store: &dyn Backend = world.store.as_ref();
    store.record_lifetimes(records.into(), START).await.unwrap();
}

/// The view of a node whose grants all live for one minute.
async fn lowered(world: &World, now: Time) -> LongestLifetimes {
    let own = Lifetimes {
        access_token: MINUTE,
        id_token: MINUTE,
        ..Lifetimes::default()
    };
    LongestLifetimes::at(&world.store.lifetimes().await.unwrap(), &own, now)
}

/// The view of a node that has one minute for everything a grant and a session can have.
async fn short(world: &World, now: Time) -> LongestLifetimes {
    let own = Lifetimes {
        access_token: MINUTE,
        id_token: MINUTE,
        refresh_token: MINUTE,
        refresh_token_idle: MINUTE,
        session: MINUTE,
        ..Lifetimes::default()
    };
    LongestLifetimes::at(&world.store.lifetimes().await.unwrap(), &own, now)
}

async fn sweep(world: &World, longest: LongestLifetimes) {
    world.store.sweep(longest, 100).await.unwrap();
}

fn sorted(mut records: Vec<RecordedLifetime>) -> Vec<RecordedLifetime> {
    records.sort_by_key(|record| std::cmp::Reverse(record.length));
    records
}

const HOUR: Duration = Duration::from_secs(60 * 60);
const MINUTE: Duration = Duration::from_secs(60);
