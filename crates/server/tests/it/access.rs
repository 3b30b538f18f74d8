//! Access is a map from APIs to their scopes: nobody gets a scope at an API where it was not consented
//! to, nor an API that the client's registration does not name.

mod registration;
mod upgrade;

use airside_jose::Algorithm;
use airside_oauth::{
    profile::{Resource, ResourceSigning},
    token::released_claim::ReleasedClaims,
};
use serde_json::{Value, json};

use crate::{
    authorize_endpoint::{asked, step},
    token::claims,
    world::{App, Setting, Tokens, VERIFIER, World},
};

/// Two APIs with the scopes `read` and `write`, and one without scopes.
const ONE: &str = "https://one.example";
const TWO: &str = "https://two.example";
const PLAIN: &str = "https://plain.example";

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_allowed_at_one_api_is_not_allowed_at_another() {
    // A21, RFC8707-2.2
    let world = twins("public-app").await;
    let app = world.app("public-app");
    let app = ask(app, "openid read", &[ONE]);
    app.code("alice").await;
    let mut app = ask(app, "openid write", &[TWO]);
    assert_eq!(asked(&app).await, "consent");
    app.code("alice").await;

    for (scope, resources, step) in STEPS {
        app = ask(app.with("prompt", ""), scope, resources);
        assert_eq!(asked(&app).await, step, "{scope} {resources:?}");
        app = app.with("prompt", "none");
        let step = step.replace("consent", "consent_required");
        assert_eq!(asked(&app).await, step, "{scope} {resources:?}");
    }
}

