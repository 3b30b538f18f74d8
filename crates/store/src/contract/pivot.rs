//! A pivot changes exactly one row, or the commit is a conflict and nothing changes.

use airside_oauth::{
    client::{
        Client,
        resource_metadata::{ResourceMetadata, StoredResource},
    },
    key::{Purpose, StoredKey},
    state::{
        decide::{Among, CodeBinding, Commit, ConsentLookup, Effect, Keys, Pivot},
        grant::{RevokeReason, Rotation},
        session::{Authentication, Session},
        user::{PasswordHash, User},
    },
};

use super::{
    Home,
    fixture::{
        START, World, at, bound, client, consent, cookie, create, grant, key, once, redeem,
        register, revoke, rotate, session, sign_in, spa, user,
    },
};

/// RFC 6749 §4.1.2.
pub async fn a_code_is_redeemed_once(home: &dyn Home) {
    let (world, first) = World::with_grant(home).await;
    let mut second = first.clone();
    second.attempt = [9; 16];
    world.conflict(redeem(&second, bound())).await;
    assert_eq!(world.grant(&first).await, Some(first));
}

/// A changed epoch, a disabled and a deleted account.
pub async fn a_code_dies_with_a_change_of_its_user(home: &dyn Home) {
    let world = World::new(home).await;
    let code = grant(&world.session, 1);
    world
        .conflict(redeem(
            &code,
            CodeBinding {
                user_epoch: 4,
                ..bound()
            },
        ))
        .await;
    let disabled = User {
        disabled: true,
        ..world.alice.clone()
    };
    world.accept(change_user(disabled, 5)).await;
    world.conflict(redeem(&code, bound())).await;
    world
        .accept(Commit::new(Pivot::DeleteUser(world.alice.id)))
        .await;
    world.conflict(redeem(&code, bound())).await;
    assert_eq!(world.grant(&code).await, None);
}

/// A changed epoch and a deleted registration.
pub async fn a_code_dies_with_a_change_of_its_client(home: &dyn Home) {
    let world = World::new(home).await;
    let code = grant(&world.session, 1);
    world
        .conflict(redeem(
            &code,
            CodeBinding {
                client_epoch: 2,
                ..bound()
            },
        ))
        .await;
    world.accept(Commit::new(Pivot::DeleteClient(spa()))).await;
    world.conflict(redeem(&code, bound())).await;
}

/// No consent, and one of another epoch.
pub async fn a_code_dies_with_its_consent(home: &dyn Home) {
    let world = World::new(home).await;
    let (code, consent) = (grant(&world.session, 1), consent(&world.alice, "openid"));
    let under = |epoch| CodeBinding {
        consent: Some((consent.key.clone(), epoch)),
        ..bound()
    };
    world.conflict(redeem(&code, under(7))).await;
    world
        .follow(1, Effect::RememberConsent(consent.clone()))
        .await;
    world.conflict(redeem(&code, under(6))).await;
    world.accept(redeem(&code, under(7))).await;
}

/// Unless the grant outlives it.
pub async fn a_code_dies_with_its_session(home: &dyn Home) {
    let world = World::new(home).await;
    let during = CodeBinding {
        session: Some(world.session.id),
        ..bound()
    };
    world
        .accept(redeem(&grant(&world.session, 1), during.clone()))
        .await;
    world.accept(end(&world.session, 1)).await;
    world
        .conflict(redeem(&grant(&world.session, 2), during))
        .await;
    world
        .accept(redeem(&grant(&world.session, 2), bound()))
        .await;
}

