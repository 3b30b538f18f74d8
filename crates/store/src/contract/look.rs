//! A look finds the rows that its keys name, as they were written.

mod written;

pub use written::what_is_read_is_what_was_written;

use airside_oauth::{
    id::{GrantId, SessionId, UserId},
    state::{
        decide::{Among, ConsentLookup, Effect, Facts, Keys},
        feed::FeedSubject,
        user::TypedName,
    },
};

use super::{
    Home,
    fixture::{
        START, World, consent, cookie, create, draw, remember, revocation, session, sign_in, spa,
        user,
    },
};

/// A request that names no row reads none.
pub async fn nothing_is_found_for_no_keys(home: &dyn Home) {
    let world = World::new(home).await;
    assert!(is_empty(&world.look(Keys::default()).await));
}

/// Whatever is asked for.
pub async fn absent_rows_are_none(home: &dyn Home) {
    let world = World::new(home).await;
    let keys = Keys {
        grant: Some(GrantId::new(START, &draw(9))),
        session_cookie: Some(cookie(9)),
        session: Some(SessionId::new(START, &draw(9))),
        user: Some(UserId::new(START, &draw(9))),
        username: Some(TypedName::parse("nobody").unwrap()),
        consent: Some(lookup(None)),
        feed: vec![FeedSubject::Client(spa())],
    };
    assert!(is_empty(&world.look(keys).await));
}

/// The conditions that every refresh checks again.
pub async fn a_grant_brings_its_user_and_its_session(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    let facts = world
        .look(Keys {
            grant: Some(grant.id),
            ..Keys::default()
        })
        .await;
    assert_eq!((facts.grant, facts.user), (Some(grant), Some(world.alice)));
    assert_eq!(facts.session.unwrap().id, world.session.id);
    assert!(facts.password.is_none() && facts.consent.is_none());
}

/// The consent of the session's user.
pub async fn a_cookie_brings_its_session_its_user_and_their_consent(home: &dyn Home) {
    let world = World::new(home).await;
    let known = consent(&world.alice, "openid");
    world.follow(1, remember(known.clone())).await;
    let cookie = Some(world.session.cookie);
    let keys = Keys {
        session_cookie: cookie,
        consent: Some(lookup(None)),
        ..Keys::default()
    };
    let facts = world.look(keys).await;
    assert_eq!(facts.session.unwrap().id, world.session.id);
    assert_eq!(
        (facts.user, facts.consent),
        (Some(world.alice), Some(known))
    );
}

/// The hash is read for no other user.
pub async fn a_name_brings_a_user_and_their_password(home: &dyn Home) {
    let world = World::new(home).await;
    let facts = world.look_name(&world.alice.username).await;
    assert_eq!(facts.password.unwrap().as_str(), "$argon2id$first");
    let facts = world
        .look(Keys {
            user: Some(world.alice.id),
            ..Keys::default()
        })
        .await;
    assert_eq!(facts.user, Some(world.alice));
    assert!(facts.password.is_none());
}

/// A password is never read for another than the user in the facts.
pub async fn a_user_asked_for_comes_before_every_other(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    let bob = user("bob");
    world.accept(create(&bob, Among::Others)).await;
    let keys = Keys {
        grant: Some(grant.id),
        user: Some(bob.id),
        ..Keys::default()
    };
    assert_eq!(world.look(keys).await.user, Some(bob.clone()));
    let by_name = |name: TypedName| Keys {
        session_cookie: Some(world.session.cookie),
        username: Some(name),
        ..Keys::default()
    };
    let facts = world.look(by_name((&bob.username).into())).await;
    assert_eq!(facts.user, Some(bob));
    let nobody = TypedName::parse("nobody").unwrap();
    let facts = world.look(by_name(nobody)).await;
    assert!(facts.user.is_none() && facts.password.is_none());
}

/// A person may have several.
pub async fn a_session_asked_for_comes_before_the_one_of_the_grant(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    let second = session(&world.alice, 2);
    world.accept(sign_in(&second)).await;
    let keys = Keys {
        grant: Some(grant.id),
        session: Some(second.id),
        ..Keys::default()
    };
    assert_eq!(world.look(keys).await.session.unwrap().id, second.id);
}

/// Each by its own kind: a `jti` that reads like a client is none.
pub async fn every_kind_of_subject_is_found_in_the_feed(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    let subjects = [
        FeedSubject::Grant(grant.id),
        FeedSubject::Jti("spa".to_owned()),
        FeedSubject::Client(spa()),
        FeedSubject::User(world.alice.id),
        FeedSubject::Kid("RS256-1".to_owned()),
    ];
    for (seed, subject) in (1..).zip(subjects.clone()) {
        assert!(world.feed(subject.clone()).await.is_empty());
        world.follow(seed, Effect::Feed(revocation(subject))).await;
    }
    for subject in subjects.clone() {
        let found = world.feed(subject.clone()).await;
        assert_eq!(found, [revocation(subject)]);
    }
    let mut keys = Keys::default();
    keys.feed.extend(subjects.clone());
    assert_eq!(world.look(keys).await.feed, subjects.map(revocation));
}

fn is_empty(facts: &Facts) -> bool {
    let row = facts.grant.is_some() || facts.user.is_some() || facts.session.is_some();
    !row && facts.password.is_none() && facts.consent.is_none() && facts.feed.is_empty()
}

fn lookup(user: Option<UserId>) -> ConsentLookup {
    ConsentLookup {
        user,
        client: spa(),
        redirect_host: "app.example".to_owned(),
    }
}
