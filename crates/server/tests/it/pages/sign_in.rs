//! The sign-in form against guessers, other sites and changes behind its back (A15, A18).

mod budget;

use http::Method;
use serde_json::json;

use super::{attempt, form};
use crate::{
    authorize_endpoint::{asked, assert_page, step},
    world::{PASSWORD, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn credentials_in_an_address_sign_nobody_in() {
    // A15
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let query = format!("?interaction={sealed}&username=alice&password=correct+horse+battery");
    let answer = app
        .browser
        .get(&world.at(&format!("/sign-in{query}")))
        .await;
    assert_eq!(answer.status, 200);
    assert!(!answer.headers.contains_key("set-cookie"));
    assert!(!answer.text().contains("correct horse"));
    assert_eq!(asked(&app).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_a_script_can_send_without_asking_is_not_read() {
    // A15
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let body = format!("interaction={sealed}&username=alice&password=correct+horse+battery");
    for kind in ["text/plain", "multipart/form-data"] {
        let headers = [("content-type", kind)];
        let url = world.at("/sign-in");
        let answer = app
            .browser
            .send(Method::POST, &url, &headers, body.clone())
            .await;
        assert_page(&answer, kind);
        assert!(!answer.headers.contains_key("set-cookie"), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_seal_of_a_sign_in_page_of_this_issuer_opens_it() {
    // A15, T35: a seal names issuer and purpose
    let (world, other) = (World::new().await, World::new().await);
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let (_, foreign) = form(&other.app("spa")).await;
    let code = world.app("spa").code("alice").await;
    let cut = &sealed[..sealed.len() - 1];
    for wrong in ["", "x", cut, &format!("{sealed}A"), &foreign, &code] {
        let answer = attempt(&app, wrong, "alice", PASSWORD).await;
        assert_page(&answer, wrong);
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    assert_eq!(attempt(&app, &sealed, "alice", PASSWORD).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seal_of_another_page_does_not_sign_in() {
    // A16, T35
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let sign_out = app
        .browser
        .get(&world.at("/sign-out"))
        .await
        .hidden("interaction");
    let (_, consent) = form(&app.with("prompt", "consent")).await;
    let app = world.app("spa");
    for wrong in [&sign_out, &consent] {
        assert_page(&attempt(&app, wrong, "alice", PASSWORD).await, "sign-in");
        let resumed = world.at(&format!("/authorize?interaction={wrong}"));
        let answer = app.browser.get(&resumed).await;
        assert_eq!(answer.returned("code"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_page_is_worth_nothing_once_its_client_is_gone() {
    // every submit checks the request again
    let world = World::new().await;
    let client = json!({
        "client_id": "public-new", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["https://app.example/cb"],
    });
    world.admin("POST", "/clients", client).await;
    let app = world.app("public-new").scope("openid");
    let (_, sealed) = form(&app).await;
    world
        .admin("DELETE", "/clients/public-new", json!(null))
        .await;
    let answer = attempt(&app, &sealed, "alice", PASSWORD).await;
    assert_page(&answer, "client");
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_the_account_is_disabled_or_gets_a_password() {
    // T14, ASVS-7.4.2
    let world = World::new().await;
    let (alice, bob) = (world.app("spa"), world.app("spa"));
    alice.code("alice").await;
    bob.code("bob").await;
    assert_eq!(asked(&bob).await, "code");
    world
        .admin("PATCH", "/users/alice", json!({ "disabled": true }))
        .await;
    let password = json!({ "password": "another long password" });
    world.admin("POST", "/users/bob/password", password).await;
    assert_eq!(asked(&alice).await, "sign-in");
    assert_eq!(asked(&bob).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_any_kind_is_a_wrong_name() {
    // A26
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let long = "x".repeat(5_000);
    for name in WRONG_NAMES.into_iter().chain([long.as_str()]) {
        let answer = attempt(&app, &sealed, name, "wrong").await;
        assert_eq!(answer.status, 401, "{name}");
    }
    let huge = attempt(&app, &sealed, &"x".repeat(1 << 20), "wrong").await;
    assert_page(&huge, "1 MiB");
    let answer = attempt(&app, &sealed, "alice", PASSWORD).await;
    let next = app.browser.get(answer.header("location")).await;
    assert_eq!(step(&next), "consent");
}

const WRONG_NAMES: [&str; 6] = ["", " ", "a\nb", "\u{1b}[31m", "\u{202e}ecila", "alice'--"];
