//! A client names the APIs of which it is registered for a scope, and those in its `resources`.

use serde_json::{Value, json};

use super::{ONE, PLAIN, TWO, apis, ask, refresh};
use crate::{
    authorize_endpoint::asked,
    token::{claims, public_client},
    world::{BANK, Setting, Tokens, World},
};

const MACHINE: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test(flavor = "multi_thread")]
async fn an_api_of_which_the_client_has_nothing_is_no_target() {
    // T16, RFC8707-2
    let world = world(&[
        ("public-none", "openid", json!([])),
        ("public-scope", "openid read", json!([])),
        ("public-listed", "openid", json!([PLAIN])),
    ])
    .await;
    let good = "sign-in";
    for (client, expected) in [
        ("public-none", ["invalid_target"; 3]),
        ("public-scope", [good, good, "invalid_target"]),
        ("public-listed", ["invalid_target", "invalid_target", good]),
    ] {
        for (api, expected) in [ONE, TWO, PLAIN].into_iter().zip(expected) {
            let app = ask(world.app(client), "openid", &[api]);
            assert_eq!(asked(&app).await, expected, "{client} {api}");
            let silent = app.with("prompt", "none");
            let expected = expected.replace("sign-in", "login_required");
            assert_eq!(asked(&silent).await, expected, "{client} {api}");
        }
        let several = ask(world.app(client), "openid", &[ONE, PLAIN]);
        assert_eq!(asked(&several).await, "invalid_target", "{client}");
    }
    let app = ask(world.app("public-listed"), "openid", &[PLAIN]);
    let tokens = app.sign_in("alice").await;
    assert_eq!(claims(&tokens.access)["aud"], PLAIN);
}

fn machine(name: &str, scope: &str, resources: &[&str]) -> Value {
    json!({
        "client_id": name, "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["client_credentials"], "scope": scope, "resources": resources,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_names_only_apis_of_its_registration() {
    // T16, RFC8707-2
    let machines = [
        machine("reader", "read", &[]),
        machine("caller", "", &[PLAIN]),
    ];
    let world = World::with(Setting {
        resources: apis(),
        clients: machines.into(),
        ..Setting::default()
    })
    .await;
    for (client, api) in [("reader", PLAIN), ("reader", BANK), ("caller", ONE)] {
        let answer = world.app(client).token(&[MACHINE, ("resource", api)]).await;
        assert_eq!(answer.outcome(), "400 invalid_target", "{client} {api}");
    }
    for (client, api, scope) in [("reader", TWO, "read"), ("caller", PLAIN, "")] {
        let answer = world.app(client).token(&[MACHINE, ("resource", api)]).await;
        let tokens = Tokens::of(&answer);
        assert_eq!(claims(&tokens.access)["aud"], api);
        assert_eq!(tokens.scope, scope);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_taken_from_the_registration_is_no_target_of_a_refresh() {
    // T16, T14
    let world = world(&[]).await;
    let members = json!({ "scope": "openid read", "resources": [PLAIN] });
    world
        .create("/clients", public_client("public-edited", members))
        .await;
    let app = ask(world.app("public-edited"), "openid", &[PLAIN]);
    let plain = app.sign_in("alice").await;
    let app = ask(app, "openid read", &[ONE, PLAIN]);
    let both = app.sign_in_at(PLAIN).await;
    // the control
    let plain = Tokens::of(&refresh(&app, &plain, &[("resource", PLAIN)]).await);

    let nothing = json!({ "resources": [] });
    let path = "/clients/public-edited";
    world.administer("PATCH", path, nothing).await;
    for more in [&[] as &[(&str, &str)], &[("resource", PLAIN)]] {
        let answer = refresh(&app, &plain, more).await;
        assert_eq!(answer.outcome(), "400 invalid_target", "{more:?}");
    }
    let named = refresh(&app, &both, &[("resource", PLAIN)]).await;
    assert_eq!(named.outcome(), "400 invalid_target");
    let rest = Tokens::of(&refresh(&app, &both, &[]).await);
    assert_eq!(claims(&rest.access)["aud"], ONE);
    assert_eq!(rest.scope, "openid read");
    assert_eq!(asked(&app).await, "invalid_target");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_names_registered_apis() {
    let world = world(&[]).await;
    let create = async |resources: Value| {
        let client = public_client("public-new", json!({ "resources": resources }));
        world.admin("POST", "/clients", client).await
    };
    let unknown = create(json!([PLAIN, "https://nowhere.example"])).await;
    assert_eq!(unknown.status, 400);
    let text = unknown.text();
    assert!(
        text.contains("resources names `https://nowhere.example`"),
        "{text}"
    );
    let made = create(json!([PLAIN])).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let shown = world.admin("GET", "/clients/public-new", json!(null)).await;
    assert_eq!(shown.json()["resources"], json!([PLAIN]));
    let bad = json!({ "resources": ["https://nowhere.example"] });
    let edited = world.admin("PATCH", "/clients/public-new", bad).await;
    assert_eq!(edited.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_api_is_named_only_with_its_scopes() {
    // T16
    let admin = json!({ "scope": "openid airside:admin:read" });
    let world = World::with(Setting {
        admin_api: true,
        clients: vec![
            public_client("public-none", json!({ "scope": "openid" })),
            public_client("public-admin", admin),
        ],
        ..Setting::default()
    })
    .await;
    let admin_api = world.at("/api/admin/v1");
    for (client, expected) in [
        ("public-none", "invalid_target"),
        ("public-admin", "sign-in"),
    ] {
        let app = ask(world.app(client), "openid", &[&admin_api]);
        assert_eq!(asked(&app).await, expected, "{client}");
    }
}

/// A world with the three APIs and public clients with these scopes and `resources`.
async fn world(clients: &[(&str, &str, Value)]) -> World {
    let client = |(name, scope, resources): &(&str, &str, Value)| {
        public_client(name, json!({ "scope": scope, "resources": resources }))
    };
    World::with(Setting {
        resources: apis(),
        clients: clients.iter().map(client).collect(),
        ..Setting::default()
    })
    .await
}