/// RFC 9700 §4.14.2: every field of the state counts.
pub async fn a_rotation_needs_the_exact_state_before_it(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    let (start, next) = (grant.rotation, next(grant.rotation));
    for other in [
        Rotation {
            anchor: Some(0),
            ..start
        },
        Rotation {
            current: 1,
            ..start
        },
        Rotation {
            rotated_at: at(1),
            ..start
        },
        Rotation {
            reissues: 1,
            ..start
        },
        Rotation {
            retried: true,
            ..start
        },
        Rotation {
            retry_run: 1,
            ..start
        },
    ] {
        world.conflict(rotate(&grant, other, next)).await;
    }
    world.accept(rotate(&grant, start, next)).await;
    world.conflict(rotate(&grant, start, next)).await;
    world
        .conflict(rotate(
            &grant,
            Rotation {
                anchor: None,
                ..next
            },
            start,
        ))
        .await;
    assert_eq!(world.grant(&grant).await.unwrap().rotation, next);
}

/// Whatever state it is in.
pub async fn a_revoked_grant_does_not_rotate(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    world.accept(revoke(&grant, RevokeReason::Revoked)).await;
    world
        .conflict(rotate(&grant, grant.rotation, next(grant.rotation)))
        .await;
    assert_eq!(world.grant(&grant).await.unwrap().rotation, grant.rotation);
}

/// The first reason stays; an unknown grant cannot be revoked.
pub async fn a_grant_is_revoked_once(home: &dyn Home) {
    let (world, first) = World::with_grant(home).await;
    world.accept(revoke(&first, RevokeReason::CodeReused)).await;
    world
        .conflict(revoke(&first, RevokeReason::Administrator))
        .await;
    world
        .conflict(revoke(&grant(&world.session, 2), RevokeReason::Revoked))
        .await;
    let revoked = world.grant(&first).await.unwrap().revoked.unwrap();
    assert_eq!(
        (revoked.reason, revoked.at),
        (RevokeReason::CodeReused, at(1))
    );
}

/// RFC 7523 §3, `jti`.
pub async fn a_digest_is_used_once(home: &dyn Home) {
    let world = World::new(home).await;
    world.accept(once(1)).await;
    world.accept(once(2)).await;
    world.conflict(once(1)).await;
}

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

/// Until it is deleted.
pub async fn a_client_id_is_given_once(home: &dyn Home) {
    let world = World::new(home).await;
    world.conflict(register(&client("spa"))).await;
    world.accept(Commit::new(Pivot::DeleteClient(spa()))).await;
    world.accept(register(&client("spa"))).await;
}

/// Two administrators who edit at the same time do not overwrite each other.
pub async fn a_client_changes_only_from_the_epoch_expected(home: &dyn Home) {
    let world = World::new(home).await;
    let change = |id, epoch, expected| {
        let client = Box::new(Client {
            epoch,
            client_name: None,
            ..client(id)
        });
        Commit::new(Pivot::UpdateClient { client, expected })
    };
    world.conflict(change("spa", 5, 4)).await;
    world.conflict(change("other", 4, 3)).await;
    world.accept(change("spa", 4, 3)).await;
    world.conflict(change("spa", 4, 3)).await;
    let clients = world.store.clients().await.unwrap();
    assert_eq!(
        (clients[0].epoch, clients[0].client_name.as_deref()),
        (4, None)
    );
    assert!(!clients[0].disabled);
    let disabled = Client {
        epoch: 5,
        disabled: true,
        ..client("spa")
    };
    let pivot = Pivot::UpdateClient {
        client: Box::new(disabled),
        expected: 4,
    };
    world.accept(Commit::new(pivot)).await;
    assert!(world.store.clients().await.unwrap()[0].disabled);
}

/// A later client of the same name was allowed nothing.
pub async fn a_client_is_deleted_once_with_its_consents(home: &dyn Home) {
    let world = World::new(home).await;
    world
        .follow(1, Effect::RememberConsent(consent(&world.alice, "openid")))
        .await;
    world.accept(Commit::new(Pivot::DeleteClient(spa()))).await;
    world
        .conflict(Commit::new(Pivot::DeleteClient(spa())))
        .await;
    assert!(world.store.clients().await.unwrap().is_empty());
    assert_eq!(look_consent(&world).await, None);
}

