//! Refused scopes and resources, and what cannot be signed.

use airside_jose::Algorithm;
use serde_json::json;

use super::{check, check_told, known, listen, own, post};
use crate::world::{BANK, SHOP, Setting, Tokens, World};

#[tokio::test]
async fn a_refused_scope_or_resource_tells_why() {
    // RFC6749-5.2, RFC8707-2
    let _log = listen();
    let idle = json!({
        "client_id": "idle", "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["client_credentials"],
    });
    let setting = Setting {
        clients: vec![idle],
        ..Setting::default()
    };
    let world = World::with(setting).await;
    for (client, more, outcome, reason) in [
        (
            "billing",
            vec![("scope", "accounts:read  accounts:write")],
            "400 invalid_scope",
            "the scope is malformed",
        ),
        (
            "idle",
            vec![],
            "400 invalid_scope",
            "no scope, and none is registered",
        ),
        (
            "web",
            vec![("resource", BANK), ("scope", "orders:read")],
            "400 invalid_scope",
            "the scope does not belong to the resource: orders:read",
        ),
    ] {
        if client == "web" {
            let app = world
                .app("web")
                .with("resource", BANK)
                .scope("openid orders:read");
            let answer = app.authorize().await;
            assert!(answer.header("location").contains("error=invalid_scope"));
            let expected = known(client, reason).at("/authorize");
            check_told(&world, answer.header("x-request-id"), &expected).await;
            continue;
        }
        let fields = [vec![("grant_type", "client_credentials")], more].concat();
        let answer = post(&world, "/token", Some(&own(client)), &fields).await;
        check(&world, &answer, outcome, known(client, reason)).await;
    }
    // the control
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", "accounts:read"),
    ];
    let answer = post(&world, "/token", Some(&own("billing")), &fields).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_refresh_for_more_than_was_granted_tells_why() {
    // RFC6749-6, RFC8707-2.2
    let _log = listen();
    let world = World::new().await;
    let app = world
        .app("web")
        .scope("openid offline_access accounts:read");
    let tokens = app.sign_in("alice").await;
    for (more, outcome, reason) in [
        (
            ("scope", "accounts:write"),
            "400 invalid_scope",
            "the scope was not granted: accounts:write",
        ),
        (
            ("resource", SHOP),
            "400 invalid_target",
            "the resource was not granted: https://shop.example",
        ),
    ] {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh()),
            more,
        ];
        let answer = app.token(&fields).await;
        check(&world, &answer, outcome, known("web", reason)).await;
    }
    // the control
    Tokens::of(&app.refresh(tokens.refresh()).await);
}

#[tokio::test]
async fn claims_that_do_not_fit_and_a_missing_key_tell_why() {
    // OIDC-Core-2
    let _log = listen();
    let client = |id: &str, algorithm: &str| {
        json!({
            "client_id": id, "token_endpoint_auth_method": "none",
            "redirect_uris": ["https://app.example/cb"], "scope": "openid profile",
            "id_token_signed_response_alg": algorithm, "id_token_claims": true,
        })
    };
    let setting = Setting {
        clients: vec![
            client("public-large", "ES256"),
            client("public-eddsa", "EdDSA"),
        ],
        algorithms: Some(vec![Algorithm::RS256, Algorithm::ES256]),
        ..Setting::default()
    };
    let world = World::with(setting).await;
    let app = world.app("public-large").scope("openid profile");
    // the control
    app.sign_in("bob").await;
    let change =
        json!({ "set_claims": { "nickname": "x".repeat(4_000), "name": "y".repeat(200) } });
    let changed = world.admin("PATCH", "/users/alice", change).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let app = world.app("public-large").scope("openid profile");
    let answer = app.redeem(&app.code("alice").await).await;
    let reason = "the claims of the account do not fit";
    check(
        &world,
        &answer,
        "400 invalid_scope",
        known("public-large", reason),
    )
    .await;
    let app = world.app("public-eddsa").scope("openid");
    let answer = app.redeem(&app.code("bob").await).await;
    let reason = "no key for the registered algorithm: EdDSA";
    check(
        &world,
        &answer,
        "500 server_error",
        known("public-eddsa", reason),
    )
    .await;
}
