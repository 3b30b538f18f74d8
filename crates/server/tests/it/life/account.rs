//! Accounts: those that the configuration seeds, and roles that are taken away.

use std::{sync::Arc, time::Duration};

use airside_resource::{ResourceServer, Revocations};
use serde_json::{Value, json};

use super::{is_active, snapshot};
use crate::{
    token::claims,
    world::{BANK, PASSWORD, Setting, Tokens, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_the_configuration_that_was_deleted_stays_deleted() {
    let mut world = World::new().await;
    let is_there = async |world: &World, name: &str| {
        let path = format!("/users/{name}");
        world.admin("GET", &path, json!(null)).await.status == 200
    };
    let deleted = world.admin("DELETE", "/users/alice", json!(null)).await;
    assert_eq!(deleted.status, 200);
    world.restart(Setting::default()).await;
    assert!(!is_there(&world, "alice").await);
    assert!(is_there(&world, "bob").await, "the control");
    // nor does another node make it
    world.node(Setting::default()).await;
    assert!(!is_there(&world, "alice").await);
    // an administrator may, and then it is theirs
    let new = json!({ "username": "Alice", "password": PASSWORD });
    assert_eq!(world.admin("POST", "/users", new).await.status, 201);
    world.restart(Setting::default()).await;
    let alice = world.admin("GET", "/users/alice", json!(null)).await.json();
    assert_eq!(alice["roles"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_there_first_counts_as_sown() {
    let nobody = || Setting {
        nobody: true,
        ..Setting::default()
    };
    let mut world = World::with(nobody()).await;
    let new = json!({ "username": "alice", "password": PASSWORD });
    assert_eq!(world.admin("POST", "/users", new).await.status, 201);
    world.restart(Setting::default()).await;
    let deleted = world.admin("DELETE", "/users/alice", json!(null)).await;
    assert_eq!(deleted.status, 200);
    world.restart(Setting::default()).await;
    let alice = world.admin("GET", "/users/alice", json!(null)).await;
    assert_eq!(alice.status, 404);
}

/// An API that verifies offline and has heard everything so far.
pub(super) async fn api(world: &World) -> ResourceServer {
    let revocations = Revocations::new();
    for entry in snapshot(world).await {
        if let Some(user) = entry["user"].as_str() {
            let before = entry["at"].as_i64().unwrap() + 1;
            revocations.revoke_user(user, before, airside_resource::UnixSeconds::MAX);
        }
    }
    let issuer = Arc::clone(&world.issuer);
    ResourceServer::trusting(&world.url)
        .for_audience(BANK)
        .allow_loopback_http()
        .revocations(revocations)
        .clock(Arc::new(move || issuer.now().as_seconds()))
        .build()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_are_taken_away_reach_apis_at_once_and_grants_live_on() {
    // J25
    let world = World::new().await;
    let app = world.app("spa");
    let roles = async |roles: Value| {
        world
            .administer("PATCH", "/users/alice", json!({ "roles": roles }))
            .await;
    };
    let alice = app.sign_in("alice").await;
    let bob = world.app("spa").sign_in("bob").await;
    // what is given ends nothing
    roles(json!(["customer", "teller"])).await;
    assert!(is_active(&world, &alice.access).await);
    let first = Tokens::of(&app.refresh(alice.refresh()).await);
    assert_eq!(
        claims(&first.access)["roles"],
        json!(["customer", "teller"])
    );
    // all in one instant: the token, the change and the next token
    roles(json!(["teller"])).await;
    let next = Tokens::of(&app.refresh(first.refresh()).await);
    assert_eq!(claims(&next.access)["roles"], json!(["teller"]));
    let api = api(&world).await;
    for dead in [&alice.access, &first.access] {
        assert!(!is_active(&world, dead).await);
        assert_eq!(app.userinfo(dead).await.status, 401);
        assert!(api.verify_token(dead).await.is_err());
    }
    world.advance(Duration::from_secs(1));
    let later = Tokens::of(&app.refresh(next.refresh()).await);
    for good in [&next.access, &later.access, &bob.access] {
        assert!(is_active(&world, good).await);
        assert_eq!(app.userinfo(good).await.status, 200);
        api.verify_token(good).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_right_that_is_taken_away_is_a_revocation_too() {
    let world = World::new().await;
    let alice = world.app("spa").sign_in("alice").await;
    for (change, entries) in [
        (json!({ "administrator": true }), 0),
        (json!({ "claims": { "name": "A" } }), 0),
        (json!({ "administrator": false, "force": true }), 1),
        (json!({ "administrator": false }), 1),
    ] {
        let answer = world.admin("PATCH", "/users/alice", change.clone()).await;
        assert_eq!(answer.status, 200);
        assert_eq!(snapshot(&world).await.len(), entries, "{change}");
    }
    assert!(!is_active(&world, &alice.access).await);
}
