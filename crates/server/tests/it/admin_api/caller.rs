//! Callers over the network: only administrators, with a token for the admin API.

use airside_testkit::Browser;
use serde_json::json;

use super::{READ, WRITE, administered, ask, console, get, machine};
use crate::{admin_document::operations, world::World};

/// A token of the machine that administers, for another API.
async fn of_the_bank(world: &World) -> String {
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", "accounts:read"),
    ];
    world.app("ops").token(&fields).await.member("access_token")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_token_administers() {
    // T44
    let world = administered().await;
    // the control: the same machine, the right API
    let good = machine(&world, READ).await.member("access_token");
    assert_eq!(get(&world, &good, "/users").await, 200);
    let of_the_bank = of_the_bank(&world).await;
    for (token, status) in [("", 400), ("nonsense", 401), (of_the_bank.as_str(), 401)] {
        assert_eq!(get(&world, token, "/users").await, status, "{token}");
    }
    challenged(&world).await;
    // a token for the issuer itself, of a person who may administer
    let app = world.app("console").redirect_uri("https://web.example/cb");
    let own = app.scope("openid").sign_in("carol").await;
    assert_eq!(get(&world, &own.access, "/users").await, 401);
}

/// Without a token, the answer names the metadata of the API.
async fn challenged(world: &World) {
    let nobody = Browser::new().get(&world.at("/api/admin/v1/users")).await;
    assert_eq!(nobody.status, 401);
    let metadata = "/.well-known/oauth-protected-resource/api/admin/v1";
    let named = format!(r#"resource_metadata="{}""#, world.at(metadata));
    assert!(nobody.header("www-authenticate").contains(&named));
    let document = Browser::new().get(&world.at(metadata)).await.json();
    assert_eq!(document["scopes_supported"], json!([READ, WRITE]));
}

#[tokio::test(flavor = "multi_thread")]
async fn administration_is_asked_for_by_name() {
    let world = administered().await;
    let fields = [("grant_type", "client_credentials"), ("scope", READ)];
    let refused = world.app("ops").token(&fields).await;
    assert_eq!(refused.json()["error"], "invalid_target");
    let why = refused.member("error_description");
    assert!(why.contains("/api/admin/v1"), "{why}");
    // nor by asking for all that there is
    let metadata = world.at("/.well-known/openid-configuration");
    let scopes = Browser::new().get(&metadata).await.json()["scopes_supported"].clone();
    assert!(!scopes.to_string().contains("airside:"), "{scopes}");
    assert!(scopes.to_string().contains("accounts:read"), "{scopes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_administer() {
    // T44
    let world = administered().await;
    let all = format!("openid offline_access {READ} {WRITE}");
    let alice = console(&world, &all).sign_in("alice").await;
    let refused = ask(&world, &alice.access, "GET", "/users", &json!(null)).await;
    assert_eq!(refused.outcome(), "403 access_denied");
    let carol = console(&world, &all).sign_in("carol").await;
    assert_eq!(get(&world, &carol.access, "/users").await, 200);
    // what is taken away is gone with the next request
    let not_any_more = json!({ "administrator": false, "force": true });
    let edit = world.administer("PATCH", "/users/carol", not_any_more);
    edit.await;
    assert_eq!(get(&world, &carol.access, "/users").await, 401);
    // and so it is with the token of the next refresh, which carries what is left
    let next = console(&world, &all).refresh(carol.refresh()).await;
    let next = next.member("access_token");
    assert_eq!(get(&world, &next, "/users").await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_administers_nothing_from_then_on() {
    // T44
    let world = administered().await;
    let app = console(&world, &format!("openid offline_access {READ} {WRITE}"));
    let carol = app.sign_in("carol").await;
    assert_eq!(get(&world, &carol.access, "/users").await, 200);
    assert_eq!(app.revoke(carol.refresh()).await.status, 200);
    assert_eq!(get(&world, &carol.access, "/users").await, 401);
    let ops = machine(&world, READ).await.member("access_token");
    assert_eq!(get(&world, &ops, "/users").await, 200);
    assert_eq!(world.app("ops").revoke(&ops).await.status, 200);
    assert_eq!(get(&world, &ops, "/users").await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_network_has_no_admin_api_unless_told_so() {
    // T44
    let world = World::new().await;
    assert_eq!(world.admin("GET", "/users", json!(null)).await.status, 200);
    let answer = Browser::new().get(&world.at("/api/admin/v1/users")).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_asks_who_and_for_what() {
    // T44
    let world = administered().await;
    let reader = machine(&world, READ).await.member("access_token");
    let all = format!("openid offline_access {READ} {WRITE}");
    let alice = console(&world, &all).sign_in("alice").await.access;
    let of_the_bank = of_the_bank(&world).await;
    let routes = routes(&world).await;
    assert!(routes.len() >= 23, "{routes:?}");
    for (method, path) in &routes {
        let asked = async |token: &str| {
            let answer = ask(&world, token, method, path, &json!({})).await;
            answer.status.as_u16()
        };
        let case = format!("{method} {path}");
        assert_eq!(asked("nonsense").await, 401, "{case}");
        assert_eq!(asked(&of_the_bank).await, 401, "{case}");
        assert_eq!(asked(&alice).await, 403, "{case}");
        let is_read = method == "GET" || path == "/tokens/inspect";
        assert_eq!(asked(&reader).await == 403, !is_read, "{case}");
        let url = world.at(&format!("/api/admin/v1{path}"));
        // a cookie of a person who is signed in is nothing here
        let app = world.app("spa");
        app.code("alice").await;
        let answer = app
            .browser
            .send(method.parse().unwrap(), &url, &[], "")
            .await;
        assert_eq!(answer.status, 401, "{case}");
    }
}

/// Every route of the admin API but its document, as the document lists them: a new one is tried as well.
async fn routes(world: &World) -> Vec<(String, String)> {
    let document = world.admin("GET", "/openapi.json", json!(null)).await;
    let all = operations(&document.json()).into_iter();
    let all = all.map(|(method, path, _)| (method, path.replace(['{', '}'], "")));
    all.filter(|(_, path)| path != "/openapi.json").collect()
}
