//! Every field of every type is read as it was written.

use airside_oauth::{
    client::client_metadata::ClientMetadata,
    id::GrantId,
    key::{Purpose, secret::Digest},
    state::{
        decide::{Commit, Effect, Keys, Pivot},
        grant::{GrantRevocation, RevokeReason, Rotation},
    },
};

use crate::contract::{
    Home,
    fixture::{
        START, World, all_clients, at, bound, client, cookie, draw, event, grant, key, redeem,
        revoke,
    },
};

/// Every field of every type.
pub async fn what_is_read_is_what_was_written(home: &dyn Home) {
    let world = World::new(home).await;
    assert_grant(&world).await;
    let user = world.look_name(&world.alice.username).await.user;
    assert_eq!(user.as_ref(), Some(&world.alice));
    assert_session(&world).await;
    assert_client(&world).await;
    assert_event(&world).await;
    assert_key(&world).await;
}

async fn assert_grant(world: &World) {
    let mut grant = grant(&world.session, 2);
    grant.rotation = Rotation {
        anchor: Some(u32::MAX - 1),
        current: u32::MAX,
        rotated_at: at(3),
        reissues: 10,
        retried: true,
        retry_run: 6,
    };
    world.accept(redeem(&grant, bound())).await;
    world.accept(revoke(&grant, RevokeReason::RetryAlarm)).await;
    grant.revoked = Some(GrantRevocation {
        at: at(1),
        reason: RevokeReason::RetryAlarm,
    });
    assert_eq!(world.grant(&grant).await, Some(grant));
}

async fn assert_session(world: &World) {
    let keys = Keys {
        session_cookie: Some(cookie(1)),
        ..Keys::default()
    };
    let session = world.look(keys).await.session.unwrap();
    assert_eq!(session.authentication, world.session.authentication);
    assert!(session.cookie.matches(&cookie(1)) && session.user == world.alice.id);
    assert_eq!((session.last_seen, session.ended_at), (START, None));
}

async fn assert_client(world: &World) {
    let read = all_clients(world.store.as_ref()).await.remove(0);
    let written = client("spa");
    assert_eq!(
        json(&ClientMetadata::from(&read)),
        json(&ClientMetadata::from(&written))
    );
    assert_eq!((read.epoch, read.origin), (written.epoch, written.origin));
    assert!(read.secrets.len() == 2 && read.secrets[1].matches(&Digest::of(b"two")));
}

async fn assert_event(world: &World) {
    let mut told = event(1);
    told.grant = Some(GrantId::new(START, &draw(1)));
    told.user = Some(world.alice.id);
    world.follow(1, Effect::Event(told.clone())).await;
    assert_eq!(world.events(1).await, [told]);
}

async fn assert_key(world: &World) {
    let stored = key(Purpose::Cursor, 1);
    world
        .accept(Commit::new(Pivot::InsertKey(Box::new(stored.clone()))))
        .await;
    let read = world.store.keys().await.unwrap().remove(0);
    assert_eq!(
        (read.kid, read.purpose, read.version),
        (stored.kid, stored.purpose, 1)
    );
    assert_eq!((read.wrapped, read.public), (stored.wrapped, stored.public));
    assert_eq!(
        (read.created_at, read.active_from),
        (stored.created_at, stored.active_from)
    );
    assert_eq!(read.dropped_at, None);
}

fn json(metadata: &ClientMetadata) -> serde_json::Value {
    serde_json::to_value(metadata).unwrap()
}
