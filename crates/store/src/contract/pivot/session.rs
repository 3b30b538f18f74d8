//! Sessions.

use airside_oauth::state::{
    decide::{Commit, Keys, Pivot},
    session::{Authentication, Session},
    user::User,
};

use super::end;
use crate::contract::{
    Home,
    fixture::{World, at, change_user, cookie, session, sign_in, user},
};

/// Neither after a change of the password nor for a disabled account.
pub async fn a_session_begins_only_for_an_unchanged_enabled_user(home: &dyn Home) {
    let world = World::new(home).await;
    let second = session(&world.alice, 2);
    let stale = Commit::new(Pivot::InsertSession {
        session: Box::new(second.clone()),
        user_epoch: 4,
    });
    world.conflict(stale).await;
    world
        .accept(change_user(
            User {
                disabled: true,
                ..world.alice.clone()
            },
            5,
        ))
        .await;
    world.conflict(sign_in(&second)).await;
    world.conflict(sign_in(&session(&user("nobody"), 3))).await;
}

/// And a session has one cookie.
pub async fn a_cookie_names_one_session(home: &dyn Home) {
    let world = World::new(home).await;
    world
        .conflict(sign_in(&Session {
            cookie: cookie(1),
            ..session(&world.alice, 2)
        }))
        .await;
    world
        .conflict(sign_in(&Session {
            cookie: cookie(2),
            ..session(&world.alice, 1)
        }))
        .await;
    world.accept(sign_in(&session(&world.alice, 2))).await;
}

/// The old cookie names nothing afterwards; the session keeps its id, and so its grants.
pub async fn a_session_is_renewed_only_for_its_unchanged_enabled_user(home: &dyn Home) {
    let world = World::new(home).await;
    let later = Session {
        cookie: cookie(7),
        authentication: Authentication {
            at: at(10),
            amr: vec!["pwd".to_owned(), "otp".to_owned()],
        },
        last_seen: at(10),
        ..world.session.clone()
    };
    let renew = |session: &Session, user_epoch| {
        Commit::new(Pivot::RenewSession {
            session: Box::new(session.clone()),
            user_epoch,
        })
    };
    world.conflict(renew(&later, 4)).await;
    let foreign = Session {
        user: user("bob").id,
        ..later.clone()
    };
    world.conflict(renew(&foreign, 5)).await;
    world.accept(renew(&later, 5)).await;
    let found = look_session(&world).await;
    assert_eq!(found.authentication, later.authentication);
    assert!(found.cookie.matches(&later.cookie));
    let old = Keys {
        session_cookie: Some(world.session.cookie),
        ..Keys::default()
    };
    assert!(world.store.look(&old).await.unwrap().session.is_none());
    world.accept(end(&world.session, 11)).await;
    world.conflict(renew(&later, 5)).await;
}

/// It stays as it was.
pub async fn a_session_that_ended_is_not_seen(home: &dyn Home) {
    let world = World::new(home).await;
    world.accept(see(&world.session, 10)).await;
    world.accept(end(&world.session, 11)).await;
    world.conflict(see(&world.session, 12)).await;
    world.conflict(see(&session(&world.alice, 2), 12)).await;
    assert_eq!(look_session(&world).await.last_seen, at(10));
}

/// Clocks of several nodes differ.
pub async fn the_last_use_of_a_session_never_goes_back(home: &dyn Home) {
    let world = World::new(home).await;
    world.accept(see(&world.session, 10)).await;
    world.accept(see(&world.session, 5)).await;
    assert_eq!(look_session(&world).await.last_seen, at(10));
}

/// The first end stays.
pub async fn a_session_ends_once(home: &dyn Home) {
    let world = World::new(home).await;
    world.accept(end(&world.session, 11)).await;
    world.conflict(end(&world.session, 12)).await;
    assert_eq!(look_session(&world).await.ended_at, Some(at(11)));
}

fn see(session: &Session, seconds: i64) -> Commit {
    Commit::new(Pivot::SeeSession {
        session: session.id,
        at: at(seconds),
    })
}

async fn look_session(world: &World) -> Session {
    let keys = Keys {
        session: Some(world.session.id),
        ..Keys::default()
    };
    world.look(keys).await.session.unwrap()
}
