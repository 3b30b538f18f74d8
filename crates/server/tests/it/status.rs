//! Status lists (draft-ietf-oauth-status-list-21).

mod document;
mod revoked;

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use airside_jose::{JwkSet, KeySet, StatusListName, StatusListToken, verify_status_list};
use airside_resource::{OnUnavailable, ResourceServer};
use airside_testkit::Answer;

use crate::{
    token::claims,
    world::{BANK, Tokens, World},
};

/// Longer than an answer is remembered.
const LATER: Duration = Duration::from_millis(5_001);

/// Returns where a token says that its status is.
fn reference(token: &str) -> (String, u64) {
    let list = &claims(token)["status"]["status_list"];
    let uri = list["uri"].as_str().unwrap().to_owned();
    (uri, list["idx"].as_u64().unwrap())
}

async fn fetch(world: &World, uri: &str) -> Answer {
    world.browser().get(uri).await
}

/// The list as a resource server takes it.
async fn verified(world: &World, uri: &str) -> StatusListToken {
    let answer = fetch(world, uri).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/statuslist+jwt");
    let jwks = world.browser().get(&world.at("/jwks")).await;
    let keys = KeySet::from_jwks(&JwkSet::parse(&jwks.body).unwrap());
    let now = world.issuer.now().as_seconds();
    verify_status_list(
        &answer.text(),
        &keys,
        StatusListName {
            issuer: &world.url,
            uri,
        },
        now,
    )
    .unwrap()
}

/// Returns true if a new list says that the token's grant is dead.
async fn is_dead(world: &World, token: &str) -> bool {
    world.advance(LATER);
    let (uri, idx) = reference(token);
    verified(world, &uri).await.list.status(idx).unwrap() == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn every_token_of_a_grant_names_its_own_place_and_a_machines_none() {
    let world = World::new().await;
    let (alice, bob) = (world.app("spa"), world.app("spa"));
    let (first, other) = (alice.sign_in("alice").await, bob.sign_in("bob").await);
    let refreshed = Tokens::of(&alice.refresh(first.refresh()).await);
    assert_eq!(reference(&first.access), reference(&refreshed.access));
    assert_ne!(reference(&first.access), reference(&other.access));
    assert_eq!(reference(&first.access).0, world.at("/status/0"));
    let id = claims(&first.id.unwrap());
    assert_eq!(id.get("status"), None);
    let fields = [("grant_type", "client_credentials")];
    let machine = world.app("billing").token(&fields).await;
    let machine = claims(&machine.member("access_token"));
    assert_eq!(machine.get("status"), None);
}

/// Until the last verifier, whose clock may be late, takes none of its tokens any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_bit_is_set_as_long_as_a_token_may_live_and_no_longer() {
    let world = World::new().await;
    let app = world.app("spa");
    let alice = app.sign_in("alice").await;
    app.revoke(alice.refresh()).await;
    assert!(is_dead(&world, &alice.access).await);
    world.advance(Duration::from_secs(15 * 60 + 40));
    assert!(is_dead(&world, &alice.access).await);
    world.advance(Duration::from_secs(20));
    assert!(!is_dead(&world, &alice.access).await);
}

/// More grants than one block has places.
#[tokio::test(flavor = "multi_thread")]
async fn no_two_grants_get_the_same_place_and_none_waits_for_a_block() {
    let world = World::new().await;
    let places = &world.issuer.status_indexes;
    let taken = async || {
        let place = places.reserve(world.store.as_ref()).await.unwrap();
        place.keep();
        place.index()
    };
    let mut seen = HashSet::new();
    for _ in 0..3_000 {
        assert!(seen.insert(taken().await));
    }
    // what was leased ahead needs no store
    places.refill(world.store.as_ref()).await.unwrap();
    world.failing.store(true, Ordering::SeqCst);
    for _ in 0..512 {
        assert!(seen.insert(taken().await));
    }
}

/// The whole way: from `/revoke` to an API that has no credentials here and asks nobody about a token.
#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_reads_status_lists_refuses_a_revoked_token_when_its_list_is_old() {
    let world = World::new().await;
    let app = world.app("spa");
    let (alice, bob) = (
        app.sign_in("alice").await,
        world.app("spa").sign_in("bob").await,
    );
    let machine = world.machine_token().await;
    let issuer = std::sync::Arc::clone(&world.issuer);
    let api = ResourceServer::trusting(&world.url)
        .for_audience(BANK)
        .allow_loopback_http()
        .clock(std::sync::Arc::new(move || issuer.now().as_seconds()))
        .status_lists(OnUnavailable::FailClosed)
        .build()
        .unwrap();
    let takes = async |token: &str| api.verify_token(token).await.is_ok();
    for token in [&alice.access, &bob.access, &machine] {
        assert!(takes(token).await);
    }
    app.revoke(alice.refresh()).await;
    world.advance(Duration::from_secs(40));
    assert!(takes(&alice.access).await, "the list is fresh");
    world.advance(Duration::from_secs(20));
    assert!(!takes(&alice.access).await);
    for token in [&bob.access, &machine] {
        assert!(takes(token).await, "the controls");
    }
    // while the store is down, what is known is known
    world.failing.store(true, Ordering::SeqCst);
    world.advance(Duration::from_secs(10 * 60));
    assert!(!takes(&alice.access).await);
    assert!(takes(&bob.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_redemption_takes_no_place() {
    let world = World::new().await;
    let app = world.app("spa");
    let place = |tokens: &Tokens| reference(&tokens.access).1;
    let first = app.sign_in("alice").await;
    let code = app.code("alice").await;
    for _ in 0..3 {
        let wrong = app.redeem_with(&code, &"x".repeat(43)).await;
        assert_eq!(wrong.outcome(), "400 invalid_grant");
    }
    let second = Tokens::of(&app.redeem(&code).await);
    assert_eq!(place(&second), place(&first) + 1);
    for _ in 0..3 {
        let replay = app.redeem(&code).await;
        assert_eq!(replay.outcome(), "400 invalid_grant");
    }
    let third = world.app("spa").sign_in("bob").await;
    assert_eq!(place(&third), place(&second) + 1);
}

/// All who find no place wait for the same block, also when the one that leases it gives up.
#[tokio::test(flavor = "multi_thread")]
async fn many_that_wait_for_a_block_share_it() {
    let world = World::new().await;
    let mut seen = HashSet::new();
    for _ in 0..3 {
        let waiting: Vec<_> = (0..3000)
            .map(|_| {
                let (issuer, store) = (Arc::clone(&world.issuer), Arc::clone(&world.store));
                tokio::spawn(async move {
                    let place = issuer.status_indexes.reserve(store.as_ref()).await.unwrap();
                    place.keep();
                    place.index()
                })
            })
            .collect();
        for (number, taking) in waiting.into_iter().enumerate() {
            if number % 100 == 0 {
                taking.abort();
            }
            if let Ok(place) = taking.await {
                assert!(seen.insert(place));
            }
        }
    }
    assert!(seen.len() >= 3 * 2970);
}
