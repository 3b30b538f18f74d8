//! Signing keys over their whole life (DESIGN 5.5).

use std::{collections::BTreeSet, time::Duration};

use airside_jose::Algorithm;
use airside_oauth::event::Origin;
use serde_json::{Value, json};

use crate::{
    token::header,
    world::{App, Tokens, World},
};

const HOUR: Duration = Duration::from_secs(60 * 60);

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_published_before_it_signs() {
    // DESIGN 5.5
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
    // DESIGN 5.5
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
    // DESIGN 5.5, T50
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
    // DESIGN 5.5: refresh tokens have a key of their own
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    rotate(&world, Duration::ZERO).await;
    world
        .issuer
        .drop_key(&kid(&tokens), &Origin::default())
        .await
        .unwrap();
    let fresh = Tokens::of(&app.refresh(tokens.refresh()).await);
    assert_accepted(&world, &app, &fresh, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_only_key_makes_another_that_signs_at_once() {
    // DESIGN 5.5
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    world
        .issuer
        .drop_key(&kid(&tokens), &Origin::default())
        .await
        .unwrap();
    let fresh = Tokens::of(&app.refresh(tokens.refresh()).await);
    assert_ne!(kid(&fresh), kid(&tokens));
    assert!(published(&world).await.contains(&kid(&fresh)));
    assert_accepted(&world, &app, &fresh, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_rotation_ends_every_key_of_the_algorithm() {
    // DESIGN 5.5, T50: `airside key rotate --emergency`
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
    // DESIGN 2.4: 30d, 24h
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
    // RFC7517-8, DESIGN 2.2
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
