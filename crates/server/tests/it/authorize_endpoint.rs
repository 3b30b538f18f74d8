//! Tests what the authorization endpoint makes of a request.

mod interaction;
mod redirect_uri;
mod scope;

pub use self::interaction::house;

use airside_testkit::Answer;
use serde_json::json;

use crate::world::{App, Setting, World};

/// Returns where an answer leads: one of our pages, the app, or nowhere.
pub fn step(answer: &Answer) -> String {
    let location = answer.header("location");
    for page in ["sign-in", "select-account", "consent"] {
        if location.contains(&format!("/{page}?interaction=")) {
            return page.to_owned();
        }
    }
    match (answer.returned("code"), answer.returned("error")) {
        (Some(_), None) => "code".to_owned(),
        (None, Some(error)) => error,
        _ => format!("{} {location}", answer.status.as_u16()),
    }
}

/// Returns where a request of `app` leads.
pub async fn asked(app: &App<'_>) -> String {
    step(&app.authorize().await)
}

pub fn loopback() -> Setting {
    let client = json!({
        "client_id": "public-cli", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["http://127.0.0.1/cb"], "id_token_signed_response_alg": "ES256",
    });
    Setting {
        clients: vec![client],
        ..Setting::default()
    }
}

/// Nothing is sent anywhere: a page says why.
pub fn assert_page(answer: &Answer, case: &str) {
    assert_eq!(answer.status, 400, "{case}");
    assert_eq!(answer.header("location"), "", "{case}");
    assert!(
        answer.header("content-type").starts_with("text/html"),
        "{case}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_client_is_refused_on_a_page() {
    // RFC6749-4.1.2.1, A08
    let world = World::new().await;
    assert_page(&world.app("nobody").authorize().await, "unknown");
    let app = world.app("spa").with("client_id", "");
    assert_page(&app.authorize().await, "missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_other_repeated_parameter_is_told_to_the_app() {
    // RFC6749-3.1, A11
    let world = World::new().await;
    for name in ["state", "scope", "nonce", "response_type", "code_challenge"] {
        let url = world.app("spa").authorize_url();
        let answer = world.browser().get(&format!("{url}&{name}=openid")).await;
        assert_eq!(answer.outcome(), "303 invalid_request", "{name}");
        assert_eq!(answer.returned("state").is_none(), name == "state");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_carries_the_state_as_it_was_and_the_issuer() {
    // RFC9207-2, A14
    let world = World::new().await;
    for state in ["a b+c%20&d=e#f?", "ü€𝄞", "\"<script>'\\", "{\"a\":[1]}"] {
        let app = world.app("spa").with("state", state).scope("nonsense");
        let answer = app.authorize().await;
        assert_eq!(answer.returned("state").as_deref(), Some(state));
        assert_eq!(answer.returned("iss").as_ref(), Some(&world.url));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_comes_with_the_state_as_it_was_and_the_issuer() {
    // RFC9207-2, A14
    let world = World::new().await;
    let state = "a b+c%20&d=e#f?ü\"<";
    let answer = world.app("spa").with("state", state);
    let answer = answer.code_answer("alice").await;
    assert_eq!(answer.returned("state").as_deref(), Some(state));
    assert_eq!(answer.returned("iss").as_ref(), Some(&world.url));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_a_good_challenge_is_invalid() {
    // RFC9700-2.1.1, RFC7636-4.3, A12, A13
    let world = World::new().await;
    for (name, value) in [
        ("code_challenge", ""),
        ("code_challenge", "short"),
        ("code_challenge_method", "plain"),
        ("code_challenge_method", ""),
        ("code_challenge_method", "s256"),
    ] {
        let app = world.app("spa").with(name, value);
        assert_eq!(asked(&app).await, "invalid_request", "{name}={value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_supported_is_refused_by_its_own_code() {
    // OIDC-Core-3.1.2.6, A10
    let world = World::new().await;
    for (name, value, code) in UNSUPPORTED {
        let app = world.app("spa").with(name, value);
        assert_eq!(asked(&app).await, code, "{name}={value}");
    }
}

/// A parameter, its value, and the code of the error.
const UNSUPPORTED: [(&str, &str, &str); 5] = [
    ("response_type", "token", "unsupported_response_type"),
    ("response_type", "id_token", "unsupported_response_type"),
    (
        "response_type",
        "code id_token",
        "unsupported_response_type",
    ),
    (
        "request",
        "eyJhbGciOiJub25lIn0.e30.",
        "request_not_supported",
    ),
    (
        "request_uri",
        "https://app.example/r",
        "request_uri_not_supported",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_client_is_told_the_nearest_one_in_development_alone() {
    // RFC6749-4.1.2.1
    for production in [false, true] {
        let world = World::with(Setting {
            production,
            ..Setting::default()
        })
        .await;
        for (received, nearest) in [
            ("bank-ap", "bank-api"),
            ("SPA", "spa"),
            ("biling", "billing"),
        ] {
            let answer = world
                .app("spa")
                .with("client_id", received)
                .authorize()
                .await;
            assert_page(&answer, received);
            let text = answer.text();
            let named = text.split_once("<dt>Nearest</dt>");
            let named = named.and_then(|(_, rest)| rest.split("</dd>").next());
            assert_eq!(named.is_some(), !production, "{text}");
            assert!(named.is_none_or(|named| named.contains(nearest)), "{text}");
        }
        let other = world
            .app("spa")
            .with("client_id", "somebody")
            .authorize()
            .await;
        assert_page(&other, "somebody");
        assert!(!other.text().contains("<dt>Nearest</dt>"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_request_goes_on_as_a_sealed_get() {
    // RFC9700-4.12
    let world = World::new().await;
    let app = world.app("spa");
    let url = app.authorize_url();
    let (address, query) = url.split_once('?').unwrap();
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let fields: Vec<_> = pairs
        .iter()
        .map(|(n, v)| (n.as_ref(), v.as_ref()))
        .collect();
    let site = [("sec-fetch-site", "cross-site")];
    let answer = app.browser.post_with(address, &site, &fields).await;
    assert_eq!(answer.status, 303);
    let next = app.browser.get(answer.header("location")).await;
    assert_eq!(step(&next), "sign-in");
}
