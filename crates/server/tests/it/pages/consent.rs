//! The consent form: for one person, one session, one browser, ten minutes, once (A16, A30).

use std::time::Duration;

use airside_testkit::Answer;
use serde_json::json;

use super::{assert_guarded, attempt, form};
use crate::{
    authorize_endpoint::{assert_page, step},
    world::{App, BANK, PASSWORD, SHOP, Setting, World},
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

/// Where the browser ends up after one of our redirects.
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
    let world = World::with(Setting {
        clients: vec![client],
        ..Setting::default()
    })
    .await;
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
async fn nobody_allows_what_another_person_was_asked() {
    // A16
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = page(&app, "alice").await;
    let app = app.with("prompt", "login");
    page(&app, "bob").await;
    let answer = decide(&app, &sealed, "allow").await;
    assert_eq!(on(&app, &answer).await, "consent");
    assert_eq!(answer.returned("code"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_allows_anything_from_another_browser() {
    // A16
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = page(&app, "alice").await;
    let thief = world.app("spa");
    assert_eq!(decide(&thief, &sealed, "allow").await.status, 403);
    page(&thief, "bob").await;
    assert_eq!(decide(&thief, &sealed, "allow").await.status, 403);
    let url = world.at(&format!("/consent?interaction={sealed}"));
    let restarted = thief.browser.get(&url).await;
    assert!(restarted.header("location").contains("/authorize?"));
    assert_eq!(world.app("spa").browser.get(&url).await.status, 403);
    assert_eq!(step(&decide(&app, &sealed, "allow").await), "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signed_out_is_asked_to_sign_in_first() {
    // A16, T35
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = page(&app, "alice").await;
    let out = app
        .browser
        .get(&world.at("/sign-out"))
        .await
        .hidden("interaction");
    let fields = [("interaction", out.as_str())];
    app.browser.post(&world.at("/sign-out"), &fields).await;
    let answer = decide(&app, &sealed, "allow").await;
    assert_eq!(on(&app, &answer).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_a_submitted_allow_or_deny() {
    // A16
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = page(&app, "alice").await;
    for decision in ["", "yes", "ALLOW", "allow "] {
        assert_page(&decide(&app, &sealed, decision).await, decision);
    }
    let twice = [
        ("interaction", sealed.as_str()),
        ("decision", "deny"),
        ("decision", "allow"),
    ];
    assert_page(
        &app.browser.post(&world.at("/consent"), &twice).await,
        "twice",
    );
    let url = world.at(&format!("/consent?interaction={sealed}&decision=allow"));
    let opened = app.browser.get(&url).await;
    assert_eq!(opened.status, 200);
    assert_guarded(&opened, "opened");
    assert_eq!(step(&decide(&app, &sealed, "allow").await), "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seal_of_another_page_allows_nothing() {
    // A16, T35
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sign_in) = form(&app).await;
    page(&app, "alice").await;
    let sign_out = app
        .browser
        .get(&world.at("/sign-out"))
        .await
        .hidden("interaction");
    for wrong in [&sign_in, &sign_out] {
        assert_page(&decide(&app, wrong, "allow").await, "allow");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_pressed_many_times_at_once_leads_on_every_time() {
    // A16
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = page(&app, "alice").await;
    let (a, b, c, d) = tokio::join!(
        decide(&app, &sealed, "allow"),
        decide(&app, &sealed, "allow"),
        decide(&app, &sealed, "allow"),
        decide(&app, &sealed, "allow"),
    );
    let codes = [a, b, c, d]
        .iter()
        .filter(|answer| step(answer) == "code")
        .count();
    assert_eq!(codes, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_client_lost_meanwhile_is_not_allowed_any_more() {
    // every submit checks the request again
    let world = World::new().await;
    for (patch, expected) in [
        (json!({ "scope": "profile" }), "invalid_scope"),
        (
            json!({ "redirect_uris": ["https://moved.example/cb"] }),
            "400 ",
        ),
    ] {
        let id = format!(
            "public-{}",
            patch.as_object().unwrap().keys().next().unwrap()
        );
        let client = json!({
            "client_id": id, "token_endpoint_auth_method": "none", "scope": "openid profile",
            "redirect_uris": ["https://app.example/cb"],
        });
        world.admin("POST", "/clients", client).await;
        let app = world.app(&id).scope("openid");
        let (_, sealed) = page(&app, "alice").await;
        world.admin("PATCH", &format!("/clients/{id}"), patch).await;
        assert_eq!(step(&decide(&app, &sealed, "allow").await), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_person_allows_nothing() {
    // T14
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = page(&app, "alice").await;
    world
        .admin("PATCH", "/users/alice", json!({ "disabled": true }))
        .await;
    let answer = decide(&app, &sealed, "allow").await;
    assert_eq!(on(&app, &answer).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_used_asks_again_once_its_consent_is_gone() {
    // A16: a consent goes with its client
    let world = World::new().await;
    let client = json!({
        "client_id": "public-new", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["https://app.example/cb"],
    });
    world.admin("POST", "/clients", client.clone()).await;
    let app = world.app("public-new").scope("openid");
    let (_, sealed) = page(&app, "alice").await;
    for _ in 0..2 {
        assert_eq!(step(&decide(&app, &sealed, "allow").await), "code");
    }
    let gone = world
        .admin("DELETE", "/clients/public-new", json!(null))
        .await;
    assert_eq!(gone.status, 200);
    world.admin("POST", "/clients", client).await;
    let again = decide(&app, &sealed, "allow").await;
    assert_eq!(again.returned("code"), None);
    assert_eq!(on(&app, &again).await, "consent");
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
    let world = World::with(Setting {
        clients: vec![client],
        ..Setting::default()
    })
    .await;
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
