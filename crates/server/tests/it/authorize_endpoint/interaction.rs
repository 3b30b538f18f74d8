//! A person is asked to sign in or to consent only if it is needed.

use std::time::Duration;

use serde_json::json;

use super::{asked, loopback, step};
use crate::world::{Setting, World};

pub fn house() -> Setting {
    let client = json!({
        "client_id": "house", "token_endpoint_auth_method": "client_secret_basic",
        "redirect_uris": ["https://app.example/cb"], "scope": "openid", "first_party": true,
    });
    Setting {
        clients: vec![client],
        ..Setting::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_request_is_refused_or_answered_but_never_shown() {
    // OIDC-Core-3.1.2.1, A20
    let world = World::new().await;
    let mut app = world.app("spa").with("prompt", "none");
    assert_eq!(asked(&app).await, "login_required");
    app = app.with("prompt", "");
    let location = app.authorize().await.header("location").to_owned();
    let form = app.browser.get(&location).await;
    app.submit(&location, &form, "alice").await;
    app = app.with("prompt", "none");
    assert_eq!(asked(&app).await, "consent_required");
    app = app.with("prompt", "");
    app.code("alice").await;
    app = app.with("prompt", "none");
    assert_eq!(asked(&app).await, "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_request_with_another_prompt_is_invalid() {
    // OIDC-Core-3.1.2.1
    let world = World::new().await;
    let app = world.app("spa").with("prompt", "none login");
    assert_eq!(asked(&app).await, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_signed_in_is_asked_again_if_the_app_says_so() {
    // OIDC-Core-3.1.2.1, A22
    let world = World::new().await;
    for (name, value, page) in [
        ("prompt", "login", "sign-in"),
        ("max_age", "0", "sign-in"),
        ("prompt", "consent", "consent"),
    ] {
        let app = world.app("spa");
        app.code("alice").await;
        assert_eq!(asked(&app).await, "code");
        let app = app.with(name, value);
        assert_eq!(asked(&app).await, page, "{name}={value}");
        assert_eq!(step(&app.code_answer("alice").await), "code", "{name}");
        assert_eq!(asked(&app).await, page, "{name}={value} again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_older_than_max_age_is_repeated() {
    // OIDC-Core-3.1.2.1, A22
    let world = World::new().await;
    let app = world.app("spa").with("max_age", "600");
    app.code("alice").await;
    world.advance(Duration::from_secs(599));
    assert_eq!(asked(&app).await, "code");
    world.advance(Duration::from_secs(2));
    assert_eq!(asked(&app).await, "sign-in");
    assert_eq!(step(&app.code_answer("alice").await), "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remembered_consent_is_asked_for_again_only_when_the_scope_grows() {
    // RFC9700-4.16, A21
    let world = World::new().await;
    let mut app = world.app("spa").scope("openid accounts:read");
    app.code("alice").await;
    assert_eq!(asked(&app).await, "code");
    app = app.scope("openid");
    assert_eq!(asked(&app).await, "code");
    app = app.scope("openid accounts:read accounts:write");
    assert_eq!(asked(&app).await, "consent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_on_the_machine_of_the_person_is_asked_about_every_time() {
    // RFC8252-8.6, A21
    let world = World::with(loopback()).await;
    let app = world.app("public-cli").scope("openid");
    let app = app.redirect_uri("http://127.0.0.1:5000/cb");
    for _ in 0..2 {
        app.code("alice").await;
        assert_eq!(asked(&app).await, "consent");
    }
    let silent = app.with("prompt", "none");
    assert_eq!(asked(&silent).await, "consent_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_the_house_needs_no_consent() {
    // RFC6749-10.2
    let world = World::with(house()).await;
    let app = world.app("house").scope("openid");
    let location = app.authorize().await.header("location").to_owned();
    let form = app.browser.get(&location).await;
    let back = app.submit(&location, &form, "alice").await;
    let answer = app.browser.get(back.header("location")).await;
    assert_eq!(step(&answer), "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_does_not_allow_it_is_sent_back_without_a_code() {
    // RFC6749-4.1.2.1
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let app = app.with("prompt", "consent");
    let location = app.authorize().await.header("location").to_owned();
    let sealed = app.browser.get(&location).await.hidden("interaction");
    let fields = [("interaction", sealed.as_str()), ("decision", "deny")];
    let answer = app.browser.post(&world.at("/consent"), &fields).await;
    assert_eq!(answer.outcome(), "303 access_denied");
    assert_eq!(answer.returned("state").as_deref(), Some("st"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_at_another_person_is_no_silent_sign_in() {
    // OIDC-Core-3.1.2.1, A20
    let world = World::new().await;
    let bob = world.app("spa").sign_in("bob").await.id.unwrap();
    let app = world.app("spa");
    let alice = app.sign_in("alice").await.id.unwrap();
    let app = app.with("prompt", "none").with("id_token_hint", &alice);
    assert_eq!(asked(&app).await, "code");
    let app = app.with("id_token_hint", &bob);
    assert_eq!(asked(&app).await, "login_required");
    let app = app.with("id_token_hint", "a.b.c");
    assert_eq!(asked(&app).await, "login_required");
}
