//! Effects follow a pivot that succeeded, in the same transaction, and no other.

mod feed;

pub use feed::{
    revocations_are_read_in_pages, revocations_keep_the_order_of_commits,
    the_end_of_the_feed_stays_when_revocations_are_swept,
};

use std::collections::BTreeMap;

use airside_oauth::{
    id::GrantId,
    request::access::Access,
    state::{
        decide::{Among, Commit, Effect, GrantOwner, Keys, Pivot},
        feed::FeedSubject,
        grant::{Grant, GrantRevocation, RevokeReason},
        user::{PasswordHash, User},
    },
};

use super::{
    Home,
    fixture::{
        World, access, at, bound, client, consent, create, delete_user, event, grant, once, redeem,
        register, remember, revocation, revoke, session, sign_in, spa, user,
    },
};

/// Not one of them.
pub async fn nothing_follows_a_conflict(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    world.accept(once(1)).await;
    world.conflict(every_effect(&world)).await;
    assert_eq!(effects_seen(&world, &grant).await, [false; 6]);
}

/// Every one of them.
pub async fn everything_follows_a_pivot(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    world.accept(every_effect(&world)).await;
    assert_eq!(effects_seen(&world, &grant).await, [true; 6]);
}

/// OIDC Core §11: a sign-out ends what depends on the browser's session.
pub async fn grants_of_a_session_end_except_offline_ones(home: &dyn Home) {
    let (world, online) = World::with_grant(home).await;
    let mut offline = grant(&world.session, 2);
    offline.terms.access = access("openid offline_access");
    world.accept(redeem(&offline, bound())).await;
    let other_session = session(&world.alice, 3);
    world.accept(sign_in(&other_session)).await;
    let elsewhere = grant(&other_session, 3);
    world.accept(redeem(&elsewhere, bound())).await;

    world
        .follow(1, end_grants(GrantOwner::Session(world.session.id)))
        .await;

    assert_eq!(
        dead(&world, [&online, &offline, &elsewhere]).await,
        [true, false, false]
    );
}

/// Offline ones too.
pub async fn grants_of_a_person_end(home: &dyn Home) {
    let (world, online) = World::with_grant(home).await;
    let mut offline = grant(&world.session, 2);
    offline.terms.access = access("offline_access");
    world.accept(redeem(&offline, bound())).await;
    world
        .follow(1, end_grants(GrantOwner::User(world.alice.id)))
        .await;
    assert_eq!(dead(&world, [&online, &offline]).await, [true, true]);
}

/// And of no other client.
pub async fn grants_of_a_client_end(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    world
        .follow(1, end_grants(GrantOwner::Client("other".parse().unwrap())))
        .await;
    assert_eq!(dead(&world, [&grant]).await, [false]);
    world.follow(2, end_grants(GrantOwner::Client(spa()))).await;
    assert_eq!(dead(&world, [&grant]).await, [true]);
}

/// And gets no second revocation.
pub async fn a_grant_that_is_revoked_keeps_its_reason(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    world.accept(revoke(&grant, RevokeReason::CodeReused)).await;
    world
        .follow(1, end_grants(GrantOwner::User(world.alice.id)))
        .await;
    let revoked = world.grant(&grant).await.unwrap().revoked.unwrap();
    assert_eq!(revoked.reason, RevokeReason::CodeReused);
    assert!(world.feed(FeedSubject::Grant(grant.id)).await.is_empty());
}

/// API by API. What was allowed stays allowed, and codes issued under it stay good.
pub async fn a_consent_grows_and_keeps_its_epoch(home: &dyn Home) {
    let world = World::new(home).await;
    let before = consent(&world.alice, "openid read");
    let mut more = consent(&world.alice, "email");
    (more.epoch, more.granted_at) = (0, at(5));
    let elsewhere = ("https://other.example".to_owned(), "write".parse().unwrap());
    more.allowed.apis = BTreeMap::from([elsewhere]);
    let both = before.allowed.union(&more.allowed);
    world.follow(1, remember(before)).await;
    world.follow(2, remember(more)).await;

    let known = world.look_consent().await.unwrap();
    assert_eq!(known.allowed, both);
    assert_eq!((known.epoch, known.granted_at), (7, at(5)));
}

/// For this person and client alone; what is allowed later is allowed under the new epoch.
pub async fn a_withdrawn_consent_allows_nothing_and_has_another_epoch(home: &dyn Home) {
    let world = World::new(home).await;
    let known = consent(&world.alice, "openid read");
    let withdraw = |client, user: &User| Effect::WithdrawConsents {
        user: user.id,
        client,
    };
    let other = "other".parse().unwrap();
    world.follow(1, remember(known.clone())).await;
    world.follow(2, withdraw(other, &world.alice)).await;
    world.follow(3, withdraw(spa(), &user("bob"))).await;
    assert_eq!(world.look_consent().await, Some(known));

    world.follow(4, withdraw(spa(), &world.alice)).await;
    let left = world.look_consent().await.unwrap();
    assert_eq!((left.allowed, left.epoch), (Access::default(), 8));
    let again = consent(&world.alice, "openid");
    world.follow(5, remember(again.clone())).await;
    let known = world.look_consent().await.unwrap();
    assert_eq!((known.allowed, known.epoch), (again.allowed, 8));
}