/// When an account is made and when it is renamed.
pub async fn a_name_belongs_to_one_user(home: &dyn Home) {
    let world = World::new(home).await;
    let bob = user("bob");
    let also_alice = User {
        username: world.alice.username.clone(),
        ..bob.clone()
    };
    world.conflict(create(&also_alice, Among::Others)).await;
    world.accept(create(&bob, Among::Others)).await;
    world.conflict(create(&bob, Among::Others)).await;
    world.conflict(change_user(also_alice, 5)).await;
    assert_eq!(
        world.store.user(&(&bob.username).into()).await.unwrap(),
        Some(bob)
    );
}

/// Two administrators who edit at the same time do not overwrite each other.
pub async fn a_user_changes_only_from_the_epoch_expected(home: &dyn Home) {
    let world = World::new(home).await;
    let renamed = User {
        epoch: 6,
        roles: Vec::new(),
        ..world.alice.clone()
    };
    world.conflict(change_user(renamed.clone(), 4)).await;
    world
        .conflict(change_user(
            User {
                id: user("bob").id,
                ..renamed.clone()
            },
            5,
        ))
        .await;
    world.accept(change_user(renamed.clone(), 5)).await;
    world.conflict(change_user(renamed.clone(), 5)).await;
    assert_eq!(
        world.store.user(&(&renamed.username).into()).await.unwrap(),
        Some(renamed)
    );
}

/// The name of the account stays and finds no account.
pub async fn a_user_is_deleted_once_with_password_and_consents(home: &dyn Home) {
    let (world, grant) = World::with_grant(home).await;
    world
        .follow(2, Effect::RememberConsent(consent(&world.alice, "openid")))
        .await;
    world
        .accept(Commit::new(Pivot::DeleteUser(world.alice.id)))
        .await;
    world
        .conflict(Commit::new(Pivot::DeleteUser(world.alice.id)))
        .await;
    let hash = PasswordHash::new("$argon2id$late");
    world
        .follow(
            3,
            Effect::SetPassword {
                user: world.alice.id,
                hash,
            },
        )
        .await;
    assert_eq!(look_consent(&world).await, None);
    let facts = world
        .look(Keys {
            grant: Some(grant.id),
            ..Keys::default()
        })
        .await;
    assert_eq!(
        (facts.user, facts.grant.map(|g| g.user)),
        (None, Some(world.alice.id))
    );
    let name = Some((&world.alice.username).into());
    let facts = world
        .look(Keys {
            username: name,
            ..Keys::default()
        })
        .await;
    assert!(facts.user.is_none() && facts.password.is_none());
}

/// The set-up link dies with the first user.
pub async fn the_first_user_is_made_among_nobody(home: &dyn Home) {
    let store = home.open().await;
    store
        .commit(create(&user("alice"), Among::Nobody))
        .await
        .unwrap();
    assert!(
        store
            .commit(create(&user("bob"), Among::Nobody))
            .await
            .is_err()
    );
    assert_eq!(
        store.user(&(&user("bob").username).into()).await.unwrap(),
        None
    );
}

/// Two nodes that find a key due make one.
pub async fn a_version_of_a_key_is_made_once(home: &dyn Home) {
    let world = World::new(home).await;
    let insert = |key| Commit::new(Pivot::InsertKey(Box::new(key)));
    world.accept(insert(key(Purpose::Code, 1))).await;
    let mut other = key(Purpose::Code, 1);
    other.kid = "other".to_owned();
    world.conflict(insert(other)).await;
    let mut same_name = key(Purpose::Code, 2);
    same_name.kid = key(Purpose::Code, 1).kid;
    world.conflict(insert(same_name)).await;
    world.accept(insert(key(Purpose::Cursor, 1))).await;
}

