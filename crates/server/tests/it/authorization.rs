//! The authorization endpoint: where answers go, and what they say.

mod session;

use serde_json::json;

use crate::world::{Setting, World};

/// Asks with one parameter changed; status and error code.
async fn outcome(world: &World, name: &str, value: &str) -> String {
    world
        .app("spa")
        .with(name, value)
        .authorize()
        .await
        .outcome()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unregistered_redirect_uri_gets_a_page_and_no_redirect() {
    // RFC9700-4.1.3
    let world = World::new().await;
    for uri in UNREGISTERED {
        let answer = world.app("spa").redirect_uri(uri).authorize().await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (400, ""),
            "{uri}"
        );
    }
    let answer = world
        .app("spa")
        .redirect_uri("https://app.example/cb/")
        .authorize()
        .await;
    assert!(
        answer.text().contains("https://app.example/cb<"),
        "the nearest one is named"
    );
    assert_eq!(world.app("spa").authorize().await.status, 303);
}

/// Addresses that are near the registered one, or would run something.
const UNREGISTERED: [&str; 12] = [
    "https://app.example/cb/",
    "https://app.example/CB",
    "https://app.example/cb?x=1",
    "https://app.example/cb#",
    "https://app.example/cb%2f",
    "https://app.example/cb/../evil",
    "HTTPS://APP.EXAMPLE/cb",
    "https://app.example:443/cb",
    "https://app.example/cb ",
    "https://app.example@evil.example/cb",
    "https://app.example\\@evil.example/cb",
    "javascript:alert(1)",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_loopback_redirect_uri_matches_any_port_and_no_other_host() {
    // RFC8252-7.3
    let client = json!({ "client_id": "public-cli", "token_endpoint_auth_method": "none",
        "redirect_uris": ["http://127.0.0.1/cb"], "scope": "openid" });
    let world = World::with_clients([client]).await;
    for (uri, status) in [
        ("http://127.0.0.1:54321/cb", 303),
        ("http://localhost:54321/cb", 400),
        ("http://127.0.0.1.evil.example/cb", 400),
        ("http://127.1/cb", 400),
        ("http://[::1]:1/cb", 400),
        ("http://127.0.0.1:54321/other", 400),
    ] {
        let app = world.app("public-cli").scope("openid").redirect_uri(uri);
        assert_eq!(app.authorize().await.status, status, "{uri}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_client_or_a_contradiction_gets_a_page() {
    // RFC6749-4.1.2.1
    let world = World::new().await;
    assert_eq!(outcome(&world, "client_id", "nobody").await, "400");
    assert_eq!(outcome(&world, "client_id", "").await, "400");
    let app = world.app("spa");
    for twice in [
        "client_id=spa",
        "redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
    ] {
        let answer = app
            .browser
            .get(&format!("{}&{twice}", app.authorize_url()))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (400, ""),
            "{twice}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_go_to_the_app_with_state_as_sent_and_the_issuer() {
    // RFC9207-2
    let world = World::new().await;
    let state = "a b&c=d%20é\"<>";
    let answer = world
        .app("spa")
        .scope("nothing")
        .with("state", state)
        .authorize()
        .await;
    assert!(
        answer
            .header("location")
            .starts_with("https://app.example/cb?")
    );
    assert_eq!(answer.returned("error").as_deref(), Some("invalid_scope"));
    assert_eq!(answer.returned("state").as_deref(), Some(state));
    assert_eq!(answer.returned("iss").as_deref(), Some(world.url.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_parameter_has_its_error() {
    let world = World::new().await;
    for (name, value, expected) in BAD_PARAMETERS {
        assert_eq!(
            outcome(&world, name, value).await,
            expected,
            "{name}={value}"
        );
    }
}

/// A parameter, its value, and the answer.
const BAD_PARAMETERS: [(&str, &str, &str); 10] = [
    ("code_challenge", "", "303 invalid_request"),
    ("code_challenge_method", "plain", "303 invalid_request"),
    ("response_type", "token", "303 unsupported_response_type"),
    ("response_mode", "fragment", "303 invalid_request"),
    ("request", "x", "303 request_not_supported"),
    (
        "request_uri",
        "https://x.example",
        "303 request_uri_not_supported",
    ),
    ("scope", "accounts:read orders:read", "303 invalid_target"),
    ("prompt", "none login", "303 invalid_request"),
    ("max_age", "soon", "303 invalid_request"),
    ("id_token_hint", "nonsense", "303 login_required"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_code_comes_with_state_and_issuer() {
    // RFC9207-2
    let world = World::new().await;
    let answer = world.app("spa").code_answer("alice").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.returned("iss").as_deref(), Some(world.url.as_str()));
    assert_eq!(answer.returned("state").as_deref(), Some("st"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_becomes_a_sealed_get_that_goes_on() {
    let world = World::new().await;
    let app = world.app("spa");
    let url = app.authorize_url();
    let (path, query) = url.split_once('?').unwrap();
    let form = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "cross-site"),
    ];
    let answer = app
        .browser
        .send(http::Method::POST, path, &form, query.to_owned())
        .await;
    assert_eq!(answer.status, 303);
    assert!(app.browser.cookies().is_empty(), "nothing changed yet");
    let next = app.browser.get(answer.header("location")).await;
    assert!(next.header("location").contains("/sign-in?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_with_a_path_serves_both_forms_of_metadata_and_the_whole_flow() {
    // RFC8414-3.1
    let world = World::with(Setting {
        path: "/tenant",
        ..Setting::default()
    })
    .await;
    let root = world.url.strip_suffix("/tenant").unwrap().to_owned();
    for url in [
        world.at("/.well-known/openid-configuration"),
        format!("{root}/.well-known/oauth-authorization-server/tenant"),
    ] {
        assert_eq!(
            world.browser().get(&url).await.member("issuer"),
            world.url,
            "{url}"
        );
    }
    world.app("spa").sign_in("alice").await;
}
