//! A running issuer takes over another configuration: what changes, and what stays as it is.

use std::time::Duration;

use airside_jose::Algorithm;
use airside_oauth::profile::{Resource, ResourceSigning};
use airside_server::{issuer::ReloadError, settings::SignInLimits};
use serde_json::json;

use crate::{
    pages::form,
    world::{App, BANK, PASSWORD, Setting, World},
};

const SECOND: Duration = Duration::from_secs(1);

fn without(clients: &'static [&'static str]) -> Setting {
    Setting {
        without: clients,
        ..Setting::default()
    }
}

fn api(identifier: &str, scopes: &str, algorithm: Algorithm) -> Resource {
    Resource {
        identifier: identifier.to_owned(),
        scopes: scopes.parse().unwrap(),
        signing: ResourceSigning::Asymmetric(algorithm),
        claims: airside_oauth::token::released_claim::ReleasedClaims::default(),
    }
}

/// With the API `https://new.example` and a machine `new` for it.
fn with_an_api(algorithm: Algorithm) -> Setting {
    Setting {
        resources: vec![api("https://new.example", "new:read", algorithm)],
        clients: vec![json!({
            "client_id": "new", "grant_types": ["client_credentials"], "scope": "new:read",
        })],
        ..Setting::default()
    }
}

async fn machine_token(world: &World, client: &str) -> u16 {
    let fields = [("grant_type", "client_credentials")];
    world.app(client).token(&fields).await.status.as_u16()
}

async fn apis(world: &World) -> Vec<String> {
    let metadata = world.at("/.well-known/oauth-authorization-server");
    let metadata = world.browser().get(&metadata).await.json();
    let apis = metadata["protected_resources"].as_array().unwrap();
    apis.iter()
        .map(|api| api.as_str().unwrap().to_owned())
        .collect()
}

