//! The consent form: for one person, one session, one browser, ten minutes, once (A16, A30).

mod decision;
mod extended;

use std::time::Duration;

use airside_testkit::Answer;
use serde_json::json;

use super::{attempt, form};
use crate::{
    authorize_endpoint::step,
    world::{App, BANK, PASSWORD, SHOP, World},
};

/// The consent page that `username` gets, and its seal.
async fn page(app: &App<'_>, username: &str) -> (Answer, String) {
    let (_, sealed) = form(app).await;
    let back = attempt(app, &sealed, username, PASSWORD).await;
    let on = app.browser.get(back.header("location")).await;
    let page = app.browser.get(on.header("location")).await;
    let sealed = page.hidden("interaction");
    (page, sealed)
}

async fn decide(app: &App<'_>, sealed: &str, decision: &str) -> Answer {
    let fields = [("interaction", sealed), ("decision", decision)];
    app.browser.post(&app.world.at("/consent"), &fields).await
}

/// Returns where the browser ends up after one of our redirects.
async fn on(app: &App<'_>, answer: &Answer) -> String {
    assert_eq!(answer.status, 303);
    step(&app.browser.get(answer.header("location")).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_who_asks_for_what_and_where_the_answer_goes() {
    // A30, RFC9700-4.16
    let world = World::new().await;
    let (page, _) = page(&world.app("spa"), "alice").await;
    let text = page.text();
    for shown in [
        "Bank",
        "app.example",
        "alice",
        "accounts:read",
        "offline_access",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert_eq!(text.matches("type=\"submit\"").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_looks_like_markup_or_another_name_is_shown_as_text() {
    // A26, A30
    let name = "\"><svg/onload=alert(1)>{{7*7}}${7*7}";
    let client = json!({
        "client_id": "public-evil", "client_name": name, "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://app.example/cb"], "scope": "openid",
    });
    let world = World::with_clients([client]).await;
    let app = world.app("public-evil").scope("openid");
    let (sign_in, _) = form(&app).await;
    let (consent, _) = page(&app, "alice").await;
    for answer in [sign_in, consent] {
        let text = answer.text();
        assert!(
            !text.contains("<svg/onload") && !text.contains(">49"),
            "{text}"
        );
        assert!(text.contains("{{7*7}}"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_cannot_be_made_to_read_backwards() {
    // A26, A30
    let world = World::new().await;
    for name in [
        "elgoog\u{202e}",
        "a\u{2066}b",
        "a\u{0}b",
        "a\nb",
        &"x".repeat(201),
    ] {
        let client = json!({
            "client_id": "public-evil", "client_name": name, "token_endpoint_auth_method": "none",
            "redirect_uris": ["https://app.example/cb"], "scope": "openid",
        });
        let answer = world.admin("POST", "/clients", client).await;
        assert_eq!(answer.status, 400, "{name:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_waited_longer_than_ten_minutes_is_shown_again() {
    // A16
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = page(&app, "alice").await;
    world.advance(Duration::from_secs(600));
    let (_, young) = form(&app).await;
    world.advance(Duration::from_secs(1));
    assert_eq!(
        on(&app, &decide(&app, &sealed, "allow").await).await,
        "consent"
    );
    assert_eq!(step(&decide(&app, &young, "allow").await), "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn not_you_signs_in_as_somebody_else() {
    // A18: and the session of before ends
    let world = World::new().await;
    let app = world.app("spa");
    let (shown, _) = page(&app, "alice").await;
    let text = shown.text();
    let (_, rest) = text.split_once("id=\"other-account\" href=\"").unwrap();
    let (address, _) = rest.split_once('"').unwrap();
    let sign_in = app.browser.get(address).await;
    assert_eq!(sign_in.status, 200);
    let back = attempt(&app, &sign_in.hidden("interaction"), "bob", PASSWORD).await;
    let on = app.browser.get(back.header("location")).await;
    let consent = app.browser.get(on.header("location")).await;
    assert!(consent.text().contains("signed in as <bdi>bob</bdi>"));
    assert_eq!(
        step(&decide(&app, &consent.hidden("interaction"), "allow").await),
        "code"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_scope_is_listed_below_its_own_api() {
    // A30, RFC8707-2
    let world = World::new().await;
    let app = world
        .app("spa")
        .scope("openid accounts:read orders:read")
        .with("resource", BANK)
        .also("resource", SHOP);
    let (page, _) = page(&app, "alice").await;
    let text = page.text();
    let blocks: Vec<_> = text.split("<h3>").collect();
    assert_eq!(blocks.len(), 3, "{text}");
    for (api, own, other) in [
        (BANK, "accounts:read", "orders:read"),
        (SHOP, "orders:read", "accounts:read"),
    ] {
        let block = blocks.iter().find(|block| block.contains(api)).unwrap();
        assert!(block.contains(own) && !block.contains(other), "{block}");
    }
    assert!(!blocks[0].contains("accounts:read") && blocks[0].contains("recognise your account"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_on_the_device_is_shown_as_one() {
    let redirect_uri = "http://127.0.0.1:4000/cb";
    let client = json!({
        "client_id": "public-cli", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": [redirect_uri],
    });
    let world = World::with_clients([client]).await;
    let app = world
        .app("public-cli")
        .scope("openid")
        .redirect_uri(redirect_uri);
    let (sign_in, _) = form(&app).await;
    let (consent, _) = page(&app, "alice").await;
    for text in [sign_in.text(), consent.text()] {
        assert!(
            text.contains("<bdi>a program on this device</bdi>"),
            "{text}"
        );
        assert!(!text.contains("<bdi>127.0.0.1"));
    }
}
