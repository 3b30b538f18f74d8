//! Lists for administration, and housekeeping.

use airside_oauth::{
    key::{Purpose, StoredKey},
    profile::Lifetimes,
    state::{
        decide::{Among, Commit, Effect, Pivot},
        event::{Event, EventKind},
        feed::FeedSubject,
        grant::RevokeReason,
        user::{User, Username},
    },
    time::{LEEWAY, Time},
};

use super::{
    Home,
    fixture::{
        START, World, at, bound, client, create, event, grant, key, once, redeem, register,
        revocation, revoke, session, sign_in, spa, user, usual,
    },
};
use crate::{EventQuery, NamedEvent};

/// The first one stays: a start with another key-encryption key is recognised by it.
pub async fn the_key_check_is_recorded_once(home: &dyn Home) {
    let store = home.open().await;
    assert_eq!(store.identity().await.unwrap().key_check, None);
    store.set_key_check([1; 32]).await.unwrap();
    store.set_key_check([2; 32]).await.unwrap();
    assert_eq!(store.identity().await.unwrap().key_check, Some([1; 32]));
}

/// Whatever the order they were registered in.
pub async fn clients_are_listed_by_id(home: &dyn Home) {
    let store = home.open().await;
    for id in ["spa", "billing", "api"] {
        store.commit(register(&client(id))).await.unwrap();
    }
    let clients = store.clients().await.unwrap();
    let ids: Vec<&str> = clients
        .iter()
        .map(|client| client.client_id.as_str())
        .collect();
    assert_eq!(ids, ["api", "billing", "spa"]);
}

/// Versions are numbers: 10 comes after 9.
pub async fn keys_are_listed_by_purpose_and_version(home: &dyn Home) {
    let store = home.open().await;
    for (purpose, version) in [
        (Purpose::Cursor, 1),
        (Purpose::Code, 10),
        (Purpose::Code, 9),
    ] {
        let key = Box::new(key(purpose, version));
        store
            .commit(Commit::new(Pivot::InsertKey(key)))
            .await
            .unwrap();
    }
    let names: Vec<String> = store
        .keys()
        .await
        .unwrap()
        .into_iter()
        .map(|key| key.kid)
        .collect();
    assert_eq!(names, ["code-9", "code-10", "cursor-1"]);
}

/// In the order of their ids, each once.
pub async fn users_are_listed_page_by_page(home: &dyn Home) {
    let store = home.open().await;
    assert!(!store.has_users().await.unwrap());
    let mut users: Vec<_> = ["alice", "bob", "carol"].map(user).into();
    for user in &users {
        store.commit(create(user, Among::Others)).await.unwrap();
    }
    users.sort_by_key(|user| user.id);
    assert!(store.has_users().await.unwrap());
    assert_eq!(store.users(None, 2).await.unwrap(), users[..2]);
    assert_eq!(store.users(Some(users[1].id), 2).await.unwrap(), users[2..]);
    assert!(store.users(Some(users[2].id), 2).await.unwrap().is_empty());
}

/// Those who may be used.
pub async fn administrators_are_found_among_the_accounts(home: &dyn Home) {
    let store = home.open().await;
    let mut administrators = Vec::new();
    for (name, administrator, disabled) in [
        ("alice", true, false),
        ("bob", false, false),
        ("carol", true, true),
        ("dave", true, false),
    ] {
        let user = User {
            administrator,
            disabled,
            ..user(name)
        };
        store.commit(create(&user, Among::Others)).await.unwrap();
        administrators.extend((administrator && !disabled).then_some(user));
    }
    administrators.sort_by_key(|user| user.id);
    assert_eq!(store.administrators(9).await.unwrap(), administrators);
    assert_eq!(store.administrators(1).await.unwrap(), administrators[..1]);
}

/// Of no other user.
pub async fn live_sessions_are_listed_newest_first(home: &dyn Home) {
    let world = World::new(home).await;
    for seed in [2, 3] {
        world.accept(sign_in(&session(&world.alice, seed))).await;
    }
    let end = Pivot::EndSession {
        session: session(&world.alice, 2).id,
        at: at(9),
    };
    world.accept(Commit::new(end)).await;
    let listed = world.store.sessions(world.alice.id).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|session| session.id).collect();
    assert_eq!(ids, [session(&world.alice, 3).id, world.session.id]);
    assert!(
        world
            .store
            .sessions(user("bob").id)
            .await
            .unwrap()
            .is_empty()
    );
}

/// Of no other user.
pub async fn live_grants_are_listed_newest_first(home: &dyn Home) {
    let (world, first) = World::with_grant(home).await;
    let (second, third) = (grant(&world.session, 2), grant(&world.session, 3));
    world.accept(redeem(&second, bound())).await;
    world.accept(redeem(&third, bound())).await;
    world.accept(revoke(&second, RevokeReason::Revoked)).await;
    assert_eq!(
        world.store.grants(world.alice.id).await.unwrap(),
        [third, first]
    );
    assert!(world.store.grants(user("bob").id).await.unwrap().is_empty());
}

