//! Authorization responses that the browser posts (OAuth 2.0 Form Post Response Mode).

use airside_jose::base64url;
use airside_testkit::Answer;
use http::Method;
use serde_json::json;

use crate::{
    authorize_endpoint::{asked, assert_page, house},
    world::{App, Tokens, World},
};

fn posting(world: &World) -> App<'_> {
    world.app("spa").with("response_mode", "form_post")
}

/// A page that posts to `action`, kept from everything else.
fn assert_posts_to(answer: &Answer, action: &str) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("location"), "");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-frame-options"), "DENY");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(policy.contains("; script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    // browsers would check it at the redirects of the client's own callback
    assert!(!policy.contains("form-action"), "{policy}");
    let text = answer.text();
    let form = format!("<form method=\"post\" action=\"{action}\">");
    assert!(text.contains(&form), "{text}");
    assert_eq!(text.matches("<script>").count(), 1);
    let (_, without_script) = text.split_once("<noscript>").unwrap();
    assert!(without_script.contains("type=\"submit\""));
}

fn has_field(answer: &Answer, name: &str) -> bool {
    answer.text().contains(&format!("name=\"{name}\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_posted_with_state_and_issuer() {
    // OIDC-FormPost-2, RFC9207-2
    let world = World::new().await;
    let app = posting(&world).with("state", "a \"quoted\" & <state>");
    let answer = app.code_answer("alice").await;
    assert_posts_to(&answer, "https://app.example/cb");
    assert!(
        answer
            .text()
            .contains("value=\"a &quot;quoted&quot; &amp; &lt;state&gt;\"")
    );
    assert_eq!(answer.hidden("iss"), world.url);
    assert!(!has_field(&answer, "error"));
    let tokens = Tokens::of(&app.redeem(&answer.hidden("code")).await);
    assert_eq!(app.userinfo(&tokens.access).await.status, 200);
    // without a page in between, too
    let silent = app.with("prompt", "none");
    let answer = silent.authorize().await;
    assert_posts_to(&answer, "https://app.example/cb");
    Tokens::of(&silent.redeem(&answer.hidden("code")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_posted_too() {
    // OIDC-FormPost-2, OIDC-Core-3.1.2.6
    let world = World::new().await;
    for (name, value, error) in ERRORS {
        let answer = posting(&world).with(name, value).authorize().await;
        assert_posts_to(&answer, "https://app.example/cb");
        assert_eq!(answer.hidden("error"), error);
        assert_eq!(answer.hidden("state"), "st");
        assert_eq!(answer.hidden("iss"), world.url);
        assert!(!has_field(&answer, "code"));
    }
    let app = posting(&world);
    let page = app.authorize().await.header("location").to_owned();
    let form = app.browser.get(&page).await;
    app.submit(&page, &form, "alice").await;
    let page = app.authorize().await.header("location").to_owned();
    let sealed = app.browser.get(&page).await.hidden("interaction");
    let fields = [("interaction", sealed.as_str()), ("decision", "deny")];
    let denied = app.browser.post(&world.at("/consent"), &fields).await;
    assert_posts_to(&denied, "https://app.example/cb");
    assert_eq!(denied.hidden("error"), "access_denied");
}

/// A parameter, its value, and the code of the error.
const ERRORS: [(&str, &str, &str); 4] = [
    ("prompt", "none", "login_required"),
    ("scope", "nonsense", "invalid_scope"),
    ("response_type", "token", "unsupported_response_type"),
    ("prompt", "create", "invalid_request"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_request_object_is_refused_in_the_mode_and_with_the_state_that_it_names() {
    // OIDC-Core-6.1, OIDC-FormPost-2
    let world = World::new().await;
    let bare = || world.app("spa").with("state", "");
    let object = json!({ "response_mode": "form_post", "state": "inside", "scope": "openid" });
    let answer = bare().with("request", &unsigned(&object)).authorize().await;
    assert_posts_to(&answer, "https://app.example/cb");
    assert_eq!(answer.hidden("error"), "request_not_supported");
    assert_eq!(answer.hidden("state"), "inside");
    // what is sent beside it counts, and no other address is taken from it
    let object = json!({ "response_mode": "form_post", "redirect_uri": "https://evil.example/" });
    let beside = bare()
        .with("response_mode", "query")
        .with("state", "beside");
    let answer = beside.with("request", &unsigned(&object)).authorize().await;
    let location = answer.header("location");
    assert!(location.starts_with("https://app.example/cb?error=request_not_supported&"));
    assert!(location.contains("&state=beside&"), "{location}");
    for malformed in ["x", "..", "a.b.c.d.e", "e30.e30.e30"] {
        let app = world.app("spa").with("request", malformed);
        assert_eq!(asked(&app).await, "request_not_supported", "{malformed}");
    }
}

/// A request object without a signature.
fn unsigned(claims: &serde_json::Value) -> String {
    format!("e30.{}.", base64url::encode(claims.to_string()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mode_that_is_refused_is_answered_by_query() {
    // OIDC-FormPost-2
    let world = World::new().await;
    let twice = world.app("spa").also("response_mode", "form_post");
    let twice = twice.also("response_mode", "query");
    assert_eq!(asked(&twice).await, "invalid_request");
    let unknown = world.app("spa").with("response_mode", "form_post.jwt");
    assert_eq!(asked(&unknown).await, "invalid_request");
    let client = json!({
        "client_id": "public-app", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["com.example.app:/cb"],
    });
    let world = World::with_clients([client]).await;
    let app = world.app("public-app").scope("openid");
    let app = app.redirect_uri("com.example.app:/cb");
    assert_eq!(asked(&app).await, "sign-in");
    let app = app.with("response_mode", "form_post");
    assert_eq!(asked(&app).await, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_posted_to_an_address_that_is_not_registered() {
    // A08, RFC6749-4.1.2.1
    let world = World::new().await;
    let app = posting(&world).redirect_uri("https://evil.example/cb");
    assert_page(&app.authorize().await, "redirect_uri");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_uri_keeps_its_query_and_its_port() {
    // OIDC-FormPost-2
    let client = json!({
        "client_id": "public-two", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["https://a.example:8443/cb?x=1", "http://127.0.0.1/cb"],
        "id_token_signed_response_alg": "ES256",
    });
    let world = World::with_clients([client]).await;
    for uri in ["https://a.example:8443/cb?x=1", "http://127.0.0.1:51004/cb"] {
        let app = world.app("public-two").scope("openid").redirect_uri(uri);
        let app = app.with("response_mode", "form_post");
        assert_posts_to(&app.code_answer("alice").await, uri);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_another_site_posts_finds_the_session_again() {
    // OIDC-Core-3.1.2.1
    let world = World::with(house()).await;
    let app = world.app("house").scope("openid");
    app.code("alice").await;
    let url = app.authorize_url();
    let (address, query) = url.split_once('?').unwrap();
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", "https://app.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    // a browser sends no cookie of SameSite=Lax with a POST from another site
    let without_cookies = world.browser();
    let posted = without_cookies.send(Method::POST, address, &headers, query.to_owned());
    let posted = posted.await;
    assert_eq!(posted.status, 303);
    assert!(!posted.headers.contains_key("set-cookie"));
    let on = app.browser.get(posted.header("location")).await;
    assert!(on.returned("code").is_some(), "{}", on.header("location"));
}
