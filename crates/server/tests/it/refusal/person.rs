//! Requests that are refused for who is signed in, and for what became of a person's grant.

use airside_testkit::Answer;
use serde_json::json;

use super::{check, check_told, known, listen, own, post, unknown};
use crate::world::{Setting, Tokens, VERIFIER, World};

async fn check_returned(world: &World, answer: &Answer, error: &str, reason: &str) {
    assert_eq!(answer.returned("error").as_deref(), Some(error), "{reason}");
    let expected = known("web", reason).at("/authorize");
    check_told(world, answer.header("x-request-id"), &expected).await;
}

#[tokio::test]
async fn who_is_signed_in_and_what_they_allowed_tells_why() {
    // OIDC-Core-3.1.2.6
    let _log = listen();
    let world = World::new().await;
    let of_alice = world.app("web").sign_in("alice").await.id.unwrap();
    let app = world.app("web").scope("openid");
    app.sign_in("bob").await;
    let app = app.with("prompt", "none").with("id_token_hint", &of_alice);
    let reason = "another person is signed in";
    check_returned(&world, &app.authorize().await, "login_required", reason).await;
    let app = app.with("id_token_hint", "").scope("openid accounts:read");
    let reason = "the person has not allowed it yet";
    check_returned(&world, &app.authorize().await, "consent_required", reason).await;
    let wanted = json!({ "id_token": { "acr": { "essential": true, "value": "phr" } } });
    let unmet = app.with("prompt", "").with("claims", &wanted.to_string());
    let error = "unmet_authentication_requirements";
    check_returned(
        &world,
        &unmet.authorize().await,
        error,
        "see error_description",
    )
    .await;

    let app = unmet.with("claims", "").with("prompt", "consent");
    let page = app
        .browser
        .get(app.authorize().await.header("location"))
        .await;
    let sealed = page.hidden("interaction");
    let fields = [("interaction", sealed.as_str()), ("decision", "deny")];
    let denied = app.browser.post(&world.at("/consent"), &fields).await;
    let reason = "the person did not allow it";
    check_returned(&world, &denied, "access_denied", reason).await;
    // the control
    app.sign_in("bob").await;
}

#[tokio::test]
async fn what_became_of_a_code_tells_why() {
    // RFC6749-4.1.3, OAuth2.1-10.2
    let _log = listen();
    let client = json!({
        "client_id": "old", "token_endpoint_auth_method": "client_secret_basic",
        "redirect_uris": ["https://app.example/cb"], "scope": "openid",
        "require_pkce": false,
    });
    let setting = Setting {
        clients: vec![client],
        ..Setting::default()
    };
    let world = World::with(setting).await;
    let app = world.app("old").scope("openid").with("code_challenge", "");
    let app = app.with("code_challenge_method", "");
    let code = app.code("alice").await;
    let base = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
    ];
    let redirect_uri = ("redirect_uri", "https://app.example/cb");
    let invalid = "400 invalid_grant";
    let answer = app.token(&base).await;
    check(&world, &answer, invalid, known("old", "no redirect_uri")).await;
    let answer = app
        .token(&[base[0], base[1], redirect_uri, ("code_verifier", VERIFIER)])
        .await;
    let reason = "a code_verifier without a code_challenge";
    check(&world, &answer, invalid, known("old", reason)).await;
    // the control
    Tokens::of(&app.token(&[base[0], base[1], redirect_uri]).await);

    let code = app.code("alice").await;
    let password = json!({ "password": "another long password" });
    let path = "/users/alice/password";
    assert_eq!(world.admin("POST", path, password).await.status, 200);
    let late = [base[0], ("code", code.as_str()), redirect_uri];
    let reason = "the account or the client changed since the code was issued";
    check(
        &world,
        &app.token(&late).await,
        invalid,
        known("old", reason),
    )
    .await;
    let app = world.app("spa");
    let code = app.code("bob").await;
    assert_eq!(
        world.admin("DELETE", "/users/bob", json!({})).await.status,
        200
    );
    let reason = "the account is gone";
    check(
        &world,
        &app.redeem(&code).await,
        invalid,
        known("spa", reason),
    )
    .await;
}

