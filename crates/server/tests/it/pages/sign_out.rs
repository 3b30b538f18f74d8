//! Signing out, and where one may be sent afterwards (A09, A16).

mod return_address;
mod seal;

use std::time::Duration;

use airside_testkit::Answer;
use serde_json::json;

use super::session_cookie;
use crate::{
    authorize_endpoint::asked,
    world::{App, Setting, World},
};

const DONE: &str = "https://app.example/done";

fn returning() -> Setting {
    let client = |id: &str, uri: &str| {
        json!({
            "client_id": id, "token_endpoint_auth_method": "none", "scope": "openid",
            "redirect_uris": ["https://app.example/cb"], "post_logout_redirect_uris": [uri],
            "id_token_signed_response_alg": "ES256",
        })
    };
    let clients = vec![
        client("public-app", DONE),
        client("public-other", "https://other.example/done"),
    ];
    Setting {
        clients,
        ..Setting::default()
    }
}

/// Opens the page with these parameters.
async fn open(app: &App<'_>, params: &[(&str, &str)]) -> Answer {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish();
    app.browser
        .get(&app.world.at(&format!("/sign-out?{query}")))
        .await
}

/// Presses its button.
async fn confirm(app: &App<'_>, page: &Answer) -> Answer {
    let sealed = page.hidden("interaction");
    let fields = [("interaction", sealed.as_str())];
    app.browser.post(&app.world.at("/sign-out"), &fields).await
}

async fn signed_in<'a>(world: &'a World, client: &str) -> (App<'a>, String) {
    let app = world.app(client).scope("openid");
    let id = app.sign_in("alice").await.id.unwrap();
    (app, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_that_is_proved_gets_the_person_back_at_a_registered_address() {
    // OIDC-RPInitiated-3
    let world = World::with(returning()).await;
    let (app, hint) = signed_in(&world, "public-app").await;
    let params = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", DONE),
        ("state", "a b&c"),
    ];
    let answer = open(&app, &params).await;
    assert_eq!(answer.header("location"), format!("{DONE}?state=a+b%26c"));
    assert_eq!(asked(&app).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_hint_is_still_a_hint() {
    // OIDC-RPInitiated-2
    let world = World::with(returning()).await;
    let (app, hint) = signed_in(&world, "public-app").await;
    world.advance(Duration::from_secs(2 * 60 * 60));
    let params = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", DONE),
    ];
    assert_eq!(open(&app, &params).await.header("location"), DONE);
    assert_eq!(asked(&app).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_of_an_earlier_session_is_asked_about_first() {
    // OIDC-RPInitiated-2, A16
    let world = World::with(returning()).await;
    let (app, hint) = signed_in(&world, "public-app").await;
    let page = open(&app, &[]).await;
    confirm(&app, &page).await;
    app.code("alice").await;
    let hint = ("id_token_hint", hint.as_str());
    let page = open(&app, &[hint, ("post_logout_redirect_uri", DONE)]).await;
    let policy = page.header("content-security-policy");
    assert!(!policy.contains("form-action"), "{policy}");
    let back = "href=\"https://app.example/\">Back to";
    assert!(page.text().contains(back));
    assert_eq!(asked(&app).await, "code", "nothing happened yet");
    assert_eq!(confirm(&app, &page).await.header("location"), DONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_id_that_contradicts_the_hint_proves_nothing() {
    // OIDC-RPInitiated-2
    let world = World::with(returning()).await;
    for (client, location) in [("public-other", ""), ("public-app", DONE)] {
        let (app, hint) = signed_in(&world, "public-app").await;
        let params = [
            ("id_token_hint", hint.as_str()),
            ("client_id", client),
            ("post_logout_redirect_uri", DONE),
        ];
        let page = open(&app, &params).await;
        let answer = match page.status.is_redirection() {
            true => page,
            false => confirm(&app, &page).await,
        };
        assert_eq!(answer.header("location"), location);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_request_of_a_client_comes_back_with_the_cookie() {
    // OIDC-RPInitiated-2
    let world = World::with(returning()).await;
    let (app, hint) = signed_in(&world, "public-app").await;
    let fields = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", DONE),
    ];
    let site = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://app.example"),
    ];
    let url = world.at("/sign-out");
    let answer = app.browser.post_with(&url, &site, &fields).await;
    assert_eq!(answer.status, 303);
    assert_eq!(asked(&app).await, "code", "nothing happened yet");
    let ended = app.browser.get(answer.header("location")).await;
    assert_eq!(ended.header("location"), DONE);
    assert_eq!(asked(&app).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_is_told_so() {
    // OIDC-RPInitiated-2
    let world = World::new().await;
    let answer = world.browser().get(&world.at("/sign-out")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (200, "")
    );
    assert!(!answer.text().contains("<form"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_told_to_be_signed_out_has_no_session_left() {
    // ASVS-7.4.1
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let page = open(&app, &[]).await;
    let again = app.with("prompt", "login");
    again.code("alice").await;
    let (name, value) = session_cookie(&again);
    let answer = confirm(&again, &page).await;
    assert_eq!(answer.status, 200);
    let thief = world.app("spa").with("prompt", "none");
    thief.browser.set_cookie(&name, &value);
    assert_eq!(asked(&thief).await, "login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hint_of_this_session_ends_it_without_a_question_and_without_a_way_back() {
    // OIDC-RPInitiated-2
    let world = World::with(returning()).await;
    for client in [None, Some("public-app")] {
        let (app, hint) = signed_in(&world, "public-app").await;
        let mut params = vec![("id_token_hint", hint.as_str()), ("state", "unused")];
        params.extend(client.map(|client| ("client_id", client)));
        let page = open(&app, &params).await;
        assert_eq!((page.status.as_u16(), page.header("location")), (200, ""));
        assert!(page.text().contains("You are signed out"));
        assert!(!page.text().contains("<form") && !page.text().contains("unused"));
        assert_eq!(asked(&app).await, "sign-in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_is_sent_twice_is_refused_on_a_page_and_ends_nothing() {
    // OIDC-RPInitiated-4
    let world = World::with(returning()).await;
    let (app, hint) = signed_in(&world, "public-app").await;
    let usual = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", DONE),
    ];
    for twice in [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", "https://evil.example/"),
    ] {
        let page = open(&app, &[usual[0], usual[1], twice]).await;
        assert_eq!((page.status.as_u16(), page.header("location")), (400, ""));
        assert_eq!(asked(&app).await, "code", "nothing happened");
    }
    assert_eq!(open(&app, &usual).await.header("location"), DONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_of_another_issuer_proves_nothing() {
    // OIDC-RPInitiated-2, OIDC-RPInitiated-4
    let (world, other) = (
        World::with(returning()).await,
        World::with(returning()).await,
    );
    let (_, foreign) = signed_in(&other, "public-app").await;
    let (app, _) = signed_in(&world, "public-app").await;
    let params = [
        ("id_token_hint", foreign.as_str()),
        ("post_logout_redirect_uri", DONE),
    ];
    let page = open(&app, &params).await;
    assert_eq!((page.status.as_u16(), page.header("location")), (200, ""));
    assert!(page.text().contains("<form"), "it is asked first");
    assert_eq!(asked(&app).await, "code", "nothing happened");
}
