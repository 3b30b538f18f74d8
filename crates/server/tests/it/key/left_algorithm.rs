//! Algorithms that leave the configuration, and come back.

use std::time::Duration;

use airside_jose::Algorithm;
use airside_oauth::time::Timestamp;
use airside_server::Issuer;
use serde_json::{Value, json};

use super::{kid, published};
use crate::world::{Setting, World};

/// Without EdDSA, which no API or client of the world needs.
pub(super) fn without_eddsa() -> Setting {
    Setting {
        algorithms: Some(vec![Algorithm::RS256, Algorithm::ES256]),
        ..Setting::default()
    }
}

/// The states of an algorithm's keys, oldest first.
async fn listed(world: &World, algorithm: &str) -> Vec<Value> {
    let keys = world.admin("GET", "/keys", json!(null)).await.json();
    let keys = keys.as_array().unwrap().clone();
    let of_alg = |key: &Value| key["algorithm"] == algorithm;
    keys.into_iter().filter(of_alg).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_algorithm_that_leaves_the_configuration_signs_nothing_more_and_then_goes() {
    let mut world = World::new().await;
    let before = published(&world).await;
    let old = listed(&world, "EdDSA").await[0]["kid"].clone();
    let old = old.as_str().unwrap();
    world.restart(without_eddsa()).await;

    let retired = &listed(&world, "EdDSA").await[0];
    assert_eq!(retired["state"], "retired");
    assert_eq!(retired["note"], "`keys.algorithms` lacks EdDSA");
    assert_eq!(signing(&world.issuer, Algorithm::EdDSA), None);
    assert_eq!(published(&world).await, before);
    assert!(world.events().await.contains(&"key.retired".to_owned()));

    let until = retired["published_until"].as_str().unwrap();
    gone_after(&world, old, until.parse().unwrap()).await;
}

/// A key is published until then, and gone after it.
async fn gone_after(world: &World, kid: &str, until: Timestamp) {
    world.set(until.time());
    world.housekeeping().await;
    assert!(published(world).await.contains(kid));
    world.advance(Duration::from_millis(1));
    world.housekeeping().await;
    assert!(!published(world).await.contains(kid));
    let gone = &listed(world, "EdDSA").await[0];
    assert_eq!((&gone["state"], gone.get("note")), (&json!("gone"), None));
}

/// The key that signs with an algorithm.
fn signing(issuer: &Issuer, algorithm: Algorithm) -> Option<String> {
    let (keys, now) = (issuer.keys(), issuer.now());
    let signer = keys.keyring.signer(algorithm, now);
    signer.map(|key| key.kid().to_owned())
}

/// The control: what stays in the configuration signs on with the same keys.
#[tokio::test(flavor = "multi_thread")]
async fn an_algorithm_that_stays_keeps_its_key_over_a_restart() {
    let mut world = World::new().await;
    let before = kid(&world.app("spa").sign_in("alice").await);
    world.restart(without_eddsa()).await;
    assert_eq!(kid(&world.app("spa").sign_in("alice").await), before);
    let key = &listed(&world, "ES256").await[0];
    assert_eq!((&key["state"], key.get("note")), (&json!("signing"), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_algorithm_that_comes_back_gets_a_new_key() {
    let mut world = World::new().await;
    world.restart(without_eddsa()).await;
    world.restart(Setting::default()).await;
    let keys = listed(&world, "EdDSA").await;
    let states: Vec<_> = keys.iter().map(|key| key["state"].clone()).collect();
    assert_eq!(states, ["retired", "signing"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn retiring_a_key_of_an_algorithm_that_left_makes_no_new_one() {
    let world = World::new().await;
    // a node that was started without it, while another one makes keys of it
    let node = world.node(without_eddsa()).await;
    world.issuer.refresh_keys().await.unwrap();
    node.refresh_keys().await.unwrap();
    let eddsa = signing(&node, Algorithm::EdDSA).unwrap();
    let es256 = signing(&node, Algorithm::ES256).unwrap();
    let count = node.keys().stored().len();
    let retire = async |kid: &str| {
        let path = format!("/keys/{kid}/retire");
        let answer = world.admin_of(&node, "POST", &path, json!(null)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let states = retire(&eddsa).await;
    assert_eq!(node.keys().stored().len(), count);
    let of = |kid: &str| {
        let mut keys = states.as_array().unwrap().iter();
        keys.find(|key| key["kid"] == kid).unwrap()["state"].clone()
    };
    assert_eq!(of(&eddsa), "retired");
    // the control: an algorithm that is configured gets its successor
    retire(&es256).await;
    assert_eq!(node.keys().stored().len(), count + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_drops_the_keys_of_an_algorithm_that_left_too() {
    let mut world = World::new().await;
    world.restart(without_eddsa()).await;
    let before = published(&world).await;
    let body = json!({ "emergency": true });
    let answer = world.admin("POST", "/keys/rotate", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(published(&world).await.is_disjoint(&before));
    assert_eq!(listed(&world, "EdDSA").await[0]["state"], "dropped");
    // without an emergency there is nothing to rotate
    let body = json!({ "alg": "EdDSA" });
    assert_eq!(world.admin("POST", "/keys/rotate", body).await.status, 400);
}
