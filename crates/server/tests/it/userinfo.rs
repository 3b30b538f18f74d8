//! `/userinfo` (OIDC Core §5.3, RFC 6750).

use std::{collections::BTreeSet, time::Duration};

use airside_testkit::Answer;
use http::Method;
use serde_json::json;

use crate::{
    token::claims,
    world::{SHOP, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn every_scope_releases_its_claims_and_no_more() {
    // OIDC-Core-5.4
    let world = World::new().await;
    for (scope, names) in [
        ("openid", vec!["sub"]),
        ("openid email", vec!["email", "email_verified", "sub"]),
        ("openid profile", vec!["name", "preferred_username", "sub"]),
        ("openid accounts:read", vec!["sub"]),
    ] {
        let app = world.app("spa").scope(scope);
        let tokens = app.sign_in("alice").await;
        let answer = app.userinfo(&tokens.access).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let body = answer.json();
        let released = body.as_object().unwrap().keys().map(String::as_str);
        let released: BTreeSet<_> = released.collect();
        assert_eq!(released, names.into_iter().collect(), "{scope}");
        assert_eq!(body["sub"], claims(&tokens.id.unwrap())["sub"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_any_api_will_do_if_it_has_openid() {
    // OIDC-Core-5.3.1
    let world = World::new().await;
    let app = world.app("spa").scope("openid email orders:read");
    let tokens = app.sign_in("bob").await;
    assert_eq!(claims(&tokens.access)["aud"], SHOP);
    let body = app.userinfo(&tokens.access).await.json();
    assert_eq!(body["email"], "bob@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_openid_has_too_little_scope() {
    // OIDC-Core-5.3.1, RFC6750-3.1
    let world = World::new().await;
    let app = world.app("spa").scope("accounts:read email");
    let tokens = app.sign_in("alice").await;
    let answer = app.userinfo(&tokens.access).await;
    assert_eq!(answer.status, 403);
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.contains("error=\"insufficient_scope\""),
        "{challenge}"
    );
    assert!(answer.body.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machines_token_is_refused() {
    // T21: it is about nobody
    let world = World::new().await;
    let app = world.app("billing");
    let answer = app.token(&[("grant_type", "client_credentials")]).await;
    let answer = app.userinfo(&answer.member("access_token")).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_a_token_is_challenged_without_an_error() {
    // RFC6750-3
    let world = World::new().await;
    let answer = userinfo(&world, "GET", "/userinfo", &[]).await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer realm=\"airside\""
    );
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_query_is_not_read() {
    // RFC6750-5.3, A24
    let world = World::new().await;
    let tokens = world.app("spa").sign_in("alice").await;
    let query = format!("/userinfo?access_token={}", tokens.access);
    for method in ["GET", "POST"] {
        assert_eq!(userinfo(&world, method, &query, &[]).await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_form_may_carry_the_token() {
    // RFC6750-2.2
    let world = World::new().await;
    let app = world.app("spa");
    let token = app.sign_in("alice").await.access;
    let form = [("access_token", token.as_str())];
    let answer = world.browser().post(&world.at("/userinfo"), &form).await;
    assert_eq!(answer.json(), app.userinfo(&token).await.json());
    let body = format!("access_token={token}");
    let kind = "application/x-www-form-urlencoded; charset=UTF-8";
    let kind = ("content-type", kind);
    assert_eq!(send(&world, Method::POST, &[kind], &body).await.status, 200);
    // neither another method nor another type of body
    assert_eq!(send(&world, Method::GET, &[kind], &body).await.status, 401);
    let other = [("content-type", "text/plain")];
    assert_eq!(send(&world, Method::POST, &other, &body).await.status, 401);
    let forged = format!("access_token={token}x");
    let answer = send(&world, Method::POST, &[kind], &forged).await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").contains("invalid_token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_sent_in_one_way() {
    // RFC6750-3.1
    let world = World::new().await;
    let token = world.app("spa").sign_in("alice").await.access;
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let bearer = format!("Bearer {token}");
    let header = ("authorization", bearer.as_str());
    let one = format!("access_token={token}");
    for (headers, body) in [
        (vec![kind, header], one.clone()),
        (vec![kind], format!("{one}&{one}")),
        (vec![kind], format!("{one}&access_token=")),
        (vec![kind], "access_token=%zz".to_owned()),
    ] {
        let answer = send(&world, Method::POST, &headers, &body).await;
        assert_eq!(answer.status, 400, "{headers:?}");
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.contains("error=\"invalid_request\""),
            "{challenge}"
        );
        assert!(!challenge.contains(&token));
    }
    // a form without the token, and an empty one, leave the header as the one way
    for body in ["", "access_token=", "x=y"] {
        let answer = send(&world, Method::POST, &[kind, header], body).await;
        assert_eq!(answer.status, 200, "{body}");
    }
    let long = format!("access_token={}", "x".repeat(65 * 1024));
    assert_eq!(send(&world, Method::POST, &[kind], &long).await.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn address_and_phone_have_scopes_of_their_own() {
    // OIDC-Core-5.4
    let world = World::new().await;
    let address = json!({ "locality": "Bonn" });
    let claims = json!({ "claims": { "address": address, "phone_number": "+1 425 555 1212", "phone_number_verified": true } });
    world.administer("PATCH", "/users/alice", claims).await;
    for (scope, names) in [
        ("openid", vec!["sub"]),
        ("openid address", vec!["address", "sub"]),
        (
            "openid phone",
            vec!["phone_number", "phone_number_verified", "sub"],
        ),
    ] {
        let app = world.app("spa").scope(scope);
        let token = app.sign_in("alice").await.access;
        let body = app.userinfo(&token).await.json();
        let mut released: Vec<_> = body.as_object().unwrap().keys().collect();
        released.sort();
        assert_eq!(released, names, "{scope}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authorization_header_is_one_bearer_token() {
    // RFC6750-2.1
    let world = World::new().await;
    let token = world.app("spa").sign_in("alice").await.access;
    let good = format!("Bearer {token}");
    let single = [
        format!("Basic {token}"),
        format!("DPoP {token}"),
        token.clone(),
        format!("{good}, {good}"),
        format!("{good} {token}"),
    ];
    let single = single.iter().map(|value| vec![value.as_str()]);
    let empty = [vec!["Bearer"], vec!["Bearer "]];
    let double = [vec![good.as_str(), &good], vec![&good, "Bearer x"]];
    for headers in single.chain(empty).chain(double) {
        let pairs = headers.iter().map(|value| ("authorization", *value));
        let pairs: Vec<_> = pairs.collect();
        let answer = userinfo(&world, "GET", "/userinfo", &pairs).await;
        assert_eq!(answer.status, 401, "{headers:?}");
    }
    for (method, scheme) in [("GET", "Bearer"), ("GET", "bearer"), ("POST", "BEARER")] {
        let value = format!("{scheme} {token}");
        let answer = userinfo(&world, method, "/userinfo", &[("authorization", &value)]).await;
        assert_eq!(answer.status, 200, "{method} {scheme}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_invalid() {
    // RFC6750-3.1
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    world.advance(Duration::from_secs(15 * 60 - 1));
    assert_eq!(app.userinfo(&tokens.access).await.status, 200);
    world.advance(Duration::from_secs(60));
    let answer = app.userinfo(&tokens.access).await;
    assert_eq!(answer.status, 401);
    assert!(
        answer
            .header("www-authenticate")
            .contains("error=\"invalid_token\"")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_issuer_is_invalid() {
    // J23
    let (here, there) = (World::new().await, World::new().await);
    let tokens = there.app("spa").sign_in("alice").await;
    assert_eq!(here.app("spa").userinfo(&tokens.access).await.status, 401);
    assert_eq!(there.app("spa").userinfo(&tokens.access).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_are_those_of_now() {
    // OIDC-Core-5.3.2
    let world = World::new().await;
    let app = world.app("spa").scope("openid email");
    let tokens = app.sign_in("alice").await;
    let claims = json!({ "claims": { "email": "new@example.com" } });
    assert_eq!(
        world.admin("PATCH", "/users/alice", claims).await.status,
        200
    );
    let body = app.userinfo(&tokens.access).await.json();
    assert_eq!(body["email"], "new@example.com");
    assert!(body.get("email_verified").is_none());
}

async fn send(world: &World, method: Method, headers: &[(&str, &str)], body: &str) -> Answer {
    let url = world.at("/userinfo");
    let browser = world.browser();
    browser.send(method, &url, headers, body.to_owned()).await
}

async fn userinfo(world: &World, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    world
        .browser()
        .send(method, &world.at(path), headers, "")
        .await
}
