//! Redirect URIs: what is not the registered one gets a page (A01–A08).

use serde_json::{Value, json};

use crate::{
    authorize_endpoint::{asked, assert_page},
    world::{Setting, World},
};

/// A public client with these redirect URIs.
fn with_uris(uris: Value) -> Setting {
    let client = json!({
        "client_id": "public-app", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": uris, "id_token_signed_response_alg": "ES256",
    });
    Setting {
        clients: vec![client],
        ..Setting::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_that_some_parser_reads_as_the_registered_address_passes() {
    // A02, A03, A04
    let world = World::new().await;
    for uri in SPELLINGS {
        let answer = world.app("spa").redirect_uri(uri).authorize().await;
        assert_page(&answer, uri);
    }
    assert_eq!(asked(&world.app("spa")).await, "sign-in");
}

const SPELLINGS: [&str; 17] = [
    "https://app.example%40evil.example/cb",
    "https://a@@app.example@evil.example/cb",
    "https://app.example/cb/..;/evil",
    "https://app.example/cb/%2e%2e/evil",
    "https://app.example/cb/..%5cevil",
    "https://app.example/cb%252f..",
    "https:/\\app.example/cb",
    "https:app.example/cb",
    "https:///app.example/cb",
    "//app.example/cb",
    "/cb",
    "https://app.example\t.evil.example/cb",
    "https://app.example/cb\r\nset-cookie: a=b",
    "https://app\u{3002}example/cb",
    "https://app.example\u{ff0f}cb",
    "https://xn--pp-7cd.example/cb",
    "https://app.example/cb;x",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_uri_is_decoded_once_and_not_twice() {
    // A01
    let world = World::new().await;
    let url = world.app("spa").authorize_url();
    let once = "https%3A%2F%2Fapp.example%2Fcb";
    assert!(url.contains(once));
    let twice = url.replace(once, &once.replace('%', "%25"));
    assert_page(&world.browser().get(&twice).await, "twice");
    let nul = url.replace(once, &format!("{once}%00"));
    assert_page(&world.browser().get(&nul).await, "NUL");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheme_that_runs_something_is_never_followed() {
    // A07
    let world = World::new().await;
    for uri in SCHEMES {
        let answer = world.app("spa").redirect_uri(uri).authorize().await;
        assert_page(&answer, uri);
        let client = json!({
            "client_id": "public-evil", "token_endpoint_auth_method": "none",
            "redirect_uris": [uri], "scope": "openid",
        });
        assert_eq!(world.admin("POST", "/clients", client).await.status, 400);
    }
}

const SCHEMES: [&str; 10] = [
    "javascript:alert(1)",
    "javascript://app.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "about:blank",
    "blob:https://app.example/1",
    "http://app.example/cb2",
    "myapp:/cb",
    "https://app.example/cb#fragment",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_ipv6_loopback_address_has_any_port_but_stays_that_address() {
    // A06, RFC8252-7.3
    let world = World::with(with_uris(json!(["http://[::1]:7/cb"]))).await;
    for (uri, expected) in [
        ("http://[::1]:7/cb", "sign-in"),
        ("http://[::1]:51004/cb", "sign-in"),
        ("http://[::1]/cb", "sign-in"),
        ("http://127.0.0.1:7/cb", "400 "),
        ("http://[0:0:0:0:0:0:0:1]:7/cb", "400 "),
        ("https://[::1]:7/cb", "400 "),
    ] {
        let app = world.app("public-app").scope("openid").redirect_uri(uri);
        assert_eq!(asked(&app).await, expected, "{uri}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn localhost_is_an_ordinary_host_with_one_port() {
    // A06, RFC8252-8.3
    let world = World::with(with_uris(json!(["http://localhost:3000/cb"]))).await;
    for (uri, expected) in [
        ("http://localhost:3000/cb", "sign-in"),
        ("http://localhost:3001/cb", "400 "),
        ("http://127.0.0.1:3000/cb", "400 "),
    ] {
        let app = world.app("public-app").scope("openid").redirect_uri(uri);
        assert_eq!(asked(&app).await, expected, "{uri}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_may_be_left_out_only_if_exactly_one_is_registered() {
    // RFC6749-3.1.2.3
    let uris = json!(["https://a.example/cb", "https://b.example/cb"]);
    let world = World::with(with_uris(uris)).await;
    let app = world.app("public-app").scope("openid");
    assert_page(&app.with("redirect_uri", "").authorize().await, "two");
    let app = world.app("spa").with("redirect_uri", "");
    let back = app.code_answer("alice").await;
    assert!(
        back.header("location")
            .starts_with("https://app.example/cb?code=")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_keeps_the_query_of_the_registered_uri() {
    // RFC6749-3.1.2
    let uri = "https://a.example/cb?tenant=1&x=%20";
    let world = World::with(with_uris(json!([uri]))).await;
    let app = world.app("public-app").scope("openid").redirect_uri(uri);
    let back = app.code_answer("alice").await;
    assert!(
        back.header("location").starts_with(&format!("{uri}&code=")),
        "{}",
        back.header("location")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_address_is_never_a_reason_to_redirect_whatever_else_is_wrong() {
    // A08
    let world = World::new().await;
    for (name, value) in [
        ("prompt", "none"),
        ("response_type", "token"),
        ("scope", "nonsense"),
        ("request", "x"),
    ] {
        let app = world.app("spa").redirect_uri("https://evil.example/");
        assert_page(&app.with(name, value).authorize().await, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_registered_is_told_to_developers_only() {
    // A01
    for production in [false, true] {
        let world = World::with(Setting {
            production,
            ..Setting::default()
        })
        .await;
        let app = world.app("spa").redirect_uri("https://app.example/");
        let answer = app.authorize().await;
        assert_page(&answer, "refused");
        let told = answer.text().contains("https://app.example/cb");
        assert_eq!(told, !production);
        assert!(answer.text().contains("has not registered"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fix_is_a_line_that_can_be_copied() {
    let world = World::new().await;
    let client = json!({
        "client_id": "public-made", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["https://app.example/cb"],
    });
    world.admin("POST", "/clients", client).await;
    for (client, uri, fix) in FIXES {
        let refused = world.app(client).redirect_uri(uri).authorize().await;
        assert!(refused.text().contains(fix), "{}", refused.text());
    }
    // what cannot be registered has no fix
    let app = world.app("spa").redirect_uri("http://evil.example/");
    assert!(!app.authorize().await.text().contains("<dt>Fix"));
    let unknown = world.app("public-unknown").authorize().await.text();
    assert!(unknown.contains("<dt>Registered ids</dt>") && !unknown.contains("<dt>Fix"));
}

/// A client, an address that it has not registered, and the line that the page shows.
const FIXES: [(&str, &str, &str); 4] = [
    (
        "spa",
        "https://app.example/new",
        "redirect_uris = [&quot;https://app.example/cb&quot;, &quot;https://app.example/new&quot;]",
    ),
    (
        "public-made",
        "https://app.example/new",
        "airside client edit public-made --add-redirect-uri &#39;https://app.example/new&#39;",
    ),
    // RFC8252-7.3: another port each time
    (
        "public-made",
        "http://127.0.0.1:46013/callback",
        "--add-redirect-uri &#39;http://127.0.0.1/callback&#39;",
    ),
    (
        "public-made",
        "https://app.example/';x;'",
        "--add-redirect-uri &#39;https://app.example/&#39;\\&#39;&#39;;x;&#39;\\&#39;&#39;&#39;",
    ),
];