/// The scope and the APIs of a request, and the step that follows.
const STEPS: [(&str, &[&str], &str); 9] = [
    ("openid write", &[ONE], "consent"),
    ("openid read", &[TWO], "consent"),
    ("openid read write", &[ONE], "consent"),
    ("openid read write", &[ONE, TWO], "consent"),
    ("openid", &[PLAIN], "consent"),
    ("openid read", &[ONE], "code"),
    ("write", &[TWO], "code"),
    ("openid", &[ONE], "code"),
    ("openid", &[ONE, TWO], "code"),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_api_named_without_a_scope_is_asked_for_and_remembered() {
    // A21
    let world = twins("public-app").await;
    let app = ask(world.app("public-app"), "openid", &[]);
    app.code("alice").await;
    let app = ask(app, "openid", &[PLAIN]);
    assert_eq!(asked(&app).await, "consent");
    let tokens = app.sign_in("alice").await;
    let claims = claims(&tokens.access);
    assert_eq!(
        (&claims["aud"], &claims["scope"]),
        (&json!(PLAIN), &json!("openid"))
    );
    assert_eq!(asked(&app).await, "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_has_the_scopes_of_its_api_in_the_grant() {
    // T13, T16, RFC8707-2.2
    let world = twins("public-app").await;
    let app = ask(world.app("public-app"), "openid read", &[ONE, PLAIN]);
    let code = app.code("alice").await;
    let redemption = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let with = |more: &[(&'static str, &'static str)]| {
        let fields: Vec<_> = redemption.iter().chain(more).copied().collect();
        let app = &app;
        async move { app.token(&fields).await }
    };
    let refused = with(&[("resource", PLAIN), ("scope", "read")]).await;
    assert_eq!(refused.outcome(), "400 invalid_scope");
    let refused = with(&[("resource", TWO)]).await;
    assert_eq!(refused.outcome(), "400 invalid_target");
    let plain = Tokens::of(&with(&[("resource", PLAIN)]).await);
    assert_eq!(plain.scope, "openid");
    for (resource, scope, outcome) in [
        (ONE, "write", "400 invalid_scope"),
        (PLAIN, "read", "400 invalid_scope"),
        (ONE, "openid read", "200"),
    ] {
        let answer = refresh(&app, &plain, &[("resource", resource), ("scope", scope)]).await;
        assert_eq!(answer.outcome(), outcome, "{resource} {scope}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_the_house_gets_no_scope_at_an_api_where_it_did_not_ask() {
    // T16: without a consent, the code alone says what was asked for
    let world = World::with(Setting {
        resources: apis(),
        clients: vec![json!({
            "client_id": "house", "token_endpoint_auth_method": "client_secret_basic",
            "redirect_uris": ["https://app.example/cb"], "scope": "openid read write",
            "grant_types": ["authorization_code", "refresh_token"], "first_party": true,
        })],
        ..Setting::default()
    })
    .await;
    let app = ask(world.app("house"), "openid write", &[TWO]);
    let answer = app.code_answer("alice").await;
    assert_eq!(step(&answer), "code");
    let tokens = Tokens::of(&app.redeem(&answer.returned("code").unwrap()).await);
    assert_eq!(claims(&tokens.access)["aud"], TWO);
    let elsewhere = refresh(&app, &tokens, &[("resource", ONE)]).await;
    assert_eq!(elsewhere.outcome(), "400 invalid_target");
    let more = refresh(&app, &tokens, &[("scope", "read")]).await;
    assert_eq!(more.outcome(), "400 invalid_scope");
}

/// A world with the three APIs and the public client `client_id`, which may name all of them.
async fn twins(client_id: &str) -> World {
    let client = json!({
        "client_id": client_id, "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://app.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid offline_access read write", "resources": [PLAIN],
    });
    World::with(Setting {
        resources: apis(),
        clients: vec![client],
        ..Setting::default()
    })
    .await
}

fn apis() -> Vec<Resource> {
    [(ONE, "read write"), (TWO, "read write"), (PLAIN, "")]
        .map(|(identifier, scopes)| Resource {
            identifier: identifier.to_owned(),
            scopes: scopes.parse().unwrap(),
            signing: ResourceSigning::Asymmetric(Algorithm::ES256),
            claims: ReleasedClaims::default(),
        })
        .into()
}

/// Asks for `scope` at these APIs, and no others.
fn ask<'a>(app: App<'a>, scope: &str, resources: &[&str]) -> App<'a> {
    let app = app.scope(scope).with("resource", "");
    resources
        .iter()
        .fold(app, |app, resource| app.also("resource", resource))
}

async fn refresh(app: &App<'_>, tokens: &Tokens, more: &[(&str, &str)]) -> airside_testkit::Answer {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh()),
    ];
    fields.extend_from_slice(more);
    app.token(&fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_finds_the_claims_that_it_is_released_in_the_tokens_of_people() {
    const TENANTS: &str = "https://tenants.example";
    let names = ["preferred_username", "tenant", "phone_number"].map(str::to_owned);
    let resource = Resource {
        identifier: TENANTS.to_owned(),
        scopes: "tenants:read".parse().unwrap(),
        signing: ResourceSigning::Asymmetric(Algorithm::ES256),
        claims: ReleasedClaims::new(names.into()),
    };
    let client = |client_id: &str, grants: &[&str], rest: Value| {
        let mut client = json!({
            "client_id": client_id, "grant_types": grants, "scope": "openid offline_access tenants:read",
        });
        let own = client.as_object_mut().unwrap();
        own.extend(rest.as_object().unwrap().clone());
        client
    };
    let app = json!({
        "token_endpoint_auth_method": "none", "redirect_uris": ["https://app.example/cb"],
    });
    let world = World::with(Setting {
        resources: vec![resource],
        clients: vec![
            client(
                "public-tenants",
                &["authorization_code", "refresh_token"],
                app,
            ),
            client(
                "tenant-job",
                &["client_credentials"],
                json!({ "scope": "tenants:read" }),
            ),
        ],
        ..Setting::default()
    })
    .await;
    let tenant = async |name: &str| {
        let edit = json!({ "claims": { "tenant": name, "salary": 1 } });
        world.administer("PATCH", "/users/alice", edit).await;
    };
    tenant("acme").await;
    let app = world
        .app("public-tenants")
        .scope("openid offline_access tenants:read");
    let tokens = app.sign_in("alice").await;
    let first = claims(&tokens.access);
    assert_eq!(first["preferred_username"], "alice");
    assert_eq!(first["tenant"], "acme");
    for absent in ["phone_number", "salary", "email"] {
        assert!(first.get(absent).is_none(), "{first}");
    }
    assert!(claims(tokens.id.as_ref().unwrap()).get("tenant").is_none());

    // the next token has what the account has by then
    tenant("other").await;
    let next = refresh(&app, &tokens, &[]).await.json();
    assert_eq!(
        claims(next["access_token"].as_str().unwrap())["tenant"],
        "other"
    );

    // the control: a machine has no account
    let job = world.app("tenant-job");
    let answer = job
        .token(&[("grant_type", "client_credentials")])
        .await
        .json();
    let machine = claims(answer["access_token"].as_str().unwrap());
    assert_eq!(machine["sub"], "tenant-job");
    assert!(machine.get("preferred_username").is_none());
}
