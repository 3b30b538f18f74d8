//! Acknowledged commits survive the process.

use airside_oauth::{
    id::SessionId,
    key::Purpose,
    state::{
        decide::{Commit, Effect, Keys, Pivot},
        feed::FeedSubject,
        grant::{Grant, RevokeReason},
        user::User,
    },
};

use super::{
    Home,
    fixture::{
        World, all_clients, at, bound, consent, event, grant, key, look_grant, once, redeem,
        remember, revocation, revoke, spa,
    },
};
use crate::{Backend, CommitError, EventQuery};

/// Every aggregate, and what was done to it last.
pub async fn everything_acknowledged_is_there_after_reopening(home: &dyn Home) {
    let (world, revoked) = World::with_grant(home).await;
    let live = grant(&world.session, 2);
    write(&world, &live, &revoked).await;
    let World {
        store,
        alice,
        session,
    } = world;
    let identity = store.identity().await.unwrap();
    drop(store);

    let store = home.open().await;
    assert_eq!(store.identity().await.unwrap(), identity);
    assert_eq!(store.grants(alice.id, None, 100).await.unwrap(), [live]);
    let known = look_grant(store.as_ref(), revoked.id).await;
    assert!(known.unwrap().revoked.is_some());
    let again = store.commit(once(1)).await;
    assert!(matches!(again, Err(CommitError::Conflict)));
    assert_rows(store.as_ref(), &alice, session.id).await;
}

async fn write(world: &World, live: &Grant, revoked: &Grant) {
    world.accept(redeem(live, bound())).await;
    world.accept(revoke(revoked, RevokeReason::Revoked)).await;
    world.follow(1, Effect::Event(event(1))).await;
    let consent = consent(&world.alice, "openid");
    world.follow(2, remember(consent)).await;
    let key = Box::new(key(Purpose::Code, 1));
    world.accept(Commit::new(Pivot::InsertKey(key))).await;
    world.store.set_key_check([1; 32]).await.unwrap();
}

async fn assert_rows(store: &dyn Backend, alice: &User, session: SessionId) {
    let found = store.user(&(&alice.username).into()).await.unwrap();
    assert_eq!(found.as_ref(), Some(alice));
    assert_eq!(
        store.sessions(alice.id, None, 100).await.unwrap()[0].id,
        session
    );
    assert_eq!(all_clients(store).await.len(), 1);
    assert_eq!(store.keys().await.unwrap().len(), 1);
    let query = EventQuery {
        limit: 9,
        ..EventQuery::default()
    };
    assert_eq!(store.events(&query).await.unwrap(), [event(1)]);
}

/// Earlier revocations stay before later ones.
pub async fn positions_in_the_feed_go_on_after_reopening(home: &dyn Home) {
    let world = World::new(home).await;
    let mut first = revocation(FeedSubject::Client(spa()));
    first.at = at(1);
    world.follow(1, Effect::Feed(first.clone())).await;
    drop(world);

    let store = home.open().await;
    let mut second = first.clone();
    second.at = at(0);
    store
        .commit(once(2).and(Effect::Feed(second.clone())))
        .await
        .unwrap();
    let keys = Keys {
        feed: vec![FeedSubject::Client(spa())],
        ..Keys::default()
    };
    assert_eq!(store.look(&keys).await.unwrap().feed, [first, second]);
}