#[tokio::test]
async fn what_became_of_a_grant_tells_why() {
    // RFC6749-6, RFC9700-4.14.2
    let _log = listen();
    let careful = json!({
        "client_id": "public-careful", "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://app.example/cb"], "scope": "openid offline_access",
        "grant_types": ["authorization_code", "refresh_token"],
        "id_token_signed_response_alg": "ES256", "refresh_token_retry_alarm": "revoke",
    });
    let setting = Setting {
        clients: vec![careful],
        ..Setting::default()
    };
    let world = World::with(setting).await;
    let app = world.app("web").scope("openid accounts:read");
    let tokens = app.sign_in("alice").await;
    // the control
    let tokens = Tokens::of(&app.refresh(tokens.refresh()).await);
    let id = tokens.id.as_deref().unwrap();
    let sign_out = world.at(&format!("/sign-out?id_token_hint={id}"));
    assert_eq!(app.browser.get(&sign_out).await.status, 200);
    let answer = app.userinfo(&tokens.access).await;
    let expected = known("web", "the session has ended").at("/userinfo");
    check_told(&world, answer.header("x-request-id"), &expected).await;

    let app = world.app("public-careful").scope("openid offline_access");
    let mut tokens = app.sign_in("alice").await;
    // a retry in six generations in a row
    for _ in 0..5 {
        let next = Tokens::of(&app.refresh(tokens.refresh()).await);
        Tokens::of(&app.refresh(tokens.refresh()).await);
        tokens = next;
    }
    Tokens::of(&app.refresh(tokens.refresh()).await);
    let answer = app.refresh(tokens.refresh()).await;
    let expected = known("public-careful", "the refresh token was retried too often");
    check(&world, &answer, "400 invalid_grant", expected).await;
}

#[tokio::test]
async fn a_client_that_contradicts_itself_and_a_token_of_another_key_tell_why() {
    // RFC6749-2.3, RFC6750-3.1
    let _log = listen();
    let world = World::new().await;
    let fields = [("grant_type", "client_credentials"), ("client_id", "web")];
    let answer = post(&world, "/token", Some(&own("billing")), &fields).await;
    let reason = "client_id is not the client that authenticates";
    check(
        &world,
        &answer,
        "400 invalid_request",
        known("billing", reason),
    )
    .await;

    let app = world.app("web");
    let token = app.sign_in("alice").await.access;
    let (_, rest) = token.split_once('.').unwrap();
    let header = r#"{"alg":"ES256","typ":"at+jwt","kid":"other"}"#;
    let header = airside_jose::base64url::encode(header.as_bytes());
    let answer = app.userinfo(&format!("{header}.{rest}")).await;
    let expected = known("web", "no key of the issuer made the access token").at("/userinfo");
    check_told(&world, answer.header("x-request-id"), &expected).await;
    // the control
    assert_eq!(app.userinfo(&token).await.status, 200);

    let billing = world.app("billing");
    let fields = [("grant_type", "client_credentials")];
    let token = billing.token(&fields).await.member("access_token");
    billing.revoke(&token).await;
    let answer = app.userinfo(&token).await;
    let expected = known("billing", "the access token was revoked").at("/userinfo");
    check_told(&world, answer.header("x-request-id"), &expected).await;
}

#[tokio::test]
async fn a_request_that_no_answer_can_leave_has_one_line() {
    // RFC6749-4.1.2.1
    let _log = listen();
    let world = World::new().await;
    let get = |path: &str| world.at(&format!("/authorize{path}"));
    let long = format!("?x={}", "y".repeat(13_000));
    for (path, expected) in [
        ("", unknown("", "no client_id")),
        ("?client_id=ghost", unknown("ghost", "no such client")),
        (
            "?client_id=web&redirect_uri=https://evil.example/",
            known("web", "the redirect_uri is not registered"),
        ),
        (
            "?client_id=%ff",
            unknown("", "the parameters cannot be read"),
        ),
        (long.as_str(), unknown("", "the parameters cannot be read")),
    ] {
        let answer = world.browser().get(&get(path)).await;
        assert!(answer.text().contains("Error id"), "{path}");
        let trace_id = answer.header("x-request-id");
        check_told(&world, trace_id, &expected.at("/authorize")).await;
        let lines = super::lines_with(trace_id);
        let lines: Vec<_> = lines
            .iter()
            .filter(|line| !line.contains("request{") && !line.contains("method="))
            .collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
    }
}
