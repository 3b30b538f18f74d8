//! `private_key_jwt` (RFC 7523 §3, OIDC Core §9): signed by the client's key, for us, used once.

mod refused;

use std::{sync::OnceLock, time::Duration};

use airside_jose::{Algorithm, Jwk, Signer, SigningKey, Typ};
use airside_testkit::Answer;
use serde_json::{Value, json};

use super::world_with;
use crate::world::World;

pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client's key.
pub struct Key {
    pub signer: Signer,
    pub jwk: Jwk,
}

/// A fresh key with this `kid`.
pub fn key(kid: &str) -> Key {
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let jwk = key.public_jwk(kid);
    Key {
        signer: Signer::new(key, kid),
        jwk,
    }
}

/// The metadata of a machine that proves itself with `key`.
pub fn robot(key: &Key, more: Value) -> Value {
    let mut metadata = json!({
        "client_id": "robot", "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["client_credentials"], "scope": "accounts:read",
        "jwks": { "keys": [key.jwk] },
    });
    metadata
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    metadata
}

/// The claims of a good assertion; `more` replaces members, and null takes them away.
pub fn claims(world: &World, jti: &str, more: Value) -> Value {
    let now = world.issuer.now().as_seconds().as_i64();
    let mut claims = json!({
        "iss": "robot", "sub": "robot", "aud": world.url, "jti": jti, "iat": now, "exp": now + 60,
    });
    let members = claims.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    claims
}

/// An assertion with these claims.
pub fn sign(key: &Key, claims: &Value) -> String {
    key.signer
        .sign_compact(Typ::Jwt, claims.to_string().as_bytes())
        .unwrap()
}

/// Asks for a token with an assertion.
pub async fn present(world: &World, assertion: &str) -> Answer {
    present_at(world, "/token", assertion).await
}

async fn present_at(world: &World, path: &str, assertion: &str) -> Answer {
    let form = [
        ("grant_type", "client_credentials"),
        ("token", "x"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    world.browser().post(&world.at(path), &form).await
}

async fn given(more: Value) -> (World, &'static Key) {
    static KEY: OnceLock<Key> = OnceLock::new();
    let key = KEY.get_or_init(|| self::key("k1"));
    (world_with(vec![robot(key, more)]).await, key)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_used_once() {
    // T09, RFC7523-3
    let (world, key) = given(json!({})).await;
    let once = sign(key, &claims(&world, "1", json!({})));
    assert_eq!(present(&world, &once).await.status, 200);
    assert_eq!(present(&world, &once).await.outcome(), "401 invalid_client");
    // nor is its jti, in an assertion signed again, or at another endpoint
    let exp = world.issuer.now().as_seconds().as_i64() + 90;
    let again = sign(key, &claims(&world, "1", json!({ "exp": exp })));
    let presented = present(&world, &again).await;
    assert_eq!(presented.outcome(), "401 invalid_client");
    let elsewhere = present_at(&world, "/introspect", &once).await;
    assert_eq!(elsewhere.outcome(), "401 invalid_client");
    let other = sign(key, &claims(&world, "2", json!({})));
    assert_eq!(present(&world, &other).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_stays_used_until_it_cannot_be_accepted_any_more() {
    // T09: also when the sweeper runs
    let (world, key) = given(json!({})).await;
    let once = sign(
        key,
        &claims(
            &world,
            "1",
            json!({ "exp": world.issuer.now().as_seconds().as_i64() + 300 }),
        ),
    );
    assert_eq!(present(&world, &once).await.status, 200);
    for _ in 0..12 {
        world.advance(Duration::from_secs(30));
        let longest = world.issuer.longest().await.unwrap();
        world.store.sweep(longest, 1_000).await.unwrap();
        assert_eq!(present(&world, &once).await.outcome(), "401 invalid_client");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_that_lives_over_five_minutes_is_refused_naming_the_limit() {
    // T09, RFC7523-3
    let (world, key) = given(json!({})).await;
    let now = world.issuer.now().as_seconds().as_i64();
    let long = sign(key, &claims(&world, "1", json!({ "exp": now + 3600 })));
    let answer = present(&world, &long).await;
    assert_eq!(answer.outcome(), "401 invalid_client");
    let why = answer.member("error_description");
    assert!(why.contains("5 minutes"), "{why}");
    let full = sign(key, &claims(&world, "2", json!({ "exp": now + 300 })));
    assert_eq!(present(&world, &full).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_marked_for_it_may_name_the_token_endpoint() {
    // T09, RFC7523-3
    let (world, key) = given(json!({ "assertion_audience": "token_endpoint" })).await;
    let aud = world.at("/token");
    let endpoint = sign(key, &claims(&world, "1", json!({ "aud": aud })));
    assert_eq!(present(&world, &endpoint).await.status, 200);
    let issuer = sign(key, &claims(&world, "2", json!({})));
    assert_eq!(present(&world, &issuer).await.status, 200);
    let aud = world.at("/introspect");
    let other = sign(key, &claims(&world, "3", json!({ "aud": aud })));
    assert_eq!(
        present(&world, &other).await.outcome(),
        "401 invalid_client"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn both_clients_may_use_the_same_jti() {
    // T09: single use is by client
    let shared = key("k1");
    let other = robot(&shared, json!({ "client_id": "robot-2" }));
    let world = world_with(vec![robot(&shared, json!({})), other]).await;
    for name in ["robot", "robot-2"] {
        let claims = claims(&world, "1", json!({ "iss": name, "sub": name }));
        assert_eq!(
            present(&world, &sign(&shared, &claims)).await.status,
            200,
            "{name}"
        );
    }
}
