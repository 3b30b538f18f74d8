//! Anything that is revoked stays so for as long as it can live, whatever the configuration of now says; what was
//! made once stays made once; and what was taken away is gone at once.

mod account;

use std::{sync::Arc, time::Duration};

use airside_jose::{JwkSet, KeySet, StatusListName, verify_status_list};
use airside_oauth::profile::Lifetimes;
use http::Method;
use serde_json::{Value, json};

use crate::{
    token::{claims, header},
    world::{Setting, World},
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

fn issuing_for(access_token: Duration) -> Setting {
    Setting {
        lifetimes: Lifetimes {
            access_token,
            id_token: MINUTE,
            ..Lifetimes::default()
        },
        ..Setting::default()
    }
}

async fn is_active(world: &World, token: &str) -> bool {
    let answer = world.app("bank-api").introspect(token).await;
    answer.json()["active"] == true
}

/// The snapshot of revocations that an API gets that starts now.
async fn snapshot(world: &World) -> Vec<Value> {
    let answer = world.app("bank-api").revocations(&[]).await.json();
    answer["revocations"].as_array().unwrap().clone()
}

/// Returns true if the token is dead by the snapshot, for an API that verifies offline.
async fn feed_kills(world: &World, token: &str) -> bool {
    let claims = claims(token);
    let (grant, jti) = (claims.get("grant_id"), claims.get("jti"));
    let names = |entry: &&Value| {
        let (of_grant, of_jti) = (entry.get("grant"), entry.get("jti"));
        (of_grant.is_some() && of_grant == grant) || (of_jti.is_some() && of_jti == jti)
    };
    let now = world.issuer.now().as_millis();
    let entries = snapshot(world).await;
    let mut entries = entries.iter().filter(names);
    entries.any(|entry| entry["until"].as_i64().unwrap() >= now)
}

async fn list_kills(world: &World, token: &str) -> bool {
    world.advance(Duration::from_millis(5_001));
    let reference = &claims(token)["status"]["status_list"];
    let uri = reference["uri"].as_str().unwrap();
    let list = world.browser().get(uri).await;
    let jwks = world.browser().get(&world.at("/jwks")).await;
    let keys = KeySet::from_jwks(&JwkSet::parse(&jwks.body).unwrap());
    let now = world.issuer.now().as_seconds();
    let name = StatusListName {
        issuer: &world.url,
        uri,
    };
    let verified = verify_status_list(&list.text(), &keys, name, now).unwrap();
    let index = reference["idx"].as_u64().unwrap();
    verified.list.status(index) == Some(1)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_revoked_after_its_lifetime_was_lowered_stays_so_until_it_has_expired() {
    // J25
    let mut world = World::with(issuing_for(HOUR)).await;
    let person = world.app("spa").sign_in("alice").await;
    let robot = world.machine_token().await;
    world.advance(MINUTE);
    world.restart(issuing_for(MINUTE)).await;
    assert!(is_active(&world, &person.access).await && is_active(&world, &robot).await);
    assert_eq!(world.app("spa").revoke(person.refresh()).await.status, 200);
    assert_eq!(world.app("billing").revoke(&robot).await.status, 200);
    for minutes in [0, 2, 20, 30] {
        world.advance(MINUTE * minutes);
        world.housekeeping().await;
        for token in [&person.access, &robot] {
            assert!(!is_active(&world, token).await, "{minutes}");
            assert!(feed_kills(&world, token).await, "{minutes}");
        }
        assert!(list_kills(&world, &person.access).await, "{minutes}");
    }
    // the control: what nobody can use any more is forgotten
    world.advance(MINUTE * 15);
    world.housekeeping().await;
    assert_eq!(snapshot(&world).await, [] as [Value; 0]);
    assert!(!list_kills(&world, &person.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_revoked_before_its_lifetime_was_lowered_stays_so_until_it_has_expired() {
    // J25
    let mut world = World::with(issuing_for(HOUR)).await;
    let app = world.app("spa");
    let person = app.sign_in("alice").await;
    assert_eq!(app.revoke(person.refresh()).await.status, 200);
    drop(app);
    world.restart(issuing_for(MINUTE)).await;
    world.advance(MINUTE * 55);
    world.housekeeping().await;
    assert!(feed_kills(&world, &person.access).await);
    assert!(list_kills(&world, &person.access).await);
    assert!(!is_active(&world, &person.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_lifetime_of_all_nodes_counts() {
    let world = World::with(issuing_for(MINUTE)).await;
    // a node that issues for longer has started meanwhile, as in a rolling change
    world.node(issuing_for(HOUR)).await;
    let app = world.app("spa");
    let person = app.sign_in("alice").await;
    assert_eq!(app.revoke(person.refresh()).await.status, 200);
    let until = snapshot(&world).await[0]["until"].as_i64().unwrap();
    assert!(until >= world.issuer.now().plus(HOUR).as_millis());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_longer_lifetime_a_revocation_is_forgotten_with_its_token() {
    let world = World::with(issuing_for(MINUTE)).await;
    let app = world.app("spa");
    let person = app.sign_in("alice").await;
    assert_eq!(app.revoke(person.refresh()).await.status, 200);
    let until = snapshot(&world).await[0]["until"].as_i64().unwrap();
    assert_eq!(until, world.issuer.now().plus(MINUTE).as_millis());
    world.advance(MINUTE * 2 + Duration::from_millis(1));
    world.housekeeping().await;
    assert_eq!(snapshot(&world).await, [] as [Value; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_key_verifies_until_the_last_token_it_signed_has_expired() {
    let mut world = World::with(issuing_for(HOUR)).await;
    let robot = world.machine_token().await;
    world.restart(issuing_for(MINUTE)).await;
    let kid = header(&robot)["kid"].as_str().unwrap().to_owned();
    let path = format!("/keys/{kid}/retire");
    let retired = world.admin("POST", &path, json!({})).await;
    assert_eq!(retired.status, 200);
    let is_published = async || {
        let jwks = world.browser().get(&world.at("/jwks")).await;
        jwks.text().contains(&kid)
    };
    world.advance(MINUTE * 59);
    world.housekeeping().await;
    assert!(is_published().await && is_active(&world, &robot).await);
    // the control
    world.advance(MINUTE * 4);
    world.housekeeping().await;
    assert!(!is_published().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_issued_for_as_long_as_its_lifetime_is_on_record() {
    // a machine is served without the store, for half a day and longer
    let world = World::with(issuing_for(HOUR)).await;
    let failing = Arc::clone(&world.failing);
    failing.store(true, std::sync::atomic::Ordering::SeqCst);
    world.advance(HOUR * 12);
    let fields = [("grant_type", "client_credentials")];
    assert_eq!(world.app("billing").token(&fields).await.status, 200);
    world.advance(HOUR * 13);
    assert_eq!(world.app("billing").token(&fields).await.status, 503);
    failing.store(false, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(world.app("billing").token(&fields).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_trusted_proxy_names_the_trace() {
    // A28
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let behind = |proxies| Setting {
        trusted_proxies: proxies,
        ..Setting::default()
    };
    for (proxies, obeyed) in [(&["127.0.0.1"][..], true), (&[][..], false)] {
        let world = World::with(behind(proxies)).await;
        let sent = format!("00-{id}-00f067aa0ba902b7-01");
        let headers = [("traceparent", sent.as_str())];
        let url = world.at("/health/live");
        let answer = world.browser().send(Method::GET, &url, &headers, "").await;
        assert_eq!(answer.header("x-request-id") == id, obeyed);
    }
}
