//! Which origins count as an app's own (A29).

use airside_testkit::Answer;
use http::Method;
use serde_json::json;

use crate::world::{App, Setting, World};

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

fn clients() -> Setting {
    let client = |id: &str, uri: &str, origins: &[&str]| {
        json!({
            "client_id": id, "token_endpoint_auth_method": "none", "scope": "openid",
            "redirect_uris": [uri], "allowed_origins": origins,
        })
    };
    let clients = vec![
        client(
            "public-a",
            "https://a.example:8443/cb",
            &["https://cdn.example"],
        ),
        client("public-b", "http://127.0.0.1/cb", &[]),
        client("public-c", "com.example.app:/cb", &[]),
    ];
    Setting {
        clients,
        ..Setting::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_where_its_answers_go_or_where_its_registration_says() {
    // A29
    let world = World::with(clients()).await;
    for (origin, own) in [
        ("https://a.example:8443", true),
        ("https://cdn.example", true),
        ("http://127.0.0.1:51004", true),
        ("http://127.0.0.1", true),
        ("https://a.example", false),
        ("http://127.0.0.1.evil.example", false),
        ("http://localhost:51004", false),
        ("http://127.0.0.1:80/x", false),
        ("com.example.app:", false),
        ("com.example.app://", false),
        ("https://cdn.example.evil.example", false),
        ("*", false),
    ] {
        let answer = preflight(&world, "/token", origin).await;
        assert_eq!(answer.header(ALLOWED) == origin, own, "{origin}");
        assert_eq!(answer.header(ALLOWED).is_empty(), !own, "{origin}");
    }
}

/// Tells whether a browser goes on to send `method` with these headers after this preflight answer
/// (Fetch §4.8, steps 7 to 9), without credentials.
fn is_allowed(answer: &Answer, origin: &str, method: &str, headers: &[&str]) -> bool {
    let listed = |name: &str| -> Vec<String> {
        let values = answer.header(name);
        let values = values.split(',').map(|value| value.trim().to_lowercase());
        values.filter(|value| !value.is_empty()).collect()
    };
    let origins = [origin, "*"];
    let methods = listed("access-control-allow-methods");
    let names = listed("access-control-allow-headers");
    let any = names.iter().any(|name| name == "*");
    let simple = ["GET", "HEAD", "POST"].contains(&method);
    answer.status.is_success()
        && origins.contains(&answer.header(ALLOWED))
        && (simple || methods.contains(&method.to_lowercase()))
        && headers.iter().all(|header| {
            (any && *header != "authorization") || names.iter().any(|name| name == header)
        })
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

/// What libraries, proxies and tracers of browsers add to requests, in the order of Fetch §4.8.
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
    for (path, method, methods) in [
        ("/token", "POST", "POST"),
        ("/revoke", "POST", "POST"),
        ("/userinfo", "GET", "GET, HEAD, POST"),
        ("/userinfo", "POST", "GET, HEAD, POST"),
    ] {
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
async fn an_app_that_was_removed_is_a_stranger_at_once() {
    // A29
    let world = World::new().await;
    let client = json!({
        "client_id": "public-new", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["https://new.example/cb"],
    });
    let origin = "https://new.example";
    assert_eq!(
        preflight(&world, "/token", origin).await.header(ALLOWED),
        ""
    );
    world.admin("POST", "/clients", client).await;
    assert_eq!(
        preflight(&world, "/token", origin).await.header(ALLOWED),
        origin
    );
    world
        .admin("DELETE", "/clients/public-new", json!(null))
        .await;
    assert_eq!(
        preflight(&world, "/token", origin).await.header(ALLOWED),
        ""
    );
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

#[tokio::test(flavor = "multi_thread")]
async fn below_a_path_the_same_origins_count() {
    // A29, RFC8414-3.1
    let world = World::with(Setting {
        path: "/tenant",
        ..Setting::default()
    })
    .await;
    let root = world.url.strip_suffix("/tenant").unwrap();
    let inserted = format!("{root}/.well-known/openid-configuration/tenant");
    let any = [("origin", "https://any.example")];
    let answer = world.browser().get_with(&inserted, &any).await;
    assert_eq!(answer.header(ALLOWED), "*");
    let answer = preflight(&world, "/token", "https://any.example").await;
    assert_eq!(answer.header(ALLOWED), "");
    let answer = preflight(&world, "/token", "https://app.example").await;
    assert_eq!(answer.header(ALLOWED), "https://app.example");
}
