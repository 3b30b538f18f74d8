//! Claims of an account in the access tokens for an API (`[[resource]] claims`).

mod administration;
mod granted;
mod rule;

use airside_jose::Algorithm;
use airside_oauth::{
    profile::{Resource, ResourceSigning},
    token::released_claim::ReleasedClaims,
};
use airside_testkit::Answer;
use serde_json::{Value, json};

use crate::{
    authorize_endpoint::asked,
    token::claims,
    world::{App, Setting, Tokens, World},
};

const NOTES: &str = "https://notes.example";

/// A world in which the API `NOTES` is released these claims.
fn releasing(names: &[&str]) -> Setting {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let app = json!({
        "client_id": "public-notes", "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://app.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid offline_access notes:read accounts:read",
    });
    Setting {
        resources: vec![Resource {
            identifier: NOTES.to_owned(),
            scopes: "notes:read".parse().unwrap(),
            signing: ResourceSigning::Asymmetric(Algorithm::ES256),
            claims: ReleasedClaims::new(names),
        }],
        clients: vec![
            app,
            json!({ "client_id": "notes-api", "resource_server_for": [NOTES] }),
        ],
        ..Setting::default()
    }
}

fn notes(world: &World) -> App<'_> {
    let app = world.app("public-notes");
    app.scope("openid offline_access notes:read")
}

async fn edit(world: &World, username: &str, change: Value) -> Answer {
    let path = format!("/users/{username}");
    world.admin("PATCH", &path, change).await
}

async fn set(world: &World, username: &str, claims: Value) {
    let answer = edit(world, username, json!({ "set_claims": claims })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// Signs in as alice, up to the consent page.
async fn consent_page(app: &App<'_>) -> String {
    let sign_in = app.authorize().await.header("location").to_owned();
    let form = app.browser.get(&sign_in).await;
    let mut on = app.submit(&sign_in, &form, "alice").await;
    while on.status == 303 {
        on = app.browser.get(on.header("location")).await;
    }
    on.text()
}

async fn introspected(world: &World, token: &str) -> Value {
    world.app("notes-api").introspect(token).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_claim_ends_the_access_tokens_that_carried_it() {
    // T14, J25
    let world = World::with(releasing(&["org", "preferred_username"])).await;
    set(&world, "alice", json!({ "org": "acme" })).await;
    let app = notes(&world);
    let first = app.sign_in("alice").await;
    let bob = notes(&world).sign_in("bob").await;
    let seen = introspected(&world, &first.access).await;
    assert_eq!(
        (&seen["active"], &seen["org"]),
        (&json!(true), &json!("acme"))
    );

    // the control: what is in no token ends none
    set(&world, "alice", json!({ "nickname": "Al", "org": "acme" })).await;
    assert_eq!(introspected(&world, &first.access).await["active"], true);

    for (change, org) in [
        (json!({ "set_claims": { "org": "other" } }), json!("other")),
        (json!({ "remove_claims": ["org"] }), Value::Null),
        (json!({ "claims": { "org": "acme" } }), json!("acme")),
    ] {
        let before = Tokens::of(&app.refresh(first.refresh()).await);
        assert_eq!(edit(&world, "alice", change.clone()).await.status, 200);
        assert_eq!(app.userinfo(&before.access).await.status, 401, "{change}");
        let seen = introspected(&world, &before.access).await;
        assert_eq!(seen, json!({ "active": false }), "{change}");
        // the grant lives on, and its next token has what is true now
        let after = Tokens::of(&app.refresh(first.refresh()).await);
        assert_eq!(claims(&after.access)["org"], org, "{change}");
        assert_eq!(introspected(&world, &after.access).await["org"], org);
    }
    assert_eq!(introspected(&world, &bob.access).await["active"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_consent_page_says_what_an_api_is_told_and_asks_again_if_it_is_more() {
    // A21, A30
    let mut world = World::with(releasing(&["org", "birthdate"])).await;
    let app = notes(&world);
    let text = consent_page(&app).await;
    let (_, api) = text.split_once(NOTES).unwrap();
    assert!(api.contains("This API is told your"), "{text}");
    assert!(api.contains("birthdate") && api.contains("org"), "{text}");
    app.code("alice").await;
    assert_eq!(asked(&app).await, "code");
    let mut browser = app.browser;

    for (names, step) in [
        (&["org"] as &[&str], "code"),
        (&["org", "birthdate"], "code"),
        (&["org", "birthdate", "email"], "consent"),
    ] {
        world.restart(releasing(names)).await;
        let mut app = notes(&world);
        app.browser = browser;
        assert_eq!(asked(&app).await, step, "{names:?}");
        browser = app.browser;
    }

    // the control: an API that is told nothing
    let world = World::with(releasing(&[])).await;
    let text = consent_page(&notes(&world)).await;
    assert!(
        text.contains(NOTES) && !text.contains("This API is told"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_that_do_not_fit_into_a_token_are_refused_and_never_cut() {
    let mut world = World::with(releasing(&["org", "note"])).await;
    let tokens = notes(&world).sign_in("alice").await;
    world.restart(releasing(&["org"])).await;
    let long = |bytes: usize| "x".repeat(bytes);
    let refused = edit(
        &world,
        "alice",
        json!({ "set_claims": { "org": long(2_100) } }),
    )
    .await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("2048"), "{}", refused.text());
    let user = json!({ "username": "carol", "claims": { "org": long(2_100) } });
    assert_eq!(world.admin("POST", "/users", user).await.status, 400);
    // the control: what no API is released
    set(
        &world,
        "alice",
        json!({ "note": long(2_100), "org": long(2_000) }),
    )
    .await;

    // what is released again is too much for those who have more
    world.restart(releasing(&["org", "note"])).await;
    let app = notes(&world);
    let answer = app.refresh(tokens.refresh()).await;
    assert_eq!(answer.outcome(), "400 invalid_target");
    assert!(answer.text().contains("2048"), "{}", answer.text());
    assert!(world.events().await.contains(&"token.refused".to_owned()));
    // the rest of the account can be changed, and the refresh token is still good
    assert_eq!(
        edit(&world, "alice", json!({ "roles": [] })).await.status,
        200
    );
    let bob = notes(&world).sign_in("bob").await;
    assert_eq!(introspected(&world, &bob.access).await["active"], true);
    let shorter = edit(&world, "alice", json!({ "remove_claims": ["note"] })).await;
    assert_eq!(shorter.status, 200);
    Tokens::of(&app.refresh(tokens.refresh()).await);
}
