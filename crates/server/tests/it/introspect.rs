//! `/introspect` (RFC 7662): only for those a token is made for, or issued to.

mod library;
mod symmetric;

use std::time::Duration;

use serde_json::json;

use crate::{
    token::claims,
    world::{BANK, SHOP, Tokens, World, basic, secret_of},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_api_that_a_token_is_for_sees_its_claims() {
    // RFC7662-2.2
    let world = World::new().await;
    let tokens = world.app("spa").sign_in("alice").await;
    let answer = world.app("bank-api").introspect(&tokens.access).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let (seen, own) = (answer.json(), claims(&tokens.access));
    for name in CLAIMS {
        assert_eq!(seen[name], own[name], "{name}");
    }
    assert_eq!(seen["active"], true);
    assert_eq!(seen["token_type"], "Bearer");
    assert_eq!(seen["username"], "alice");
}

/// The claims that an API sees.
const CLAIMS: [&str; 8] = [
    "iss",
    "sub",
    "aud",
    "client_id",
    "scope",
    "iat",
    "exp",
    "jti",
];

/// J24: what is remembered of a token is that its signature is good; everything else is asked again.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_seen_before_dies_as_any_other() {
    let world = World::new().await;
    let app = world.app("spa");
    let active = async |token: &str| {
        let answer = world.app("bank-api").introspect(token).await;
        answer.json()["active"].as_bool().unwrap()
    };
    let (first, second) = (app.sign_in("alice").await, app.sign_in("alice").await);
    for _ in 0..2 {
        assert!(active(&first.access).await && active(&second.access).await);
    }
    // not a part of it, and not one like it
    let (signed, signature) = first.access.rsplit_once('.').unwrap();
    let (_, other) = second.access.rsplit_once('.').unwrap();
    for forged in [
        format!("{signed}.{other}"),
        format!("{signed}."),
        signature.to_owned(),
    ] {
        assert!(!active(&forged).await, "{forged}");
    }
    app.revoke(first.refresh()).await;
    assert!(!active(&first.access).await);
    assert!(active(&second.access).await);
    world.advance(Duration::from_secs(15 * 60 + 31));
    assert!(!active(&second.access).await);
    let third = app.sign_in("alice").await;
    assert!(active(&third.access).await);
    let rotate = json!({ "emergency": true });
    world.administer("POST", "/keys/rotate", rotate).await;
    assert!(!active(&third.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_that_a_token_was_issued_to_sees_its_claims() {
    // RFC7662-4
    let world = World::new().await;
    let app = world.app("web");
    let tokens = app.sign_in("alice").await;
    assert_eq!(app.introspect(&tokens.access).await.json()["aud"], BANK);
    let seen = app.introspect(tokens.refresh()).await.json();
    assert_eq!(
        (&seen["active"], &seen["client_id"]),
        (&json!(true), &json!("web"))
    );
    assert_eq!(
        seen["exp"].as_i64().unwrap() - seen["iat"].as_i64().unwrap(),
        30 * 24 * 3600
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn anyone_else_is_told_only_that_it_is_not_active() {
    // T17, RFC7662-4
    let world = World::new().await;
    let bank = world.app("spa").sign_in("alice").await;
    let shop = world.app("spa").scope("openid orders:read");
    let shop = shop.sign_in("alice").await;
    assert_eq!(claims(&shop.access)["aud"], SHOP);
    for (caller, token) in [
        ("billing", bank.access.as_str()),
        ("web", &bank.access),
        ("bank-api", &shop.access),
        ("bank-api", bank.refresh()),
        ("web", bank.refresh()),
        ("bank-api", "x"),
        ("bank-api", &bank.id.clone().unwrap()),
    ] {
        let seen = world.app(caller).introspect(token).await;
        assert_eq!(seen.json(), json!({ "active": false }), "{caller} {token}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_active_until_it_expires() {
    // RFC7662-2.2
    let world = World::new().await;
    let tokens = world.app("spa").sign_in("alice").await;
    let api = world.app("bank-api");
    world.advance(Duration::from_secs(15 * 60 - 1));
    assert_eq!(api.introspect(&tokens.access).await.json()["active"], true);
    world.advance(Duration::from_secs(60));
    assert_eq!(
        api.introspect(&tokens.access).await.json(),
        json!({ "active": false })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_superseded_refresh_token_is_not_active() {
    // RFC9700-4.14.2
    let till = crate::token::public_client(
        "till",
        json!({
            "token_endpoint_auth_method": "client_secret_basic", "refresh_token_rotation": true,
        }),
    );
    let world = crate::client_auth::world_with(vec![till]).await;
    let app = world.app("till");
    let first = app.sign_in("alice").await;
    let second = Tokens::of(&app.refresh(first.refresh()).await);
    let third = Tokens::of(&app.refresh(second.refresh()).await);
    assert_eq!(
        app.introspect(first.refresh()).await.json(),
        json!({ "active": false })
    );
    assert_eq!(app.introspect(third.refresh()).await.json()["active"], true);
    // a late retry voids the successor that was not seen
    world.advance(Duration::from_secs(60 * 60));
    let fourth = Tokens::of(&app.refresh(second.refresh()).await);
    for (token, active) in [(&second, true), (&third, false), (&fourth, true)] {
        let described = app.introspect(token.refresh()).await.json();
        assert_eq!(described["active"], active);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_whose_retry_would_end_its_grant_is_not_active() {
    // decision 20
    for (alarm, active) in [("report", true), ("revoke", false)] {
        let till = crate::token::public_client(
            "till",
            json!({
                "token_endpoint_auth_method": "client_secret_basic", "refresh_token_rotation": true,
                "refresh_token_retry_alarm": alarm,
            }),
        );
        let world = crate::client_auth::world_with(vec![till]).await;
        let app = world.app("till");
        let mut tokens = app.sign_in("alice").await;
        for generation in 1..=6 {
            let next = Tokens::of(&app.refresh(tokens.refresh()).await);
            let described = app.introspect(tokens.refresh()).await.json();
            assert_eq!(
                described["active"],
                active || generation < 6,
                "{generation}"
            );
            if generation < 6 {
                assert_eq!(app.refresh(tokens.refresh()).await.status, 200);
            }
            tokens = next;
        }
        let described = app.introspect(tokens.refresh()).await.json();
        assert_eq!(described["active"], true, "to ask changes nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_active_no_longer_than_its_session_and_its_account() {
    // RFC7662-2.2
    let till = json!({ "token_endpoint_auth_method": "client_secret_basic" });
    let till = crate::token::public_client("till", till);
    let world = crate::client_auth::world_with(vec![till]).await;
    let app = world.app("till").scope("openid");
    let tokens = app.sign_in("alice").await;
    let described = async || app.introspect(tokens.refresh()).await.json();
    let day = Duration::from_secs(24 * 60 * 60);
    let active = described().await;
    assert_eq!(active["active"], true);
    let lasts = active["exp"].as_i64().unwrap() - active["iat"].as_i64().unwrap();
    assert_eq!(lasts, 14 * 24 * 60 * 60, "{active}");
    world.advance(15 * day);
    assert_eq!(described().await, json!({ "active": false }));
    let refused = app.refresh(tokens.refresh()).await;
    assert_eq!(refused.outcome(), "400 invalid_grant");

    let tokens = app.sign_in("alice").await;
    let described = async || app.introspect(tokens.refresh()).await.json();
    assert_eq!(described().await["active"], true);
    let disabled = json!({ "disabled": true });
    assert_eq!(
        world.admin("PATCH", "/users/alice", disabled).await.status,
        200
    );
    assert_eq!(described().await, json!({ "active": false }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_without_authentication_is_refused() {
    // T17, RFC7662-2.1
    let world = World::new().await;
    let tokens = world.app("spa").sign_in("alice").await;
    let url = world.at("/introspect");
    let answer = world
        .browser()
        .post(&url, &[("token", &tokens.access)])
        .await;
    assert_eq!(answer.outcome(), "401 invalid_client");
    let bearer = format!("Bearer {}", tokens.access);
    let headers = [("authorization", bearer.as_str())];
    let answer = world
        .browser()
        .post_with(&url, &headers, &[("token", &tokens.access)])
        .await;
    assert_eq!(answer.outcome(), "401 invalid_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_may_not_introspect_even_its_own_token() {
    // T17, RFC7662-2.1
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    let answer = app.introspect(&tokens.access).await;
    assert_eq!(answer.outcome(), "401 invalid_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_that_lies_changes_nothing() {
    // T17, RFC7662-2.1
    let world = World::new().await;
    let tokens = world.app("spa").sign_in("alice").await;
    let basic = basic("bank-api", &secret_of("bank-api"));
    let headers = [("authorization", basic.as_str())];
    for hint in ["refresh_token", "access_token", "nonsense", ""] {
        let form = [("token", tokens.access.as_str()), ("token_type_hint", hint)];
        let answer = world
            .browser()
            .post_with(&world.at("/introspect"), &headers, &form)
            .await;
        assert_eq!(answer.json()["active"], true, "{hint}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_repeated_token_is_an_invalid_request() {
    // RFC7662-2.1
    let world = World::new().await;
    let basic = basic("bank-api", &secret_of("bank-api"));
    let headers = [("authorization", basic.as_str())];
    for form in [&[][..], &[("token", "")], &[("token", "a"), ("token", "b")]] {
        let answer = world
            .browser()
            .post_with(&world.at("/introspect"), &headers, form)
            .await;
        assert_eq!(answer.outcome(), "400 invalid_request", "{form:?}");
    }
}
