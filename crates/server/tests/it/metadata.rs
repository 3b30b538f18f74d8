//! The metadata tells the truth (RFC 8414 §2, OIDC Discovery §3).

use http::Method;
use serde_json::Value;

use crate::{
    authorize_endpoint::asked,
    world::{Tokens, World},
};

async fn metadata(world: &World) -> Value {
    let url = world.at("/.well-known/openid-configuration");
    world.browser().get(&url).await.json()
}

fn listed<'a>(metadata: &'a Value, name: &str) -> Vec<&'a str> {
    let list = metadata[name].as_array().expect(name);
    list.iter().map(|value| value.as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_grant_type_that_is_listed_is_known_and_no_other() {
    // RFC8414-2
    let world = World::new().await;
    let metadata = metadata(&world).await;
    let app = world.app("web");
    for grant in listed(&metadata, "grant_types_supported") {
        let outcome = app.token(&[("grant_type", grant)]).await.outcome();
        assert_ne!(outcome, "400 unsupported_grant_type", "{grant}");
    }
    for grant in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
    ] {
        let outcome = app.token(&[("grant_type", grant)]).await.outcome();
        assert_eq!(outcome, "400 unsupported_grant_type", "{grant}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_value_that_is_listed_for_a_parameter_is_taken() {
    // RFC8414-2
    let world = World::new().await;
    let metadata = metadata(&world).await;
    for (list, name) in [
        ("response_types_supported", "response_type"),
        ("response_modes_supported", "response_mode"),
        ("code_challenge_methods_supported", "code_challenge_method"),
        ("prompt_values_supported", "prompt"),
    ] {
        for value in listed(&metadata, list) {
            let led = asked(&world.app("spa").with(name, value)).await;
            let silent = value == "none";
            assert_eq!(
                led,
                if silent { "login_required" } else { "sign-in" },
                "{value}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scope_that_is_listed_is_known() {
    // RFC8414-2
    let world = World::new().await;
    for scope in listed(&metadata(&world).await, "scopes_supported") {
        let led = asked(&world.app("spa").scope(scope)).await;
        assert_eq!(led, "sign-in", "{scope}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_claim_in_a_token_is_listed() {
    // OIDC-Discovery-3
    let world = World::new().await;
    let metadata = metadata(&world).await;
    let known = listed(&metadata, "claims_supported");
    let app = world.app("spa").scope("openid profile email");
    let tokens: Tokens = app.sign_in("alice").await;
    let token = tokens.id.unwrap();
    let payload = token.split('.').nth(1).unwrap();
    let payload = airside_jose::base64url::decode(payload).unwrap();
    let id: Value = serde_json::from_slice(&payload).unwrap();
    let info = app.userinfo(&tokens.access).await.json();
    for name in [id, info]
        .iter()
        .flat_map(|v| v.as_object().unwrap().keys())
    {
        assert!(known.contains(&name.as_str()), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_key_is_of_an_algorithm_that_is_listed_and_public() {
    // RFC7517-4
    let world = World::new().await;
    let metadata = metadata(&world).await;
    let algorithms = listed(&metadata, "id_token_signing_alg_values_supported");
    let jwks = world
        .browser()
        .get(metadata["jwks_uri"].as_str().unwrap())
        .await;
    assert!(jwks.header("cache-control").contains("max-age=300"));
    let jwks = jwks.json();
    for key in jwks["keys"].as_array().unwrap() {
        assert!(algorithms.contains(&key["alg"].as_str().unwrap()), "{key}");
        assert!(key["kid"].is_string() && key["use"] == "sig");
        for secret in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(secret).is_none(), "{secret}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_documents_are_the_same_and_may_be_cached() {
    // RFC8414-3
    let world = World::new().await;
    let oidc = world.at("/.well-known/openid-configuration");
    let oauth = world.at("/.well-known/oauth-authorization-server");
    let (oidc, oauth) = (
        world.browser().get(&oidc).await,
        world.browser().get(&oauth).await,
    );
    assert_eq!(oidc.body, oauth.body);
    for answer in [oidc, oauth] {
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(answer.header("cache-control").contains("max-age="));
        assert!(!answer.headers.contains_key("set-cookie"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_built_is_neither_there_nor_mentioned() {
    let world = World::new().await;
    let text = metadata(&world).await.to_string();
    for path in [
        "/par",
        "/register",
        "/device_authorization",
        "/device",
        "/account",
        "/admin",
        "/api/admin/v1/users",
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = world.browser().send(method, &world.at(path), &[], "").await;
            assert_eq!(answer.status, 404, "{path}");
        }
        assert!(!text.contains(&format!("{path}\"")), "{path}");
    }
}