/// Like a client, but nothing is deleted with it.
pub async fn an_api_is_added_once_and_changes_only_from_the_epoch_expected(home: &dyn Home) {
    let world = World::new(home).await;
    let api = |epoch, scopes: &[&str]| {
        let metadata = ResourceMetadata {
            identifier: "https://api.example".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            signing_alg: "ES256".to_owned(),
            claims: vec!["org".to_owned()],
        };
        let resource = metadata.into_checked().unwrap();
        Box::new(StoredResource { resource, epoch })
    };
    let change = |resource, expected| Commit::new(Pivot::UpdateResource { resource, expected });
    let insert = |resource| Commit::new(Pivot::InsertResource(resource));
    let delete = || Commit::new(Pivot::DeleteResource("https://api.example".to_owned()));
    world.conflict(change(api(1, &[]), 0)).await;
    world.conflict(delete()).await;
    world.accept(insert(api(0, &["read"]))).await;
    world.conflict(insert(api(0, &[]))).await;
    world.conflict(change(api(2, &[]), 1)).await;
    world.accept(change(api(1, &["read", "write"]), 0)).await;
    world.conflict(change(api(1, &[]), 0)).await;
    let stored = world.store.resources().await.unwrap();
    let metadata = ResourceMetadata::from(&stored[0].resource);
    assert_eq!((stored.len(), stored[0].epoch), (1, 1));
    assert_eq!(metadata.scopes, ["read", "write"]);
    assert_eq!(
        (metadata.signing_alg.as_str(), metadata.claims),
        ("ES256", vec!["org".to_owned()])
    );
    world.accept(delete()).await;
    assert!(world.store.resources().await.unwrap().is_empty());
}

/// The first time stays, and a dropped key is not retired.
pub async fn a_key_is_retired_once(home: &dyn Home) {
    let world = World::new(home).await;
    let keys = [key(Purpose::Code, 1), key(Purpose::Code, 2)];
    let retire = |key: &StoredKey, at| {
        let kid = key.kid.clone();
        Commit::new(Pivot::RetireKey { kid, at })
    };
    world.conflict(retire(&keys[0], START)).await;
    for key in &keys {
        let insert = Pivot::InsertKey(Box::new(key.clone()));
        world.accept(Commit::new(insert)).await;
    }
    world.accept(retire(&keys[0], at(1))).await;
    world.conflict(retire(&keys[0], at(2))).await;
    let kid = keys[1].kid.clone();
    let drop = Pivot::DropKey { kid, at: at(1) };
    world.accept(Commit::new(drop)).await;
    world.conflict(retire(&keys[1], at(2))).await;
    let retired: Vec<_> = world.store.keys().await.unwrap();
    let retired: Vec<_> = retired.iter().map(|key| key.retired_at).collect();
    assert_eq!(retired, [Some(at(1)), None]);
}

/// The first time stays.
pub async fn a_key_is_dropped_once(home: &dyn Home) {
    let world = World::new(home).await;
    let key = key(Purpose::Code, 1);
    let drop = |at| {
        Commit::new(Pivot::DropKey {
            kid: key.kid.clone(),
            at,
        })
    };
    world.conflict(drop(START)).await;
    world
        .accept(Commit::new(Pivot::InsertKey(Box::new(key.clone()))))
        .await;
    world.accept(drop(at(1))).await;
    world.conflict(drop(at(2))).await;
    assert_eq!(world.store.keys().await.unwrap()[0].dropped_at, Some(at(1)));
}

fn next(rotation: Rotation) -> Rotation {
    Rotation {
        anchor: Some(rotation.current),
        current: rotation.current + 1,
        ..rotation
    }
}

fn change_user(user: User, expected: u32) -> Commit {
    Commit::new(Pivot::UpdateUser {
        user: Box::new(user),
        expected,
    })
}

fn see(session: &Session, seconds: i64) -> Commit {
    Commit::new(Pivot::SeeSession {
        session: session.id,
        at: at(seconds),
    })
}

fn end(session: &Session, seconds: i64) -> Commit {
    Commit::new(Pivot::EndSession {
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

async fn look_consent(world: &World) -> Option<airside_oauth::state::consent::Consent> {
    let key = consent(&world.alice, "").key;
    let lookup = ConsentLookup {
        user: Some(key.user),
        client: key.client,
        redirect_host: key.redirect_host,
    };
    world
        .look(Keys {
            consent: Some(lookup),
            ..Keys::default()
        })
        .await
        .consent
}