async fn attempt(app: &App<'_>, username: &str, password: &str) -> u16 {
    let (_, sealed) = form(app).await;
    let fields = [
        ("interaction", sealed.as_str()),
        ("username", username),
        ("password", password),
    ];
    let url = app.world.at("/sign-in");
    app.browser.post(&url, &fields).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn new_clients_and_apis_are_taken_over_and_old_ones_go_on() {
    let world = World::new().await;
    let new = "https://new.example".to_owned();
    assert_eq!(machine_token(&world, "new").await, 401);
    let tokens = world.app("spa").sign_in("alice").await;

    let reloaded = world.reload(with_an_api(Algorithm::ES256)).await.unwrap();
    assert_eq!((reloaded.clients.created, reloaded.clients.changed), (1, 0));
    assert_eq!(machine_token(&world, "new").await, 200);
    assert!(apis(&world).await.contains(&new));
    // the control: what the file says as before has not changed
    assert_eq!(world.app("spa").refresh(tokens.refresh()).await.status, 200);
    assert_eq!(world.app("spa").userinfo(&tokens.access).await.status, 200);

    world.reload(Setting::default()).await.unwrap();
    assert_eq!(machine_token(&world, "new").await, 401);
    assert!(!apis(&world).await.contains(&new));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_missing_is_disabled_and_what_people_allowed_it_waits_for_it() {
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    let code = app.code("alice").await;

    let reloaded = world.reload(without(&["spa"])).await.unwrap();
    assert_eq!(reloaded.clients.disabled, 1);
    assert!(world.events().await.contains(&"client.disabled".to_owned()));
    for answer in [app.refresh(tokens.refresh()).await, app.redeem(&code).await] {
        assert_eq!(answer.member("error"), "invalid_client");
    }
    assert_eq!(app.authorize().await.status, 400);
    assert_eq!(app.userinfo(&tokens.access).await.status, 401);
    let introspected = world.app("bank-api").introspect(&tokens.access).await;
    assert_eq!(introspected.json()["active"], false);
    let shown = world.admin("GET", "/clients/spa", json!(null)).await.json();
    assert_eq!(shown["disabled"], true);
    // again, nothing is left to do
    let again = world.reload(without(&["spa"])).await.unwrap();
    assert_eq!(again.clients.disabled, 0);

    world.advance(SECOND);
    let reloaded = world.reload(Setting::default()).await.unwrap();
    assert_eq!(reloaded.clients.enabled, 1);
    assert!(world.events().await.contains(&"client.enabled".to_owned()));
    // the refresh token is good again, the code and the access token stay dead
    assert_eq!(app.redeem(&code).await.member("error"), "invalid_grant");
    assert_eq!(app.userinfo(&tokens.access).await.status, 401);
    assert_eq!(app.refresh(tokens.refresh()).await.status, 200);
}

/// The control: the other clients notice nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_clients_that_stay_are_not_touched_when_another_one_goes() {
    let world = World::new().await;
    let tokens = world.app("web").sign_in("alice").await;
    world.reload(without(&["spa"])).await.unwrap();
    assert_eq!(world.app("web").userinfo(&tokens.access).await.status, 200);
    assert_eq!(world.app("web").refresh(tokens.refresh()).await.status, 200);
    assert_eq!(machine_token(&world, "billing").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_disables_a_client_that_is_missing_as_a_reload_does() {
    let mut world = World::new().await;
    let tokens = world.app("spa").sign_in("alice").await;
    world.restart(without(&["spa"])).await;
    let refused = world.app("spa").refresh(tokens.refresh()).await;
    assert_eq!(refused.member("error"), "invalid_client");
    world.restart(Setting::default()).await;
    world.advance(SECOND);
    assert_eq!(world.app("spa").refresh(tokens.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_client_can_be_deleted_but_not_edited() {
    let world = World::new().await;
    let path = "/clients/spa";
    assert_eq!(world.admin("DELETE", path, json!(null)).await.status, 409);
    world.reload(without(&["spa"])).await.unwrap();
    let edit = json!({ "client_name": "Other" });
    assert_eq!(world.admin("PATCH", path, edit).await.status, 409);
    assert_eq!(world.admin("DELETE", path, json!(null)).await.status, 200);
    assert_eq!(world.admin("GET", path, json!(null)).await.status, 404);
}

/// T32
#[tokio::test(flavor = "multi_thread")]
async fn limits_of_sign_ins_change_and_what_was_counted_stays_counted() {
    let limited = |account_failures| Setting {
        sign_in: SignInLimits {
            account_failures,
            ..SignInLimits::default()
        },
        ..Setting::default()
    };
    let world = World::with(limited(10)).await;
    let app = world.app("spa");
    for _ in 0..4 {
        assert_eq!(attempt(&app, "alice", "wrong").await, 401);
    }
    world.reload(limited(4)).await.unwrap();
    assert_eq!(attempt(&app, "alice", PASSWORD).await, 429);
    // the control: another account has failed at nothing
    assert_eq!(attempt(&world.app("spa"), "bob", PASSWORD).await, 303);
    world.reload(limited(5)).await.unwrap();
    assert_eq!(attempt(&app, "alice", "wrong").await, 401);
    assert_eq!(attempt(&app, "alice", PASSWORD).await, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_key_that_only_a_start_makes_is_refused_whole() {
    let world = World::new().await;
    let mut setting = with_an_api(Algorithm::PS256);
    setting.without = &["spa"];
    let refused = world.reload(setting).await.unwrap_err();
    assert!(matches!(refused, ReloadError::NoKeys { .. }), "{refused}");
    assert!(refused.to_string().contains("PS256"), "{refused}");
    assert_eq!(machine_token(&world, "new").await, 401);
    assert!(world.issuer.client(&"spa".parse().unwrap()).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_is_gone_gets_no_tokens_and_its_scopes_are_left_out() {
    let world = World::new().await;
    let shop = "https://shop.example";
    let tokens = world.app("spa").sign_in("alice").await;
    // the bank stays, and so do its tokens
    let setting = Setting {
        without: &[],
        without_api: Some(shop),
        clients: vec![
            json!({
                "client_id": "spa", "token_endpoint_auth_method": "none",
                "redirect_uris": ["https://app.example/cb"],
                "grant_types": ["authorization_code", "refresh_token"],
                "scope": "openid offline_access accounts:read",
            }),
            json!({
                "client_id": "web", "redirect_uris": ["https://web.example/cb"],
                "grant_types": ["authorization_code"], "scope": "openid accounts:read",
            }),
        ],
        ..Setting::default()
    };
    world.reload(setting).await.unwrap();
    assert!(!apis(&world).await.contains(&shop.to_owned()));
    assert!(apis(&world).await.contains(&BANK.to_owned()));
    assert_eq!(world.app("spa").refresh(tokens.refresh()).await.status, 200);
    let refused = world.app("spa").with("resource", shop).authorize().await;
    assert!(refused.header("location").contains("error=invalid_target"));
}
