//! Signing keys over their whole life.

mod left_algorithm;

use std::{collections::BTreeSet, time::Duration};

use airside_jose::Algorithm;
use airside_oauth::state::event::Origin;
use serde_json::{Value, json};

use self::left_algorithm::without_eddsa;
use crate::{
    token::header,
    world::{App, Tokens, World},
};

const HOUR: Duration = Duration::from_secs(60 * 60);

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_published_before_it_signs() {
    // OIDC-Core-10.1.1
    let world = World::new().await;
    let app = world.app("spa");
    let old = kid(&app.sign_in("alice").await);
    let new = rotate(&world, HOUR).await;
    assert!(
        published(&world)
            .await
            .is_superset(&[old.clone(), new.clone()].into())
    );
    world.advance(HOUR - Duration::from_secs(1));
    assert_eq!(kid(&app.sign_in("alice").await), old);
    world.advance(Duration::from_secs(1));
    assert_eq!(kid(&app.sign_in("alice").await), new);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_a_retired_key_are_good_until_they_expire() {
    // OIDC-Core-10.1.1
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    rotate(&world, Duration::ZERO).await;
    world.advance(Duration::from_secs(15 * 60 - 1));
    world.issuer.refresh_keys().await.unwrap();
    assert!(published(&world).await.contains(&kid(&tokens)));
    assert_eq!(app.userinfo(&tokens.access).await.status, 200);
    world.advance(HOUR);
    world.issuer.refresh_keys().await.unwrap();
    assert!(!published(&world).await.contains(&kid(&tokens)));
    assert_eq!(app.userinfo(&tokens.access).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_key_is_refused_at_once_everywhere() {
    // T50
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    rotate(&world, Duration::ZERO).await;
    assert_accepted(&world, &app, &tokens, true).await;
    let old = kid(&tokens);
    world
        .issuer
        .drop_key(&old, &Origin::default())
        .await
        .unwrap();
    assert_accepted(&world, &app, &tokens, false).await;
    assert!(!published(&world).await.contains(&old));
    assert!(world.events().await.contains(&"key.dropped".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_stay_signed_in_when_a_signing_key_is_dropped() {
    // refresh tokens have a key of their own
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    rotate(&world, Duration::ZERO).await;
    drop_key(&world, &kid(&tokens)).await;
    let fresh = Tokens::of(&app.refresh(tokens.refresh()).await);
    assert_accepted(&world, &app, &fresh, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_only_key_makes_another_that_signs_at_once() {
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    drop_key(&world, &kid(&tokens)).await;
    let fresh = Tokens::of(&app.refresh(tokens.refresh()).await);
    assert_ne!(kid(&fresh), kid(&tokens));
    assert!(published(&world).await.contains(&kid(&fresh)));
    assert_accepted(&world, &app, &fresh, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_rotation_ends_every_key_of_the_algorithm() {
    // T50: `airside key rotate --emergency`
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    let before = published(&world).await;
    let answer = world
        .admin("POST", "/keys/rotate", json!({ "emergency": true }))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(published(&world).await.is_disjoint(&before));
    assert_accepted(&world, &app, &tokens, false).await;
    let fresh = Tokens::of(&app.refresh(tokens.refresh()).await);
    assert_accepted(&world, &app, &fresh, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_by_themselves_and_the_next_is_published_a_day_ahead() {
    // the defaults: 30d, 24h
    let world = World::new().await;
    let app = world.app("spa");
    let old = kid(&app.sign_in("alice").await);
    let first = published(&world).await;
    world.advance(29 * 24 * HOUR);
    world.issuer.refresh_keys().await.unwrap();
    assert!(published(&world).await.len() > first.len());
    assert_eq!(kid(&app.sign_in("alice").await), old);
    world.advance(24 * HOUR);
    let new = kid(&app.sign_in("alice").await);
    assert_ne!(new, old);
    assert!(!first.contains(&new));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_public_keys_are_published_and_anyone_may_cache_them() {
    // RFC7517-8
    let world = World::new().await;
    let answer = world.browser().get(&world.at("/jwks")).await;
    assert!(answer.header("cache-control").contains("max-age=300"));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 3);
    for key in keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none(), "{private}");
        }
        for name in ["kid", "alg", "kty", "use"] {
            assert!(key[name].is_string(), "{name}: {key}");
        }
    }
}

fn kid(tokens: &Tokens) -> String {
    header(&tokens.access)["kid"].as_str().unwrap().to_owned()
}

/// Makes the next key of the algorithm that access tokens for the bank are signed with.
async fn rotate(world: &World, publish_ahead: Duration) -> String {
    let origin = Origin::default();
    let made = world
        .issuer
        .rotate_key(Algorithm::ES256, publish_ahead, &origin);
    made.await.unwrap()
}

async fn published(world: &World) -> BTreeSet<String> {
    let jwks = world.browser().get(&world.at("/jwks")).await.json();
    let keys = jwks["keys"].as_array().unwrap();
    let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    keys.iter().map(kid).collect()
}

async fn assert_accepted(world: &World, app: &App<'_>, tokens: &Tokens, accepted: bool) {
    let seen = world
        .app("bank-api")
        .introspect(&tokens.access)
        .await
        .json();
    assert_eq!(seen["active"], accepted);
    let status = app.userinfo(&tokens.access).await.status;
    assert_eq!(status.as_u16(), if accepted { 200 } else { 401 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_no_key_signs_is_refused_before_anything_is_used_up() {
    let mut world = World::new().await;
    let client = json!({
        "client_id": "public", "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": ["https://app.example/cb"], "scope": "openid offline_access",
        "id_token_signed_response_alg": "EdDSA",
    });
    world.create("/clients", client).await;
    let scope = "openid offline_access";
    let tokens = world.app("public").scope(scope).sign_in("alice").await;
    let old = tokens.refresh().to_owned();
    world.restart(without_eddsa()).await;

    let app = world.app("public").scope(scope);
    let refused = app.refresh(&old).await;
    assert_eq!(refused.status, 500);
    assert_eq!(refused.json()["error"], "server_error");
    let id = refused.header("x-request-id");
    let told = format!("internal error; error id {id}");
    assert_eq!(refused.json()["error_description"], told);
    // the control: others are served, and the same refresh token works once that is mended
    world.app("spa").sign_in("alice").await;
    let mended = json!({ "id_token_signed_response_alg": "ES256" });
    world.administer("PATCH", "/clients/public", mended).await;
    let app = world.app("public").scope(scope);
    let again = app.refresh(&old).await;
    assert_eq!(again.status, 200, "{}", again.text());
}

async fn drop_key(world: &World, kid: &str) {
    let origin = Origin::default();
    world.issuer.drop_key(kid, &origin).await.unwrap();
}
