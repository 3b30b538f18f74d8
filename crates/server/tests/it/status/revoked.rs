//! Everything that revokes a grant puts it into its list.

use serde_json::{Value, json};

use super::is_dead;
use crate::world::{App, PASSWORD, Tokens, World};

/// Alice's token, which dies, and Bob's, which does not.
async fn assert_kills(world: &World, alice: &Tokens, kill: impl AsyncFnOnce()) {
    let bob = world.app("spa").sign_in("bob").await;
    assert!(!is_dead(world, &alice.access).await);
    kill().await;
    assert!(is_dead(world, &alice.access).await);
    assert!(!is_dead(world, &bob.access).await, "the control");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_refresh_token_or_access_token_is_in_the_list() {
    let world = World::new().await;
    let app = world.app("spa");
    let alice = app.sign_in("alice").await;
    assert_kills(&world, &alice, async || {
        app.revoke(alice.refresh()).await;
    })
    .await;
    let again = app.sign_in("alice").await;
    assert_kills(&world, &again, async || {
        app.revoke(&again.access).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_used_twice_is_in_the_list() {
    // RFC6749-4.1.2
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    let alice = Tokens::of(&app.redeem(&code).await);
    assert_kills(&world, &alice, async || {
        assert_eq!(app.redeem(&code).await.status, 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_used_twice_is_in_the_list() {
    // RFC9700-4.14.2
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let second = Tokens::of(&app.refresh(first.refresh()).await);
    let third = Tokens::of(&app.refresh(second.refresh()).await);
    assert_kills(&world, &third, async || {
        assert_eq!(app.refresh(first.refresh()).await.status, 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_ends_is_in_the_list() {
    let world = World::new().await;
    for (name, method, path, body) in endings() {
        let user = json!({ "username": name, "password": PASSWORD });
        assert_eq!(world.admin("POST", "/users", user).await.status, 201);
        let tokens = world.app("spa").sign_in(name).await;
        assert_kills(&world, &tokens, async || {
            assert_eq!(world.admin(method, path, body).await.status, 200);
        })
        .await;
    }
    let alice = world.app("spa").sign_in("alice").await;
    assert_kills(&world, &alice, async || {
        let token = json!({ "token": alice.access });
        let revoked = world.admin("POST", "/tokens/revoke", token).await;
        assert_eq!(revoked.status, 200, "{}", revoked.text());
    })
    .await;
}

/// A person, and the request that ends what they have.
fn endings() -> [(&'static str, &'static str, &'static str, Value); 3] {
    let password = json!({ "password": "another horse battery" });
    [
        (
            "carol",
            "PATCH",
            "/users/carol",
            json!({ "disabled": true }),
        ),
        ("dave", "POST", "/users/dave/password", password),
        ("erin", "DELETE", "/users/erin", Value::Null),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grants_of_a_deleted_client_are_in_the_list() {
    let world = World::new().await;
    let client = json!({
        "client_id": "public-gone", "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://app.example/cb"], "scope": "openid accounts:read",
    });
    let made = world.admin("POST", "/clients", client).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let app = world.app("public-gone").scope("openid accounts:read");
    let alice = app.sign_in("alice").await;
    assert_kills(&world, &alice, async || {
        let path = "/clients/public-gone";
        let deleted = world.admin("DELETE", path, Value::Null).await;
        assert_eq!(deleted.status, 200, "{}", deleted.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_takes_what_was_only_for_it_into_the_list() {
    // OIDC-Core-11
    let world = World::new().await;
    let app = world.app("spa").scope("openid accounts:read");
    let bound = app.sign_in("alice").await;
    assert_kills(&world, &bound, async || sign_out(&app).await).await;

    let bound = app.sign_in("alice").await;
    let app = app.with("prompt", "login");
    assert_kills(&world, &bound, async || {
        let other = app.through(app.authorize().await, "bob").await;
        assert!(other.returned("code").is_some());
    })
    .await;

    let app = app
        .with("prompt", "")
        .scope("openid offline_access accounts:read");
    let offline = app.sign_in("bob").await;
    sign_out(&app).await;
    assert!(!is_dead(&world, &offline.access).await);
}

async fn sign_out(app: &App<'_>) {
    let url = app.world.at("/sign-out");
    let page = app.browser.get(&url).await;
    let sealed = page.hidden("interaction");
    let done = app.browser.post(&url, &[("interaction", &sealed)]).await;
    assert_eq!(done.status, 200, "{}", done.text());
}
