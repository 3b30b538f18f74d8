//! Scopes that release claims of a person: `groups`, `roles`, and those of the configuration
//! (OIDC Core §5.4).

use airside_oauth::identity_scope::{IdentityScope, IdentityScopes};
use serde_json::{Value, json};

use crate::{
    token::claims,
    world::{Setting, VERIFIER, World},
};

/// A world with the scope `org` and these clients beside the usual ones.
async fn world(clients: Vec<Value>) -> World {
    let org = IdentityScope {
        name: "org".to_owned(),
        description: Some("see where you work".to_owned()),
        claims: vec!["org".to_owned()],
    };
    let world = World::with(Setting {
        scopes: IdentityScopes::new(vec![org]),
        clients,
        ..Setting::default()
    })
    .await;
    let set = json!({
        "roles": ["auditor"],
        "set_claims": { "groups": ["staff", "admins"], "org": "acme" },
    });
    let answer = world.admin("PATCH", "/users/alice", set).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    world
}

fn wiki(more: &Value) -> Value {
    let mut client = json!({
        "client_id": "wiki", "redirect_uris": ["https://app.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"], "scope": "openid org",
    });
    let members = client.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    client
}

async fn released(world: &World, client: &str, scope: &str) -> Value {
    let app = world.app(client).scope(scope);
    let tokens = app.sign_in("alice").await;
    let mut body = app.userinfo(&tokens.access).await.json();
    body.as_object_mut().unwrap().remove("sub");
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_and_roles_are_released_by_their_scopes() {
    // OIDC-Core-5.4
    let world = world(vec![]).await;
    let groups = json!({ "groups": ["staff", "admins"] });
    assert_eq!(released(&world, "spa", "openid groups").await, groups);
    let roles = json!({ "roles": ["auditor"] });
    assert_eq!(released(&world, "spa", "openid roles").await, roles);
    assert_eq!(released(&world, "spa", "openid").await, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_defined_scope_is_for_clients_that_are_registered_for_it() {
    let world = world(vec![wiki(&json!({}))]).await;
    let org = json!({ "org": "acme" });
    assert_eq!(released(&world, "wiki", "openid org").await, org);
    // OIDC-Core-3.1.2.1: for another client it is ignored beside openid
    let app = world.app("spa").scope("openid org");
    assert_eq!(app.sign_in("alice").await.scope, "openid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_finds_the_claims_in_its_id_token_if_it_is_registered_so() {
    let kube = json!({ "id_token_claims": true });
    let world = world(vec![wiki(&kube)]).await;
    let app = world.app("wiki").scope("openid profile groups org");
    let id_token = claims(&app.sign_in("alice").await.id.unwrap());
    assert_eq!(id_token["groups"], json!(["staff", "admins"]));
    assert_eq!(id_token["org"], "acme");
    assert_eq!(id_token["preferred_username"], "alice");
    // a scope that was not granted releases nothing here either
    assert_eq!(id_token.get("email"), None);
    // control
    let app = world.app("web").scope("openid profile groups");
    let id_token = claims(&app.sign_in("alice").await.id.unwrap());
    assert_eq!(id_token.get("groups"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_claims_do_not_fit_into_an_id_token_gets_none() {
    let kube = json!({ "id_token_claims": true });
    let world = world(vec![wiki(&kube)]).await;
    let many: Vec<String> = (0..400).map(|n| format!("group-{n:05}")).collect();
    let set = json!({ "set_claims": { "groups": many } });
    assert_eq!(world.admin("PATCH", "/users/alice", set).await.status, 200);
    let app = world.app("wiki").scope("openid groups");
    let code = app.code("alice").await;
    let refused = app.redeem(&code).await;
    assert_eq!(refused.status, 400);
    let body = refused.json();
    assert_eq!(body["error"], "invalid_scope");
    let why = body["error_description"].as_str().unwrap();
    assert!(why.contains("4096"), "{why}");
    // as many as fit, and the token is taken as a hint
    let set = json!({ "set_claims": { "groups": many[..280] } });
    assert_eq!(world.admin("PATCH", "/users/alice", set).await.status, 200);
    let app = world.app("wiki").scope("openid groups");
    let hint = app.sign_in("alice").await.id.unwrap();
    assert!(hint.len() > 5000, "{}", hint.len());
    let app = app.with("prompt", "none").with("id_token_hint", &hint);
    let answered = app.authorize().await;
    assert!(
        answered.header("location").contains("code="),
        "{answered:?}"
    );
    // control: without them there is one
    let app = world.app("wiki").scope("openid");
    assert!(app.sign_in("alice").await.id.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_consent_page_says_it_in_words() {
    let world = world(vec![wiki(&json!({}))]).await;
    let app = world.app("wiki").scope("openid groups roles org");
    let sign_in = app.authorize().await.header("location").to_owned();
    let form = app.browser.get(&sign_in).await;
    let mut on = app.submit(&sign_in, &form, "alice").await;
    while on.status == 303 {
        on = app.browser.get(on.header("location")).await;
    }
    let page = on.text();
    for words in ["see your groups", "see your roles", "see where you work"] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_lists_the_scopes_and_their_claims() {
    // OIDC-Discovery-3
    let world = world(vec![]).await;
    let metadata = world
        .browser()
        .get(&world.at("/.well-known/openid-configuration"))
        .await
        .json();
    for name in ["groups", "roles", "org"] {
        for list in ["scopes_supported", "claims_supported"] {
            let names = metadata[list].as_array().unwrap();
            assert!(names.contains(&name.into()), "{list}: {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_client_can_do_without_iss_in_its_authorization_responses() {
    // RFC9207-2
    let apache = json!({ "authorization_response_iss": false });
    let world = world(vec![wiki(&apache)]).await;
    for (client, expected) in [("wiki", false), ("web", true)] {
        let app = world.app(client).scope("openid");
        let answer = app.code_answer("alice").await;
        let location = answer.header("location");
        assert_eq!(location.contains("iss="), expected, "{location}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_may_be_sent_in_the_body_where_no_method_is_stated() {
    let world = world(vec![wiki(&json!({}))]).await;
    let app = world.app("wiki").scope("openid");
    let code = app.code("alice").await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "https://app.example/cb"),
        ("code_verifier", VERIFIER),
        ("client_id", "wiki"),
        ("client_secret", "wiki-secret"),
    ];
    let answer = app.browser.post(&world.at("/token"), &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}