/// Beside the events of the current holder of the name.
pub async fn events_are_found_by_the_name_of_a_deleted_person(home: &dyn Home) {
    let world = World::new(home).await;
    let mut about_alice = event(1);
    about_alice.user = Some(world.alice.id);
    let mut deletion = event(2);
    (deletion.kind, deletion.user) = (EventKind::UserDeleted, Some(world.alice.id));
    "alice".clone_into(&mut deletion.detail);
    let mut about_nobody = event(3);
    "alice".clone_into(&mut about_nobody.detail);
    let events = vec![about_alice.clone(), about_nobody.clone()];
    world.store.append_events(events).await.unwrap();
    let named = async |username: &str| {
        let query = EventQuery {
            username: Some(Username::parse(username).unwrap()),
            limit: 10,
            ..EventQuery::default()
        };
        world.store.named_events(&query).await.unwrap()
    };
    let with = |event: &Event, username: &str| NamedEvent {
        event: event.clone(),
        username: Some(username.to_owned()),
    };
    assert_eq!(named("alice").await, [with(&about_alice, "alice")]);
    assert!(named("bob").await.is_empty());

    let delete = Commit::new(Pivot::DeleteUser(world.alice.id));
    let delete = delete.and(Effect::Event(deletion.clone()));
    world.accept(delete).await;
    let expected = [with(&deletion, "alice"), with(&about_alice, "alice")];
    assert_eq!(named("alice").await, expected);
    let all = EventQuery {
        limit: 10,
        ..EventQuery::default()
    };
    let all = world.store.named_events(&all).await.unwrap();
    let nameless = all.iter().find(|named| named.event == about_nobody);
    assert_eq!(nameless.unwrap().username, None);
}

/// Each condition alone and together with another.
pub async fn events_are_found_by_what_they_are_about(home: &dyn Home) {
    let world = World::new(home).await;
    let mut about_alice = event(1);
    about_alice.user = Some(world.alice.id);
    let mut other_kind = event(2);
    (other_kind.kind, other_kind.client) = (EventKind::SessionEnded, None);
    let events = vec![about_alice.clone(), other_kind.clone(), event(3)];
    world.store.append_events(events).await.unwrap();

    let all = || EventQuery {
        limit: 10,
        ..EventQuery::default()
    };
    let kind = Some(EventKind::GrantCreated);
    let found = find(&world, EventQuery { kind, ..all() }).await;
    assert_eq!(found, [event(3), about_alice.clone()]);
    let found = find(
        &world,
        EventQuery {
            client: Some(spa()),
            kind,
            ..all()
        },
    )
    .await;
    assert_eq!(found, [event(3), about_alice.clone()]);
    let user = Some(world.alice.id);
    assert_eq!(
        find(&world, EventQuery { user, ..all() }).await,
        [about_alice]
    );
    let found = find(
        &world,
        EventQuery {
            since: Some(at(2)),
            ..all()
        },
    )
    .await;
    assert_eq!(found, [event(3), other_kind]);
    let kind = Some(EventKind::KeyDropped);
    assert!(find(&world, EventQuery { kind, ..all() }).await.is_empty());
}

/// An event that was committed before the call is on the first page.
pub async fn events_are_paged_newest_first(home: &dyn Home) {
    let world = World::new(home).await;
    for seed in 1..=5 {
        world
            .accept(once(seed).and(Effect::Event(event(seed))))
            .await;
        let newest = find(
            &world,
            EventQuery {
                limit: 1,
                ..EventQuery::default()
            },
        )
        .await;
        assert_eq!(newest, [event(seed)]);
    }
    let before = |id| EventQuery {
        before: id,
        limit: 2,
        ..EventQuery::default()
    };
    assert_eq!(find(&world, before(None)).await, [event(5), event(4)]);
    assert_eq!(
        find(&world, before(Some(event(4).id))).await,
        [event(3), event(2)]
    );
    assert_eq!(find(&world, before(Some(event(2).id))).await, [event(1)]);
}

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

/// Whoever appends again after an answer was lost doubles nothing.
pub async fn an_event_appended_twice_is_one(home: &dyn Home) {
    let world = World::new(home).await;
    world
        .store
        .append_events(vec![event(1), event(2)])
        .await
        .unwrap();
    world
        .store
        .append_events(vec![event(2), event(3)])
        .await
        .unwrap();
    let found = find(
        &world,
        EventQuery {
            limit: 10,
            ..EventQuery::default()
        },
    )
    .await;
    assert_eq!(found, [event(3), event(2), event(1)]);
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
            .sessions(world.alice.id)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(world.feed(FeedSubject::Client(spa())).await.is_empty());
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
            .sessions(world.alice.id)
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

async fn find(world: &World, query: EventQuery) -> Vec<Event> {
    world.store.events(&query).await.unwrap()
}

async fn sweep(world: &World, now: Time, budget: u32) -> u64 {
    world.store.sweep(usual(now), budget).await.unwrap()
}

fn days(days: i64) -> Time {
    at(days * 24 * 60 * 60)
}
