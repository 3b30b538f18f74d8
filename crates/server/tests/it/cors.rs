//! Which origins count as an app's own (A29).

mod origin;

use airside_testkit::Answer;
use http::Method;

use self::origin::is_allowed;
use crate::world::{App, World};

const ALLOWED: &str = "access-control-allow-origin";

async fn preflight(world: &World, path: &str, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,dpop"),
    ];
    let url = world.at(path);
    world
        .browser()
        .send(Method::OPTIONS, &url, &headers, "")
        .await
}

async fn ask(world: &World, path: &str, origin: &str, method: &str, headers: &[&str]) -> Answer {
    let names = headers.join(",");
    let headers = [
        ("origin", origin),
        ("access-control-request-method", method),
        ("access-control-request-headers", &names),
    ];
    let url = world.at(path);
    let answer = world
        .browser()
        .send(Method::OPTIONS, &url, &headers, "")
        .await;
    let credentials = "access-control-allow-credentials";
    assert!(!answer.headers.contains_key(credentials), "{path}");
    assert!(answer.body.is_empty(), "{path}");
    answer
}

/// The headers that libraries, proxies and tracers of browsers add to requests, in the order of Fetch §4.8.
const ADDED: [&str; 14] = [
    "authorization",
    "b3",
    "baggage",
    "content-type",
    "dpop",
    "mcp-protocol-version",
    "request-id",
    "sentry-trace",
    "traceparent",
    "tracestate",
    "x-b3-traceid",
    "x-datadog-trace-id",
    "x-request-id",
    "x-requested-with",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_public_document_is_read_from_everywhere_with_every_header_and_only_read() {
    // FETCH-4.8
    let world = World::new().await;
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/jwks",
        "/status/1",
    ] {
        let origin = "https://any.example";
        let answer = ask(&world, path, origin, "GET", &ADDED).await;
        assert!(is_allowed(&answer, origin, "GET", &ADDED), "{path}");
        let methods = answer.header("access-control-allow-methods");
        assert_eq!(methods, "GET, HEAD", "{path}");
        for method in ["PUT", "DELETE", "PATCH"] {
            assert!(!is_allowed(&answer, origin, method, &[]), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_may_add_tracing_headers_and_use_the_methods_of_each_endpoint_alone() {
    // FETCH-4.8
    let world = World::new().await;
    let origin = "https://app.example";
    for (path, method, methods) in METHODS {
        let answer = ask(&world, path, origin, method, &ADDED).await;
        assert!(is_allowed(&answer, origin, method, &ADDED), "{path}");
        let listed = answer.header("access-control-allow-methods");
        assert_eq!(listed, methods, "{path}");
        let vary = answer.header("vary");
        assert!(vary.contains("origin") && vary.contains("access-control-request-headers"));
        for method in ["PUT", "DELETE", "PATCH"] {
            assert!(!is_allowed(&answer, origin, method, &[]), "{path}");
        }
        let stranger = "https://any.example";
        let answer = ask(&world, path, stranger, method, &ADDED).await;
        assert!(!is_allowed(&answer, stranger, method, &[]), "{path}");
        assert!(answer.header("access-control-allow-headers").is_empty());
        assert!(answer.header("vary").contains("origin"));
    }
}

/// An endpoint, the method that a preflight asks for, and the methods of the answer.
const METHODS: [(&str, &str, &str); 4] = [
    ("/token", "POST", "POST"),
    ("/revoke", "POST", "POST"),
    ("/userinfo", "GET", "GET, HEAD, POST"),
    ("/userinfo", "POST", "GET, HEAD, POST"),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_an_app_is_cached_for_its_origin_alone() {
    // FETCH-3.2.1
    let world = World::new().await;
    for origin in ["https://app.example", "https://any.example"] {
        let url = world.at("/userinfo");
        let answer = world.browser().get_with(&url, &[("origin", origin)]).await;
        assert_eq!(answer.header("vary"), "origin", "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_can_read_refusals_too() {
    // FETCH-3.2.1
    let world = World::new().await;
    let origin = [("origin", "https://app.example")];
    let fields = [("grant_type", "password"), ("client_id", "spa")];
    let url = world.at("/token");
    let refused = world.browser().post_with(&url, &origin, &fields).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.header(ALLOWED), "https://app.example");
    let url = world.at("/userinfo");
    let refused = world.browser().get_with(&url, &origin).await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.header(ALLOWED), "https://app.example");
    let exposed = refused.header("access-control-expose-headers");
    assert!(exposed.contains("www-authenticate"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_script_reads_a_page_or_the_code_in_a_redirect() {
    // A29: /authorize and everything else for none
    let world = World::new().await;
    let app: App<'_> = world.app("spa");
    app.code("alice").await;
    let origin = [("origin", "https://app.example")];
    let answer = app.browser.get_with(&app.authorize_url(), &origin).await;
    assert!(answer.returned("code").is_some());
    assert!(!answer.headers.contains_key(ALLOWED));
    for path in [
        "/",
        "/setup",
        "/health/live",
        "/metrics",
        "/introspect",
        "/nowhere",
    ] {
        let answer = app.browser.get_with(&world.at(path), &origin).await;
        assert!(!answer.headers.contains_key(ALLOWED), "{path}");
    }
}