/// A later client of the same name was allowed nothing, and no row of a deleted person stays.
pub async fn a_consent_is_remembered_only_while_its_user_and_client_are_there(home: &dyn Home) {
    let world = World::new(home).await;
    let consent = || consent(&world.alice, "openid");
    let changed = Effect::RememberConsent {
        consent: consent(),
        client_epoch: 4,
    };
    world.follow(1, changed).await;
    assert_eq!(world.look_consent().await, None);
    world.accept(Commit::new(Pivot::DeleteClient(spa()))).await;
    world.follow(2, remember(consent())).await;
    world.accept(register(&client("spa"))).await;
    assert_eq!(world.look_consent().await, None);
    world.accept(delete_user(world.alice.id)).await;
    world.follow(3, remember(consent())).await;
    assert_eq!(world.look_consent().await, None);
    world.accept(create(&world.alice, Among::Others)).await;
    world.follow(4, remember(consent())).await;
    assert_eq!(world.look_consent().await, Some(consent()));
}

/// There is one password a person.
pub async fn a_password_is_replaced(home: &dyn Home) {
    let world = World::new(home).await;
    let hash = PasswordHash::new("$argon2id$second");
    world
        .follow(
            1,
            Effect::SetPassword {
                user: world.alice.id,
                hash,
            },
        )
        .await;
    assert_eq!(password(&world).await, "$argon2id$second");
}

/// The end of one that ended before stays.
pub async fn sessions_of_a_person_end(home: &dyn Home) {
    let world = World::new(home).await;
    world.accept(sign_in(&session(&world.alice, 2))).await;
    let user = world.alice.id;
    let end = |seconds| Effect::EndSessionsOf {
        user,
        at: at(seconds),
    };
    world.follow(1, end(1)).await;
    world.accept(sign_in(&session(&world.alice, 3))).await;
    world.follow(2, end(2)).await;
    let mut ends = Vec::new();
    for seed in 1..=3 {
        let one = world.look_session(session(&world.alice, seed).id).await;
        ends.push(one.ended_at.unwrap());
    }
    assert_eq!(ends, [at(1), at(1), at(2)]);
}

fn end_grants(owner: GrantOwner) -> Effect {
    let revoked = GrantRevocation {
        at: at(1),
        reason: RevokeReason::SignedOut,
    };
    Effect::RevokeGrantsOf { owner, revoked }
}

/// One of each kind, behind the pivot `once(1)`.
fn every_effect(world: &World) -> airside_oauth::state::decide::Commit {
    let user = world.alice.id;
    once(1)
        .and(Effect::Event(event(1)))
        .and(Effect::Feed(revocation(FeedSubject::Jti("a".to_owned()))))
        .and(remember(consent(&world.alice, "openid")))
        .and(end_grants(GrantOwner::User(user)))
        .and(Effect::EndSessionsOf { user, at: at(1) })
        .and(Effect::SetPassword {
            user,
            hash: PasswordHash::new("$argon2id$second"),
        })
}

/// Which of the six kinds have happened.
async fn effects_seen(world: &World, grant: &Grant) -> [bool; 6] {
    let session = world.look_session(world.session.id).await;
    let revocations = world.feed(FeedSubject::Jti("a".to_owned())).await;
    [
        !world.events(10).await.is_empty(),
        !revocations.is_empty(),
        world.look_consent().await.is_some(),
        dead(world, [grant]).await == [true],
        session.ended_at.is_some(),
        password(world).await == "$argon2id$second",
    ]
}

/// Which of the grants are revoked; each of those has exactly one revocation in the feed.
async fn dead<const N: usize>(world: &World, grants: [&Grant; N]) -> [bool; N] {
    let ids: [GrantId; N] = grants.map(|grant| grant.id);
    let mut dead = [false; N];
    for (dead, id) in dead.iter_mut().zip(ids) {
        let keys = Keys {
            grant: Some(id),
            feed: vec![FeedSubject::Grant(id)],
            ..Keys::default()
        };
        let facts = world.look(keys).await;
        *dead = facts.grant.unwrap().revoked.is_some();
        assert_eq!(facts.feed.len(), usize::from(*dead));
        assert!(facts.feed.iter().all(|entry| entry.at == at(1)));
    }
    dead
}

async fn password(world: &World) -> String {
    let facts = world.look_name(&world.alice.username).await;
    facts.password.unwrap().as_str().to_owned()
}
