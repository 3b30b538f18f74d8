//! Refused grants at `/token`, and what is refused at `/introspect` and `/revoke` after authentication.

use std::time::Duration;

use airside_testkit::Answer;
use serde_json::json;

use super::{CANARY, check, known, lines_with, listen, own, post};
use crate::world::{App, BANK, SHOP, Tokens, VERIFIER, World};

async fn code_with(app: &App<'_>, code: &str, more: (&str, &str)) -> Answer {
    let usual = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "https://app.example/cb"),
        ("code_verifier", VERIFIER),
    ];
    let mut fields: Vec<_> = usual
        .into_iter()
        .filter(|(name, _)| *name != more.0)
        .collect();
    fields.extend((!more.1.is_empty()).then_some(more));
    app.token(&fields).await
}

async fn assert_invalid_grant(world: &World, answer: &Answer, client: &str, reason: &str) {
    check(world, answer, "400 invalid_grant", known(client, reason)).await;
}

#[tokio::test]
async fn a_refused_code_tells_why() {
    // RFC6749-5.2, A31
    let _log = listen();
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    for (more, outcome, reason) in REFUSED_CODES {
        let answer = code_with(&app, &code, more).await;
        check(&world, &answer, outcome, known("spa", reason)).await;
        let lines = lines_with(answer.header("x-request-id")).concat();
        assert!(!lines.contains(&code), "{lines}");
    }
    let answer = world.app("web").redeem(&code).await;
    assert_invalid_grant(
        &world,
        &answer,
        "web",
        "the code was issued to another client: spa",
    )
    .await;
    // the control
    Tokens::of(&app.redeem(&code).await);
    let answer = app.redeem(&code).await;
    assert_invalid_grant(&world, &answer, "spa", "the code was redeemed before").await;
    let late = app.code("bob").await;
    world.advance(Duration::from_secs(3_600));
    let answer = app.redeem(&late).await;
    assert_invalid_grant(&world, &answer, "spa", "the code has expired").await;
}

/// A parameter, the answer, and the reason that is told.
const REFUSED_CODES: [((&str, &str), &str, &str); 6] = [
    (
        ("code", CANARY),
        "400 invalid_grant",
        "the code was not issued here",
    ),
    (
        ("code", ""),
        "400 invalid_request",
        "a parameter is missing: code",
    ),
    (
        ("redirect_uri", "https://app.example/other"),
        "400 invalid_grant",
        "redirect_uri is not the one of the authorization request",
    ),
    (
        ("code_verifier", WRONG_VERIFIER),
        "400 invalid_grant",
        "the code_verifier is wrong",
    ),
    (
        ("code_verifier", CANARY),
        "400 invalid_request",
        "the code_verifier is malformed",
    ),
    (
        ("code_verifier", ""),
        "400 invalid_request",
        "no code_verifier",
    ),
];

const WRONG_VERIFIER: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

#[tokio::test]
async fn a_refused_refresh_tells_why() {
    // RFC6749-5.2
    let _log = listen();
    let world = World::new().await;
    let app = world.app("spa");
    let answer = app.refresh(CANARY).await;
    assert_invalid_grant(
        &world,
        &answer,
        "spa",
        "the refresh token was not issued here",
    )
    .await;
    let first = app.sign_in("alice").await;
    let answer = world.app("web").refresh(first.refresh()).await;
    assert_invalid_grant(
        &world,
        &answer,
        "web",
        "the refresh token was issued to another client: spa",
    )
    .await;
    let mut newest = first.clone();
    for _ in 0..3 {
        world.advance(Duration::from_secs(300));
        newest = Tokens::of(&app.refresh(newest.refresh()).await);
    }
    let answer = app.refresh(first.refresh()).await;
    assert_invalid_grant(&world, &answer, "spa", "the refresh token was used before").await;
    let answer = app.refresh(newest.refresh()).await;
    assert_invalid_grant(
        &world,
        &answer,
        "spa",
        "the grant was revoked: refresh_token_reused",
    )
    .await;
    let web = world.app("web").scope("openid accounts:read");
    let tokens = web.sign_in("alice").await;
    let kept = world.app("web").sign_in("alice").await;
    let session = world.issuer.profile().lifetimes.session;
    world.advance(session + Duration::from_secs(1));
    let answer = web.refresh(tokens.refresh()).await;
    assert_invalid_grant(&world, &answer, "web", "the session has expired").await;
    // the control: `offline_access` outlives the session
    assert_eq!(web.refresh(kept.refresh()).await.status, 200);
    world.advance(Duration::from_secs(400 * 24 * 60 * 60));
    let answer = web.refresh(kept.refresh()).await;
    assert_invalid_grant(&world, &answer, "web", "the refresh token has expired").await;
}

