//! Keys, and digests that are used once.

use airside_oauth::{
    key::{Purpose, StoredKey},
    state::decide::{Commit, Pivot},
};

use crate::contract::{
    Home,
    fixture::{START, World, at, key, once},
};

/// RFC 7523 §3, `jti`.
pub async fn a_digest_is_used_once(home: &dyn Home) {
    let world = World::new(home).await;
    world.accept(once(1)).await;
    world.accept(once(2)).await;
    world.conflict(once(1)).await;
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
