//! When consent is asked for (A21).

use serde_json::json;

use crate::{
    authorize_endpoint::{asked, house, step},
    token::claims,
    world::{BANK, SHOP, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn another_api_is_asked_for() {
    // A21
    let world = World::new().await;
    let mut app = world.app("spa").scope("openid").with("resource", BANK);
    app.code("alice").await;
    assert_eq!(asked(&app).await, "code");
    app = app.with("resource", SHOP);
    assert_eq!(asked(&app).await, "consent");
    app.code("alice").await;
    app = app.with("resource", BANK).also("resource", SHOP);
    assert_eq!(asked(&app).await, "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_address_of_the_same_client_is_asked_for() {
    // A21
    let client = json!({
        "client_id": "public-two", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["https://a.example/cb", "https://b.example/cb", "https://a.example/2"],
    });
    let world = World::with_clients([client]).await;
    let app = world.app("public-two").scope("openid");
    let app = app.redirect_uri("https://a.example/cb");
    app.code("alice").await;
    let app = app.redirect_uri("https://a.example/2");
    assert_eq!(asked(&app).await, "code");
    let app = app.redirect_uri("https://b.example/cb");
    assert_eq!(asked(&app).await, "consent");
}

#[tokio::test(flavor = "multi_thread")]
async fn access_while_the_person_is_away_is_asked_for() {
    // A21
    let world = World::new().await;
    let app = world.app("spa").scope("openid accounts:read");
    app.code("alice").await;
    assert_eq!(asked(&app).await, "code");
    let app = app.scope("openid accounts:read offline_access");
    assert_eq!(asked(&app).await, "consent");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_person_allowed_is_not_allowed_by_another() {
    // A21
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let bob = world.app("spa");
    let page = bob.authorize().await.header("location").to_owned();
    let form = bob.browser.get(&page).await;
    bob.submit(&page, &form, "bob").await;
    assert_eq!(asked(&bob).await, "consent");
    assert_eq!(asked(&app).await, "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_has_revoked_is_asked_for_again() {
    let world = World::new().await;
    let (app, bob) = (world.app("spa"), world.app("spa"));
    let tokens = app.sign_in("alice").await;
    bob.sign_in("bob").await;
    assert_eq!(asked(&app).await, "code");
    let access = claims(&tokens.access);
    let revoke = format!("/grants/{}", access["grant_id"].as_str().unwrap());
    world.administer("DELETE", &revoke, json!(null)).await;
    assert_eq!(asked(&app).await, "consent");
    assert_eq!(asked(&bob).await, "code");
    app.sign_in("alice").await;
    assert_eq!(asked(&app).await, "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_denied_is_not_remembered_as_allowed() {
    // A21
    let world = World::new().await;
    let app = world.app("spa");
    let page = app.authorize().await.header("location").to_owned();
    let form = app.browser.get(&page).await;
    app.submit(&page, &form, "alice").await;
    let page = app.authorize().await.header("location").to_owned();
    let sealed = app.browser.get(&page).await.hidden("interaction");
    let fields = [("interaction", sealed.as_str()), ("decision", "deny")];
    app.browser.post(&world.at("/consent"), &fields).await;
    assert_eq!(asked(&app).await, "consent");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_operator_says_who_is_of_the_house() {
    // A21
    let world = World::with(house()).await;
    for (name, value) in [
        ("first_party", "true"),
        ("consent", "given"),
        ("decision", "allow"),
    ] {
        let app = world.app("spa").with(name, value);
        assert_eq!(step(&app.authorize().await), "sign-in");
        let page = app.authorize().await.header("location").to_owned();
        let form = app.browser.get(&page).await;
        app.submit(&page, &form, "alice").await;
        assert_eq!(asked(&app).await, "consent", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_can_be_impersonated_cannot_be_of_the_house() {
    // A21
    let world = World::new().await;
    for (method, uri, status) in [
        ("none", "https://x.example/cb", 400),
        ("client_secret_basic", "http://127.0.0.1/cb", 400),
        ("client_secret_basic", "https://x.example/cb", 201),
    ] {
        let client = json!({
            "client_id": format!("public-{status}"), "token_endpoint_auth_method": method,
            "redirect_uris": [uri], "scope": "openid", "first_party": true,
        });
        let answer = world.admin("POST", "/clients", client).await;
        assert_eq!(answer.status, status, "{method} {uri}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_the_house_can_still_ask_for_consent() {
    // A21, OIDC-Core-3.1.2.1
    let world = World::with(house()).await;
    let app = world.app("house").scope("openid");
    assert_eq!(step(&app.code_answer("alice").await), "code");
    assert_eq!(asked(&app).await, "code");
    let app = app.with("prompt", "consent");
    assert_eq!(asked(&app).await, "consent");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_whose_scheme_anyone_can_claim_is_asked_about_every_time() {
    // A21, RFC8252-8.6
    let client = json!({
        "client_id": "public-app", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["com.example.app:/cb"],
    });
    let world = World::with_clients([client]).await;
    let app = world.app("public-app").scope("openid");
    let app = app.redirect_uri("com.example.app:/cb");
    app.code("alice").await;
    assert_eq!(asked(&app).await, "consent");
}
