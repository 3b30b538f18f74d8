//! Lists for administration, and housekeeping.

mod event;
mod sweep;

use std::collections::BTreeSet;

use airside_oauth::{
    key::Purpose,
    state::{
        decide::{Among, Commit, Pivot},
        event::Event,
        grant::RevokeReason,
        user::User,
    },
};
use futures_util::future::join_all;

pub use self::{event::*, sweep::*};
use crate::{
    EventQuery,
    contract::{
        Home,
        fixture::{
            World, all_clients, at, bound, client, create, grant, key, redeem, register, revoke,
            session, sign_in, user,
        },
    },
};

/// The first one stays: a start with another key-encryption key is recognised by it.
pub async fn the_key_check_is_recorded_once(home: &dyn Home) {
    let store = home.open().await;
    assert_eq!(store.identity().await.unwrap().key_check, None);
    store.set_key_check([1; 32]).await.unwrap();
    store.set_key_check([2; 32]).await.unwrap();
    assert_eq!(store.identity().await.unwrap().key_check, Some([1; 32]));
}

/// Also if there are more than are handed over together.
pub async fn every_client_is_read_once(home: &dyn Home) {
    let store = home.open().await;
    let ids: BTreeSet<_> = (0..501).map(|number| format!("client-{number}")).collect();
    let clients: Vec<_> = ids.iter().map(|id| client(id)).collect();
    let commits = clients.iter().map(|client| store.commit(register(client)));
    for registered in join_all(commits).await {
        registered.unwrap();
    }
    let read = all_clients(store.as_ref()).await;
    let read = read.iter().map(|client| client.client_id.as_str());
    assert!(read.eq(&ids));
}

/// Each once, and as it is looked up; nothing is read of it yet.
pub async fn clients_are_read_page_by_page_and_one_by_one(home: &dyn Home) {
    let store = home.open().await;
    for id in ["spa", "billing", "api"] {
        store.commit(register(&client(id))).await.unwrap();
    }
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = store.stored_clients(after.as_ref(), 2).await.unwrap();
        let ids: Vec<_> = page.iter().map(|client| client.client_id.clone()).collect();
        after = ids.last().cloned();
        pages.push(ids.len());
        if ids.is_empty() {
            break;
        }
        for listed in page {
            let one = store.stored_client(&listed.client_id).await.unwrap();
            assert!(one.unwrap().is_same(&listed));
        }
    }
    assert_eq!(pages, [2, 1, 0]);
    // one that is deleted is a place in the list still
    let spa = "billing".parse().unwrap();
    store
        .commit(Commit::new(Pivot::DeleteClient(spa)))
        .await
        .unwrap();
    let behind = "billing".parse().unwrap();
    let left = store.stored_clients(Some(&behind), 9).await.unwrap();
    assert_eq!(left.len(), 1);
    assert!(store.stored_client(&behind).await.unwrap().is_none());
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
    let (store, alice) = (&world.store, world.alice.id);
    let listed = store.sessions(alice, None, 100).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|session| session.id).collect();
    assert_eq!(ids, [session(&world.alice, 3).id, world.session.id]);
    let page = store.sessions(alice, None, 1).await.unwrap();
    let older = store.sessions(alice, Some(ids[0]), 9).await.unwrap();
    let paged = [page, older].concat();
    assert!(paged.iter().map(|session| session.id).eq(ids));
    let of_bob = store.sessions(user("bob").id, None, 100).await.unwrap();
    assert!(of_bob.is_empty());
}

/// Of no other user.
pub async fn live_grants_are_listed_newest_first(home: &dyn Home) {
    let (world, first) = World::with_grant(home).await;
    let (second, third) = (grant(&world.session, 2), grant(&world.session, 3));
    world.accept(redeem(&second, bound())).await;
    world.accept(redeem(&third, bound())).await;
    world.accept(revoke(&second, RevokeReason::Revoked)).await;
    let listed = world.store.grants(world.alice.id, None, 100).await.unwrap();
    let page = world.store.grants(world.alice.id, None, 1).await.unwrap();
    let older = world.store.grants(world.alice.id, Some(third.id), 9);
    assert_eq!([page, older.await.unwrap()].concat(), listed);
    assert_eq!(listed, [third, first]);
    assert!(
        world
            .store
            .grants(user("bob").id, None, 100)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn find(world: &World, query: EventQuery) -> Vec<Event> {
    world.store.events(&query).await.unwrap()
}
