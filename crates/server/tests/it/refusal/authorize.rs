//! Refusals at `/authorize`, those that are answered with a page included.

use serde_json::json;

use super::{CANARY, Expected, check_told, known, lines_with, listen, unknown};
use crate::world::{App, World};

async fn check(app: &App<'_>, outcome: &str, expected: Expected<'_>) -> String {
    let answer = app.authorize().await;
    assert_eq!(
        answer.status.as_u16().to_string(),
        outcome[..3],
        "{}",
        expected.reason
    );
    let error = &outcome[3..];
    if !error.is_empty() {
        let location = answer.header("location");
        assert!(
            location.contains(&format!("error={}", error.trim())),
            "{location}"
        );
    }
    let trace_id = answer.header("x-request-id");
    check_told(app.world, trace_id, &expected.at("/authorize")).await;
    let lines = lines_with(trace_id);
    let line = lines.iter().find(|line| line.contains("request refused"));
    line.unwrap().clone()
}

#[tokio::test]
async fn a_refused_authorization_request_tells_why() {
    // RFC6749-4.1.2.1
    let _log = listen();
    let world = World::new().await;
    check(
        &world.app("ghost"),
        "400",
        unknown("ghost", "no such client"),
    )
    .await;
    let uri = format!("https://app.example/cb2?code={CANARY}");
    let app = world.app("spa").redirect_uri(&uri);
    let reason = "the redirect_uri is not registered: received one of https://app.example, \
        registered is https://app.example/cb: they differ in several places";
    check(&app, "400", known("spa", reason)).await;
    for (name, value, error, reason) in REFUSED {
        let app = world.app("web").with(name, value);
        check(&app, &format!("303 {error}"), known("web", reason)).await;
    }
    let answer = world
        .browser()
        .get(&world.at("/authorize?client_id=%ff"))
        .await;
    assert_eq!(answer.status, 400);
    let expected = unknown("", "the parameters cannot be read").at("/authorize");
    check_told(&world, answer.header("x-request-id"), &expected).await;
    // the control
    let answer = world.app("web").authorize().await;
    let lines = lines_with(answer.header("x-request-id")).concat();
    assert!(!lines.contains("request refused"), "{lines}");
}

/// A parameter, its value, the code of the error, and the reason that is told.
const REFUSED: [(&str, &str, &str, &str); 9] = [
    ("scope", "admin:all", "invalid_scope", "no such scope"),
    (
        "resource",
        "https://nowhere.example",
        "invalid_target",
        "no such resource",
    ),
    (
        "prompt",
        "none",
        "login_required",
        "nobody is signed in, or not recently enough",
    ),
    (
        "prompt",
        "nonsense",
        "invalid_request",
        "a parameter is malformed: prompt",
    ),
    (
        "response_type",
        "token",
        "unsupported_response_type",
        "response_type is not code",
    ),
    (
        "response_mode",
        "fragment",
        "invalid_request",
        "the response_mode is not supported",
    ),
    (
        "request",
        "x",
        "request_not_supported",
        "a parameter is not supported: request",
    ),
    (
        "id_token_hint",
        CANARY,
        "login_required",
        "id_token_hint is not an ID token of this client",
    ),
    (
        "code_challenge_method",
        "plain",
        "invalid_request",
        "code_challenge is not of S256",
    ),
];

#[tokio::test]
async fn a_missing_code_challenge_tells_what_to_set_and_where() {
    let _log = listen();
    let grafana = "https://grafana.example/login/generic_oauth";
    let client = json!({
        "client_id": "grafana", "token_endpoint_auth_method": "client_secret_basic",
        "redirect_uris": [grafana], "scope": "openid",
    });
    let world = World::with_clients([client]).await;
    for (client_id, redirect_uri, says, says_not) in [
        (
            "grafana",
            grafana,
            "set `use_pkce = true` in `[auth.generic_oauth]` in Grafana; if it cannot use PKCE, \
             set `require_pkce = false` in the `[[client]]` grafana of airside.toml",
            "nothing",
        ),
        (
            "web",
            "https://web.example/cb",
            "switch PKCE with S256 on in the client program; if it cannot use PKCE, \
             set `require_pkce = false` in the `[[client]]` web of airside.toml",
            "product=",
        ),
        (
            "spa",
            "https://app.example/cb",
            "switch PKCE with S256 on in the client program",
            "require_pkce",
        ),
    ] {
        let app = world
            .app(client_id)
            .redirect_uri(redirect_uri)
            .scope("openid");
        let app = app
            .with("code_challenge", "")
            .with("code_challenge_method", "");
        let expected = known(client_id, "no code_challenge");
        let line = check(&app, "303 invalid_request", expected).await;
        assert!(line.contains(says), "{line}");
        assert!(!line.contains(says_not), "{line}");
    }
}
