//! The `claims` parameter (OIDC Core §5.5).

use std::time::Duration;

use airside_oauth::{
    identity_scope::{IdentityScope, IdentityScopes},
    state::event::EventKind,
};
use airside_store::EventQuery;
use serde_json::{Value, json};

use crate::{
    authorize_endpoint::{asked, step},
    token::claims,
    world::{App, Setting, World},
};

fn wanting<'a>(world: &'a World, wanted: &Value) -> App<'a> {
    let app = world.app("spa").scope("openid offline_access");
    app.with("claims", &wanted.to_string())
}

/// The consent page of a request of `app`, once alice has signed in.
async fn consent_page(app: &App<'_>) -> String {
    let page = app.authorize().await.header("location").to_owned();
    let form = app.browser.get(&page).await;
    let back = app.submit(&page, &form, "alice").await;
    let on = app.browser.get(back.header("location")).await;
    assert_eq!(step(&on), "consent");
    app.browser.get(on.header("location")).await.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn userinfo_has_a_claim_that_was_asked_for_alone_once_it_is_allowed() {
    // OIDC-Core-5.5, A21
    let world = World::new().await;
    let app = wanting(
        &world,
        &json!({ "userinfo": { "name": { "essential": true } } }),
    );
    let page = consent_page(&app).await;
    assert!(
        page.contains("see your name</span><code><bdi>name</bdi></code>"),
        "{page}"
    );
    let tokens = app.sign_in("alice").await;
    let seen = app.userinfo(&tokens.access).await.json();
    let sub = claims(tokens.id.as_ref().unwrap())["sub"].clone();
    assert_eq!(seen, json!({ "sub": sub, "name": "alice Example" }));
    assert!(claims(tokens.id.as_ref().unwrap()).get("name").is_none());
    // also after a refresh
    let again = app.refresh(tokens.refresh()).await.member("access_token");
    assert_eq!(app.userinfo(&again).await.member("name"), "alice Example");
    // a later request without the parameter has nothing of it
    let app = app.with("claims", "");
    assert_eq!(asked(&app).await, "code");
    let tokens = app.sign_in("alice").await;
    assert!(
        app.userinfo(&tokens.access)
            .await
            .json()
            .get("name")
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_token_has_the_claims_that_were_asked_for_in_it() {
    // OIDC-Core-5.5
    let world = World::new().await;
    let wanted = json!({ "id_token": { "email": null, "auth_time": { "essential": true }, "nickname": null } });
    let app = wanting(&world, &wanted);
    let tokens = app.sign_in("alice").await;
    let first = claims(tokens.id.as_ref().unwrap());
    assert_eq!(first["email"], "alice@example.com");
    assert!(first["auth_time"].is_number() && first.get("nickname").is_none());
    assert!(
        app.userinfo(&tokens.access)
            .await
            .json()
            .get("email")
            .is_none()
    );
    let again = app.refresh(tokens.refresh()).await.member("id_token");
    assert_eq!(claims(&again)["email"], "alice@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_claim_more_is_asked_for_again() {
    // A21
    let world = World::new().await;
    let app = wanting(&world, &json!({ "userinfo": { "name": null } }));
    app.code("alice").await;
    assert_eq!(asked(&app).await, "code");
    let more = json!({ "userinfo": { "name": null }, "id_token": { "email": null } });
    let app = app.with("claims", &more.to_string());
    assert_eq!(asked(&app).await, "consent");
    let silent = world.app("spa").with("prompt", "none");
    assert_eq!(asked(&silent).await, "login_required");
    app.code("alice").await;
    assert_eq!(asked(&app).await, "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_no_scope_of_the_client_releases_is_left_out() {
    // OIDC-Core-5.5, A21
    let client = json!({
        "client_id": "public-small", "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://app.example/cb"], "scope": "openid email",
        "id_token_signed_response_alg": "ES256",
    });
    let setting = Setting {
        clients: vec![client],
        scopes: org(),
        ..Setting::default()
    };
    let world = World::with(setting).await;
    let change = json!({ "set_claims": { "org": "acme", "salary": 1 } });
    world.administer("PATCH", "/users/alice", change).await;
    let wanted = json!({ "userinfo": {
        "org": { "essential": true }, "salary": null, "exp": null, "roles": null, "email": null,
    } });
    let app = world
        .app("public-small")
        .scope("openid")
        .with("claims", &wanted.to_string());
    let page = consent_page(&app).await;
    assert!(
        !page.contains("<bdi>org<") && !page.contains("<bdi>salary<"),
        "{page}"
    );
    let seen = app
        .userinfo(&app.sign_in("alice").await.access)
        .await
        .json();
    assert_eq!(
        (&seen["email"], &seen["roles"]),
        (&json!("alice@example.com"), &json!(["customer"]))
    );
    assert_eq!(seen.as_object().unwrap().len(), 3, "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_may_be_asked_for_in_another_language() {
    // OIDC-Core-5.2
    let world = World::new().await;
    let change = json!({ "set_claims": { "name#ja": "アリス" } });
    assert_eq!(
        world.admin("PATCH", "/users/alice", change).await.status,
        200
    );
    let app = wanting(
        &world,
        &json!({ "userinfo": { "name#ja": null, "salary#ja": null } }),
    );
    let tokens = app.sign_in("alice").await;
    let seen = app.userinfo(&tokens.access).await.json();
    assert_eq!(seen["name#ja"], "アリス");
    assert_eq!(seen.as_object().unwrap().len(), 2, "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_openid_there_is_no_claims_parameter() {
    // OIDC-Core-5.5
    let world = World::new().await;
    let wanted = json!({ "userinfo": { "name": null } }).to_string();
    let app = world
        .app("spa")
        .scope("accounts:read")
        .with("claims", &wanted);
    let page = consent_page(&app).await;
    assert!(!page.contains("<bdi>name<"), "{page}");
    let wanted = json!({ "id_token": { "acr": { "essential": true, "value": "mfa" } } });
    let app = app.with("claims", &wanted.to_string());
    assert_eq!(asked(&app).await, "consent");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_about_the_person_that_sub_names_or_there_is_none() {
    // OIDC-Core-5.5.1, OIDC-Core-3.1.2.2
    let world = World::new().await;
    let sub = |token: String| claims(&token)["sub"].as_str().unwrap().to_owned();
    let alice = sub(world.app("spa").sign_in("alice").await.id.unwrap());
    let bob = sub(world.app("spa").sign_in("bob").await.id.unwrap());
    let mut app = world.app("spa");
    app.code("alice").await;
    for member in ["id_token", "userinfo"] {
        for (request, expected) in [
            (json!({ "value": alice }), "code"),
            (json!({ "values": [bob, alice] }), "code"),
            (json!(null), "code"),
            (json!({ "value": bob }), "sign-in"),
            (json!({ "essential": true, "value": bob }), "sign-in"),
            (json!({ "value": "nobody" }), "login_required"),
        ] {
            let wanted = json!({ member: { "sub": request } }).to_string();
            app = app.with("claims", &wanted);
            assert_eq!(asked(&app).await, expected, "{wanted}");
        }
    }
    let wanted = json!({ "id_token": { "sub": { "value": bob } } }).to_string();
    let app = app.with("claims", &wanted);
    assert_eq!(step(&app.code_answer("alice").await), "login_required");
    assert_eq!(step(&app.code_answer("bob").await), "code");
    let silent = world.app("spa");
    silent.code("alice").await;
    let silent = silent.with("prompt", "none").with("claims", &wanted);
    assert_eq!(asked(&silent).await, "login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_or_long_parameter_is_refused() {
    // OIDC-Core-5.5, A26
    let world = World::new().await;
    for wanted in [
        "x",
        "[]",
        "{\"userinfo\":[]}",
        "{\"userinfo\":{\"name\":1}}",
    ] {
        let app = world.app("spa").with("claims", wanted);
        assert_eq!(asked(&app).await, "invalid_request", "{wanted}");
    }
    let long = |bytes: usize| format!("{{\"userinfo\":{{\"{}\":null}}}}", "x".repeat(bytes - 22));
    let app = world.app("spa").with("claims", &long(4_096));
    assert_eq!(asked(&app).await, "sign-in");
    let app = app.with("claims", &long(4_097));
    assert_eq!(asked(&app).await, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_taken_away_from_the_client_is_told_no_more() {
    // OIDC-Core-5.5
    let with_org = |scope: &str| Setting {
        clients: vec![json!({
            "client_id": "public-org", "token_endpoint_auth_method": "none",
            "redirect_uris": ["https://app.example/cb"], "scope": scope,
            "grant_types": ["authorization_code", "refresh_token"],
            "id_token_signed_response_alg": "ES256",
        })],
        scopes: org(),
        ..Setting::default()
    };
    let mut world = World::with(with_org("openid org")).await;
    let change = json!({ "set_claims": { "org": "acme" } });
    world.administer("PATCH", "/users/alice", change).await;
    let wanted = json!({ "userinfo": { "org": null }, "id_token": { "org": null } }).to_string();
    let app = world
        .app("public-org")
        .scope("openid offline_access")
        .with("claims", &wanted);
    let tokens = app.sign_in("alice").await;
    assert_eq!(app.userinfo(&tokens.access).await.member("org"), "acme");
    assert_eq!(claims(tokens.id.as_ref().unwrap())["org"], "acme");
    let refresh = tokens.refresh().to_owned();
    drop(app);
    world.restart(with_org("openid")).await;
    let app = world.app("public-org");
    let again = app.refresh(&refresh).await;
    assert!(claims(&again.member("id_token")).get("org").is_none());
    let seen = app.userinfo(&again.member("access_token")).await.json();
    assert!(
        seen.get("org").is_none() && seen.get("sub").is_some(),
        "{seen}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_the_account_does_not_have_is_no_error_and_no_lie() {
    // OIDC-Core-5.5.1: only `sub` and `acr` turn a value that is not met into an error
    let world = World::new().await;
    for request in [
        json!({ "value": "mallory@example.com" }),
        json!({ "essential": true, "value": "mallory@example.com" }),
        json!({ "essential": true, "values": ["a@example.com", "b@example.com"] }),
        json!({ "values": ["a@example.com", "alice@example.com"] }),
    ] {
        let wanted = json!({ "userinfo": { "email": request }, "id_token": { "email": request } });
        let tokens = wanting(&world, &wanted).sign_in("alice").await;
        let seen = wanting(&world, &wanted).userinfo(&tokens.access).await;
        assert_eq!(seen.member("email"), "alice@example.com", "{wanted}");
        let id = claims(tokens.id.as_ref().unwrap());
        assert_eq!(id["email"], "alice@example.com", "{wanted}");
    }
    // an essential claim that the account lacks is left out
    let wanted = json!({ "userinfo": { "nickname": { "essential": true, "value": "al" } } });
    let tokens = wanting(&world, &wanted).sign_in("alice").await;
    let seen = wanting(&world, &wanted).userinfo(&tokens.access).await;
    assert!(seen.json().get("nickname").is_none(), "{}", seen.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_allowed_of_single_claims_can_be_seen_afterwards() {
    // OIDC-Core-5.5
    let world = World::new().await;
    let wanted = json!({ "userinfo": { "name": null }, "id_token": { "email": null } });
    wanting(&world, &wanted).sign_in("alice").await;
    // events of one millisecond have no order
    world.advance(Duration::from_millis(1));
    world.app("web").scope("openid").sign_in("alice").await;
    let grants = world.admin("GET", "/users/alice/grants", json!({})).await;
    let shown = grants.json();
    let of = |client: &str| {
        let mut grants = shown.as_array().unwrap().iter();
        let grant = grants.find(|grant| grant["client_id"] == client);
        grant.unwrap()["claims"].clone()
    };
    assert_eq!(of("spa"), json!(["email", "name"]));
    assert_eq!(of("web"), json!([]));
    let query = EventQuery {
        kind: Some(EventKind::ConsentGranted),
        limit: 10,
        ..EventQuery::default()
    };
    let events = world.store.events(&query).await.unwrap();
    let details: Vec<_> = events.iter().map(|event| event.detail.as_str()).collect();
    assert_eq!(
        details,
        ["openid", "openid offline_access; claims: email name"]
    );
}

fn org() -> IdentityScopes {
    IdentityScopes::new(vec![IdentityScope {
        name: "org".to_owned(),
        description: None,
        claims: vec!["org".to_owned()],
    }])
}
