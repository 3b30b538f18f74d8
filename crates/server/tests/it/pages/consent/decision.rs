//! Submitted decisions: the person, the browser and the request must be those that were asked.

use serde_json::{Value, json};

use super::{
    super::{assert_guarded, form},
    decide, on, page,
};
use crate::{
    authorize_endpoint::{assert_page, step},
    world::World,
};

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
    let answer = app.browser.post(&world.at("/consent"), &twice).await;
    assert_page(&answer, "twice");
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
    for (patch, expected) in losses() {
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

/// A change of the client, and what its request comes to.
fn losses() -> [(Value, &'static str); 2] {
    [
        (json!({ "scope": "profile" }), "invalid_scope"),
        (
            json!({ "redirect_uris": ["https://moved.example/cb"] }),
            "400 ",
        ),
    ]
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
