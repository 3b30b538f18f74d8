//! Refusals at `/userinfo`.

use std::time::Duration;

use airside_testkit::Answer;
use serde_json::json;

use super::{CANARY, Expected, check_told, known, lines_with, listen, unknown};
use crate::world::{App, World};

/// Checks the challenge of an answer, and what is told of it.
async fn check(
    world: &World,
    answer: &Answer,
    (status, error): (u16, &str),
    expected: Expected<'_>,
) {
    assert_eq!(answer.status, status, "{}", expected.reason);
    let challenge = answer.header("www-authenticate");
    assert!(challenge.contains(error), "{challenge}");
    let expected = expected.at("/userinfo");
    check_told(world, answer.header("x-request-id"), &expected).await;
}

#[tokio::test]
async fn a_refused_access_token_tells_why() {
    // RFC6750-3.1, A31
    let _log = listen();
    let world = World::new().await;
    let app = world.app("web");
    let answer = app.browser.get(&world.at("/userinfo")).await;
    let expected = unknown("", "no access token");
    check(&world, &answer, (401, "Bearer realm=\"airside\""), expected).await;
    assert!(!answer.header("www-authenticate").contains("error"));
    let invalid = (401, "error=\"invalid_token\"");
    let answer = app.userinfo(CANARY).await;
    let expected = unknown("", "not an access token of this issuer");
    check(&world, &answer, invalid, expected).await;

    let bearer = app.scope("accounts:read").sign_in("alice").await.access;
    let app = world.app("web");
    let answer = app.userinfo(&bearer).await;
    let expected = known("web", "the access token lacks the scope openid");
    let scope = (403, "error=\"insufficient_scope\", scope=\"openid\"");
    check(&world, &answer, scope, expected).await;

    let token = app.sign_in("alice").await.access;
    let headers = [("authorization", format!("Bearer {token}"))];
    let headers = headers
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let fields = [("access_token", token.as_str())];
    let answer = app
        .browser
        .post_with(&world.at("/userinfo"), &headers, &fields)
        .await;
    let expected = unknown("", "two access tokens");
    check(
        &world,
        &answer,
        (400, "error=\"invalid_request\""),
        expected,
    )
    .await;
    // the control
    assert_eq!(app.userinfo(&token).await.status, 200);

    let altered = format!("{}AAAA", &token[..token.len() - 4]);
    let answer = app.userinfo(&altered).await;
    let expected = known("web", "the signature of the access token is wrong");
    check(&world, &answer, invalid, expected).await;
    app.revoke(&token).await;
    let answer = app.userinfo(&token).await;
    check(
        &world,
        &answer,
        invalid,
        known("web", "the grant was revoked"),
    )
    .await;
    assert!(
        answer
            .header("www-authenticate")
            .contains("the token was revoked")
    );
    assert!(!lines_with("request refused").concat().contains(&token));

    ends(&world, &app).await;
}

/// A token is refused once its account is disabled, and once it has expired.
async fn ends(world: &World, app: &App<'_>) {
    let invalid = (401, "error=\"invalid_token\"");
    let token = world.app("web").sign_in("bob").await.access;
    let disabled = json!({ "disabled": true });
    world.administer("PATCH", "/users/bob", disabled).await;
    let answer = app.userinfo(&token).await;
    check(
        world,
        &answer,
        invalid,
        known("web", "the account is disabled"),
    )
    .await;
    let token = app.sign_in("alice").await.access;
    world.advance(Duration::from_secs(3_601));
    let answer = app.userinfo(&token).await;
    let expected = known("web", "the access token has expired");
    check(world, &answer, invalid, expected).await;
}
