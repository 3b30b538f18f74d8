//! `/revoke` (RFC 7009).

use std::time::Duration;

use airside_testkit::Answer;
use http::Method;
use serde_json::json;

use crate::{
    client_auth::world_with,
    token::{kind::altered, public_client},
    world::{App, Tokens, World, basic, secret_of},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_is_answered_with_nothing() {
    // RFC7009-2.2
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    assert_empty(&app.revoke(tokens.refresh()).await);
    assert_dead(&app, &tokens).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_token_is_answered_like_a_known_one() {
    // RFC7009-2.2
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    let expired = tokens.access.clone();
    world.advance(Duration::from_secs(3600));
    let code = app.code("alice").await;
    let id = tokens.id.clone().unwrap();
    for token in ["x", "a.b.c", "airside_rt_", &expired, &code, &id] {
        assert_empty(&app.revoke(token).await);
    }
    for forged in altered(tokens.refresh()) {
        assert_empty(&app.revoke(&forged).await);
    }
    assert_eq!(app.refresh(tokens.refresh()).await.status, 200);
    assert_eq!(app.redeem(&code).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_client_is_answered_with_200_and_lives_on() {
    // T18, RFC7009-2.1
    let world = world_with(vec![public_client("public-other", json!({}))]).await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    for other in ["public-other", "web", "bank-api"] {
        assert_empty(&world.app(other).revoke(tokens.refresh()).await);
        assert_empty(&world.app(other).revoke(&tokens.access).await);
    }
    assert_eq!(app.userinfo(&tokens.access).await.status, 200);
    assert_eq!(app.refresh(tokens.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_a_persons_access_token_ends_the_grant_at_once() {
    // RFC7009-2.1
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let second = Tokens::of(&app.refresh(first.refresh()).await);
    assert_empty(&app.revoke(&first.access).await);
    assert_dead(&app, &second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_ends_no_other_grant() {
    // RFC7009-2.1
    let world = World::new().await;
    let app = world.app("spa");
    let (one, other) = (app.sign_in("alice").await, app.sign_in("alice").await);
    assert_empty(&app.revoke(one.refresh()).await);
    assert_eq!(app.userinfo(&other.access).await.status, 200);
    assert_eq!(app.refresh(other.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_generation_of_a_refresh_token_revokes_its_grant() {
    // RFC7009-2.1: a client that gives an old token back wants the authorization to end
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let second = Tokens::of(&app.refresh(first.refresh()).await);
    let third = Tokens::of(&app.refresh(second.refresh()).await);
    assert_empty(&app.revoke(first.refresh()).await);
    assert_dead(&app, &third).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_twice_is_answered_twice() {
    // RFC7009-2.2
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    for _ in 0..2 {
        assert_empty(&app.revoke(tokens.refresh()).await);
        assert_empty(&app.revoke(&tokens.access).await);
    }
    let machine = world.app("billing");
    let token = machine_token(&machine).await;
    for _ in 0..2 {
        assert_empty(&machine.revoke(&token).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_a_machines_token_ends_that_one_alone() {
    // RFC7009-2.1
    let world = World::new().await;
    let machine = world.app("billing");
    let (one, other) = (machine_token(&machine).await, machine_token(&machine).await);
    assert_empty(&machine.revoke(&one).await);
    let api = world.app("bank-api");
    assert_eq!(
        api.introspect(&one).await.json(),
        json!({ "active": false })
    );
    assert_eq!(api.introspect(&other).await.json()["active"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_that_lies_changes_nothing() {
    // T17, RFC7009-2.1: the hint is only a hint
    let world = World::new().await;
    let app = world.app("web");
    for hint in ["access_token", "refresh_token", "nonsense", ""] {
        let tokens = app.sign_in("alice").await;
        let form = [("token", tokens.refresh()), ("token_type_hint", hint)];
        assert_empty(&post(&world, &form).await);
        assert_dead(&app, &tokens).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_request_is_refused() {
    // RFC7009-2.2.1
    let world = World::new().await;
    for form in [&[][..], &[("token", "")], &[("token", "a"), ("token", "b")]] {
        let answer = post(&world, form).await;
        assert_eq!(answer.outcome(), "400 invalid_request", "{form:?}");
    }
    let url = world.at("/revoke?token=x&client_id=spa");
    assert_eq!(world.browser().get(&url).await.status, 405);
    let headers = [("content-type", "application/json")];
    let url = world.at("/revoke");
    let answer = world
        .browser()
        .send(Method::POST, &url, &headers, "{}")
        .await;
    assert_eq!(answer.outcome(), "400 invalid_request");
}

async fn post(world: &World, form: &[(&str, &str)]) -> Answer {
    let basic = basic("web", &secret_of("web"));
    let headers = [("authorization", basic.as_str())];
    world
        .browser()
        .post_with(&world.at("/revoke"), &headers, form)
        .await
}

fn assert_empty(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.body.is_empty());
    assert!(!answer.headers.contains_key("content-type"));
    assert_eq!(answer.header("cache-control"), "no-store");
}

async fn assert_dead(app: &App<'_>, tokens: &Tokens) {
    let refresh = app.refresh(tokens.refresh()).await;
    assert_eq!(refresh.outcome(), "400 invalid_grant");
    assert_eq!(app.userinfo(&tokens.access).await.status, 401);
}

async fn machine_token(app: &App<'_>) -> String {
    let answer = app.token(&[("grant_type", "client_credentials")]).await;
    answer.member("access_token")
}
