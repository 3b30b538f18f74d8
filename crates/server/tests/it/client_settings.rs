//! Tests what a client is registered with (OIDC Registration §2, RFC 7591 §2).

use std::time::Duration;

use airside_jose::{Expiry, verify_id_token};
use serde_json::{Value, json};

use crate::{
    authorize_endpoint::{asked, step},
    token::{claims, header, public_client},
    world::{App, World},
};

/// An app of a new public client with these members.
async fn registered(world: &World, more: Value) -> App<'_> {
    let client = public_client("public-new", more);
    let answer = world.admin("POST", "/clients", client).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    world.app("public-new")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_default_age_counts_for_requests_that_state_none() {
    // OIDC-Registration-2, A22
    let world = World::new().await;
    let app = registered(
        &world,
        json!({ "default_max_age": 60, "require_auth_time": true }),
    )
    .await;
    let tokens = app.sign_in("alice").await;
    assert!(claims(&tokens.id.unwrap())["auth_time"].is_number());
    world.advance(Duration::from_secs(60));
    assert_eq!(asked(&app).await, "code");
    world.advance(Duration::from_secs(1));
    assert_eq!(asked(&app).await, "sign-in");
    let app = app.with("max_age", "61");
    assert_eq!(asked(&app).await, "code");
    let app = app.with("max_age", "1");
    assert_eq!(asked(&app).await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_default_age_of_nothing_is_an_age() {
    // A22: falsy
    let world = World::new().await;
    let app = registered(&world, json!({ "default_max_age": 0 })).await;
    app.code("alice").await;
    assert_eq!(asked(&app).await, "sign-in");
    assert_eq!(asked(&app.with("prompt", "none")).await, "login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn userinfo_is_signed_for_a_client_that_wants_it() {
    // OIDC-Core-5.3.2
    let world = World::new().await;
    let app = registered(&world, json!({ "userinfo_signed_response_alg": "ES256" })).await;
    let app = app.scope("openid email");
    let tokens = app.sign_in("alice").await;
    let answer = app.userinfo(&tokens.access).await;
    assert_eq!(answer.header("content-type"), "application/jwt");
    assert_eq!(answer.header("cache-control"), "no-store");
    let signed = answer.text();
    let id_token = tokens.id.unwrap();
    let expected = json!({
        "iss": world.url, "aud": "public-new", "sub": claims(&id_token)["sub"],
        "email": "alice@example.com", "email_verified": true,
    });
    assert_eq!(claims(&signed), expected);
    assert_eq!(header(&signed)["alg"], "ES256");
    // it is no ID token, not as a hint either
    let app = app.with("prompt", "none").with("id_token_hint", &signed);
    assert_eq!(asked(&app).await, "login_required");
    let app = app.with("id_token_hint", &id_token);
    assert_eq!(asked(&app).await, "code");
    let keys = world.issuer.keys();
    let now = world.issuer.now();
    let verify = |token: &str| {
        let keys = keys.keyring.accepted_for_hints(now);
        let client = Some("public-new");
        let now = now.as_seconds();
        verify_id_token(token, &keys, &world.url, client, now, Expiry::Ignored).is_ok()
    };
    assert!(verify(&id_token) && !verify(&signed));
    // a refused token is challenged as ever
    assert_eq!(app.userinfo("x").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_algorithm_without_a_key_is_not_registered() {
    let world = World::new().await;
    for (name, status) in [
        ("PS256", 400),
        ("ES384", 400),
        ("HS256", 400),
        ("none", 400),
        ("EdDSA", 201),
    ] {
        let more = json!({ "userinfo_signed_response_alg": name });
        let client = public_client(&format!("public-{name}"), more);
        let answer = world.admin("POST", "/clients", client).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_consent_page_links_to_the_pages_of_the_client() {
    // RFC7591-2, A26
    let world = World::new().await;
    let more = json!({
        "policy_uri": "https://app.example/privacy", "tos_uri": "https://app.example/terms",
        "logo_uri": "https://app.example/logo.svg",
    });
    let app = registered(&world, more).await;
    let location = app.authorize().await.header("location").to_owned();
    let form = app.browser.get(&location).await;
    let back = app.submit(&location, &form, "alice").await;
    let on = app.browser.get(back.header("location")).await;
    assert_eq!(step(&on), "consent");
    let page = app.browser.get(on.header("location")).await.text();
    assert!(page.contains("<a id=\"policy\" href=\"https://app.example/privacy\">"));
    assert!(page.contains("<a id=\"terms\" href=\"https://app.example/terms\">"));
    assert!(page.contains("<bdi>https://app.example/logo.svg</bdi>"));
    assert!(!page.contains("<img") && !page.contains("src="));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_page_leads_to_where_the_client_starts() {
    // OIDC-Core-4
    let world = World::new().await;
    let more = json!({ "initiate_login_uri": "https://app.example/start?from=airside" });
    let app = registered(&world, more).await;
    let page = app
        .redirect_uri("https://evil.example/cb")
        .authorize()
        .await;
    assert_eq!(page.status, 400);
    let issuer: String = form_urlencoded::byte_serialize(world.url.as_bytes()).collect();
    let start = format!(
        "<a href=\"https://app.example/start?from=airside&amp;iss={issuer}\">Start again at"
    );
    assert!(page.text().contains(&start), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_people_are_led_to_is_of_https() {
    // RFC7591-2, OIDC-Registration-2, A26
    let world = World::new().await;
    for member in ["policy_uri", "tos_uri", "logo_uri", "initiate_login_uri"] {
        for uri in [
            "javascript:alert(1)",
            "http://app.example/",
            "data:text/html,x",
            "/privacy",
        ] {
            let client = public_client("public-bad", json!({ member: uri }));
            let answer = world.admin("POST", "/clients", client).await;
            assert_eq!(answer.status, 400, "{member} {uri}");
            assert!(answer.text().contains(member), "{}", answer.text());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_shown_changed_and_taken_away() {
    let world = World::new().await;
    let settings = json!({
        "default_max_age": 0, "require_auth_time": true, "tos_uri": "https://app.example/terms",
        "policy_uri": "https://app.example/privacy", "logo_uri": "https://app.example/logo.svg",
        "initiate_login_uri": "https://app.example/start", "userinfo_signed_response_alg": "RS256",
    });
    registered(&world, settings.clone()).await;
    let path = "/clients/public-new";
    let shown = async || world.admin("GET", path, Value::Null).await.json();
    let all = shown().await;
    for (member, value) in settings.as_object().unwrap() {
        assert_eq!(all[member], *value, "{member}");
    }
    let members: Vec<_> = settings.as_object().unwrap().keys().collect();
    let change = json!({ "remove": members });
    world.administer("PATCH", path, change).await;
    let left = shown().await;
    for member in members {
        assert_eq!(left.get(member), None, "{member}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_pkce_a_nonce_or_a_state_does_its_work() {
    // RFC9700-2.1.1, A12
    let world = World::new().await;
    let client = json!({
        "client_id": "lax", "token_endpoint_auth_method": "client_secret_basic",
        "redirect_uris": ["https://app.example/cb"], "scope": "openid", "require_pkce": false,
    });
    assert_eq!(world.admin("POST", "/clients", client).await.status, 201);
    let app = world.app("lax").scope("openid");
    let app = app
        .with("code_challenge", "")
        .with("code_challenge_method", "");
    assert_eq!(asked(&app).await, "sign-in");
    let app = app.with("nonce", "");
    assert_eq!(asked(&app).await, "sign-in");
    let app = app.with("state", "");
    assert_eq!(asked(&app).await, "invalid_request");
    assert_eq!(asked(&app.with("nonce", "n")).await, "sign-in");
}