/// The answer to the machine `billing`, which sends a parameter from a product.
async fn machine_with(world: &World, more: (&str, &str)) -> Answer {
    let mut fields = vec![more];
    if more.0 != "grant_type" {
        fields.push(("grant_type", "client_credentials"));
    }
    let authorization = own("billing");
    let headers = [
        ("authorization", authorization.as_str()),
        ("user-agent", "oauth2-proxy/v7.6.0"),
    ];
    let url = world.at("/token");
    world.browser().post_with(&url, &headers, &fields).await
}

#[tokio::test]
async fn refused_scopes_resources_and_grant_types_tell_what_to_set() {
    let _log = listen();
    let world = World::new().await;
    for (more, outcome, reason, fix) in REFUSED {
        let answer = machine_with(&world, more).await;
        check(&world, &answer, outcome, known("billing", reason)).await;
        let lines = lines_with(answer.header("x-request-id")).concat();
        assert!(lines.contains(fix), "{lines}");
        assert!(lines.contains("product=\"oauth2-proxy\""), "{lines}");
    }
    let app = world
        .app("web")
        .with("resource", BANK)
        .also("resource", SHOP);
    let code = app
        .scope("openid accounts:read orders:read")
        .code("alice")
        .await;
    let answer = world.app("web").redeem(&code).await;
    let reason = "several resources, or none of them named";
    check(&world, &answer, "400 invalid_target", known("web", reason)).await;
}

/// A parameter, the answer, the reason that is told, and what to set.
const REFUSED: [((&str, &str), &str, &str, &str); 7] = [
    (
        ("grant_type", CANARY),
        "400 unsupported_grant_type",
        "no such grant type",
        "",
    ),
    (
        ("grant_type", "authorization_code"),
        "400 unauthorized_client",
        "the client is not registered for the grant type: authorization_code",
        "set `grant_types` in the `[[client]]` billing of airside.toml",
    ),
    (
        ("scope", "orders:read"),
        "400 invalid_scope",
        "the client is not registered for the scope: orders:read",
        "set `scope` in the `[[client]]` billing of airside.toml",
    ),
    (
        ("scope", "nonsense"),
        "400 invalid_scope",
        "no such scope: nonsense",
        "",
    ),
    (
        ("scope", "openid"),
        "400 invalid_scope",
        "a scope about a person, for client credentials: openid",
        "",
    ),
    (
        ("resource", "https://nowhere.example"),
        "400 invalid_target",
        "no such resource: https://nowhere.example",
        "`airside resource create https://nowhere.example`",
    ),
    (
        ("resource", SHOP),
        "400 invalid_target",
        "the client is not registered for the resource: https://shop.example",
        "set `resources` in the `[[client]]` billing of airside.toml",
    ),
];

#[tokio::test]
async fn the_fix_of_a_client_of_the_database_is_a_command() {
    let _log = listen();
    let world = World::new().await;
    let robot = json!({
        "client_id": "robot", "grant_types": ["client_credentials"], "scope": "accounts:read",
    });
    let made = world.admin("POST", "/clients", robot).await;
    let authorization = crate::world::basic("robot", &made.member("client_secret"));
    let fields = [("grant_type", "client_credentials"), ("resource", SHOP)];
    let answer = post(&world, "/token", Some(&authorization), &fields).await;
    assert_eq!(answer.outcome(), "400 invalid_target");
    let line = lines_with(answer.header("x-request-id")).concat();
    let fix = "`airside client edit robot --add-resource https://shop.example`";
    assert!(line.contains(fix), "{line}");
}

#[tokio::test]
async fn introspection_and_revocation_tell_why_they_are_refused() {
    // RFC7662-2.1
    let _log = listen();
    let world = World::new().await;
    let public = [("client_id", "spa"), ("token", CANARY)];
    let answer = post(&world, "/introspect", None, &public).await;
    let expected = known("spa", "this endpoint is not for this client").at("/introspect");
    check(&world, &answer, "401 invalid_client", expected).await;
    for endpoint in ["/introspect", "/revoke"] {
        let answer = post(&world, endpoint, Some(&own("web")), &[]).await;
        let expected = known("web", "a parameter is missing: token").at(endpoint);
        check(&world, &answer, "400 invalid_request", expected).await;
    }
}
