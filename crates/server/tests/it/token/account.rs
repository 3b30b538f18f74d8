//! Tests what happens to tokens when the account or the client changes (ASVS 7.4.2, 10.4.9).

use serde_json::{Value, json};

use super::{claims, public_client};
use crate::world::{App, Tokens, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_cannot_refresh_nor_be_asked_about() {
    // T14
    let world = World::new().await;
    let app = world.app("spa");
    let (alice, bob) = (
        app.sign_in("alice").await,
        world.app("spa").sign_in("bob").await,
    );
    admin(&world, "PATCH", "/users/alice", json!({ "disabled": true })).await;
    assert_dead(&app, &alice).await;
    assert_eq!(app.refresh(bob.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn enabling_the_account_again_does_not_bring_its_grants_back() {
    // T14
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    admin(&world, "PATCH", "/users/alice", json!({ "disabled": true })).await;
    admin(
        &world,
        "PATCH",
        "/users/alice",
        json!({ "disabled": false }),
    )
    .await;
    assert_dead(&app, &tokens).await;
    let again = world.app("spa").sign_in("alice").await;
    assert_eq!(app.refresh(again.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_every_grant() {
    // T14
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    let password = json!({ "password": "another long password" });
    admin(&world, "POST", "/users/alice/password", password).await;
    assert_dead(&app, &tokens).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_from_before_the_password_was_changed_is_refused() {
    // T14: a code is bound to the user's epoch
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    let password = json!({ "password": "another long password" });
    admin(&world, "POST", "/users/alice/password", password).await;
    assert_eq!(app.redeem(&code).await.outcome(), "400 invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_from_before_the_client_was_changed_is_refused() {
    // a code is bound to the client's epoch
    let world = World::new().await;
    let app = edited_client(&world).await;
    let code = app.code("alice").await;
    let name = json!({ "client_name": "Another name" });
    admin(&world, "PATCH", "/clients/public-edited", name).await;
    assert_eq!(app.redeem(&code).await.outcome(), "400 invalid_grant");
    let code = app.code("alice").await;
    assert_eq!(app.redeem(&code).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_client_is_unknown_and_its_tokens_are_dead() {
    // T14
    let world = World::new().await;
    let app = edited_client(&world).await;
    let tokens = app.sign_in("alice").await;
    admin(&world, "DELETE", "/clients/public-edited", Value::Null).await;
    let refresh = app.refresh(tokens.refresh()).await;
    assert_eq!(refresh.outcome(), "401 invalid_client");
    assert_eq!(app.userinfo(&tokens.access).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_made_anew_under_an_old_name_inherits_nothing() {
    // T40
    let world = World::new().await;
    let app = edited_client(&world).await;
    let tokens = app.sign_in("alice").await;
    let code = app.code("alice").await;
    admin(&world, "DELETE", "/clients/public-edited", Value::Null).await;
    world.advance(std::time::Duration::from_secs(1));
    let app = edited_client(&world).await;
    assert_dead(&app, &tokens).await;
    assert_eq!(app.redeem(&code).await.outcome(), "400 invalid_grant");
    let tokens = world.app("public-edited").sign_in("alice").await;
    assert_eq!(app.refresh(tokens.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_made_anew_under_an_old_name_is_another_person() {
    // T40, ASVS-10.3.3
    let world = World::new().await;
    let app = world.app("spa");
    let old = app.sign_in("alice").await;
    let code = app.code("alice").await;
    admin(&world, "DELETE", "/users/alice", Value::Null).await;
    let alice = json!({ "username": "alice", "password": crate::world::PASSWORD });
    admin(&world, "POST", "/users", alice).await;
    assert_dead(&app, &old).await;
    assert_eq!(app.redeem(&code).await.outcome(), "400 invalid_grant");
    let new = world.app("spa").sign_in("alice").await;
    assert_ne!(claims(&old.access)["sub"], claims(&new.access)["sub"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_its_own_subject_and_no_client_can_be_named_like_a_person() {
    // T21, RFC9068-2.2, RFC9700-4.15
    let world = World::new().await;
    let machine = world
        .app("billing")
        .token(&[("grant_type", "client_credentials")])
        .await;
    let claims_of_machine = claims(&machine.member("access_token"));
    assert_eq!(claims_of_machine["sub"], "billing");
    for name in ["auth_time", "sid", "grant_id", "roles"] {
        assert!(claims_of_machine.get(name).is_none(), "{name}");
    }
    let person = world.app("spa").sign_in("alice").await;
    let sub = claims(&person.access)["sub"].as_str().unwrap().to_owned();
    let impostor = public_client(&sub, json!({}));
    assert_eq!(world.admin("POST", "/clients", impostor).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machines_tokens_die_with_its_client() {
    // T14
    let world = World::new().await;
    let robot = json!({
        "client_id": "robot", "grant_types": ["client_credentials"], "scope": "accounts:read",
    });
    let created = world.admin("POST", "/clients", robot).await;
    let basic = crate::world::basic("robot", &created.member("client_secret"));
    let header = [("authorization", basic.as_str())];
    let form = [("grant_type", "client_credentials")];
    let (browser, url) = (world.browser(), world.at("/token"));
    let answer = browser.post_with(&url, &header, &form).await;
    let token = answer.member("access_token");
    let api = world.app("bank-api");
    assert_eq!(api.introspect(&token).await.json()["active"], true);
    admin(&world, "DELETE", "/clients/robot", Value::Null).await;
    let introspected = api.introspect(&token).await;
    assert_eq!(introspected.json(), json!({ "active": false }));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_secrets_work_during_a_rotation_and_the_third_ends_the_first() {
    // two secrets may be live
    let world = World::new().await;
    let robot = json!({
        "client_id": "robot", "grant_types": ["client_credentials"], "scope": "accounts:read",
    });
    let made = world.admin("POST", "/clients", robot).await;
    let mut secrets = vec![made.member("client_secret")];
    for live in [[true, true, false], [false, true, true]] {
        let rotated = world
            .admin("POST", "/clients/robot/secret", Value::Null)
            .await;
        secrets.push(rotated.member("client_secret"));
        for (secret, live) in secrets.iter().zip(live) {
            let basic = crate::world::basic("robot", secret);
            let (url, form) = (world.at("/token"), [("grant_type", "client_credentials")]);
            let headers = [("authorization", basic.as_str())];
            let answer = world.browser().post_with(&url, &headers, &form).await;
            assert_eq!(answer.status == 200, live);
        }
    }
}

async fn edited_client(world: &World) -> App<'_> {
    admin(
        world,
        "POST",
        "/clients",
        public_client("public-edited", json!({})),
    )
    .await;
    world.app("public-edited")
}

async fn admin(world: &World, method: &str, path: &str, body: Value) {
    let answer = world.admin(method, path, body).await;
    assert!(answer.status.is_success(), "{}", answer.text());
}

async fn assert_dead(app: &App<'_>, tokens: &Tokens) {
    let refresh = app.refresh(tokens.refresh()).await;
    assert_eq!(refresh.outcome(), "400 invalid_grant");
    assert_eq!(app.userinfo(&tokens.access).await.status, 401);
}
