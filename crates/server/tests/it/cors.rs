//! Which origins count as an app's own (DESIGN 2.2, A29).

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

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_allows_what_a_token_request_needs_and_no_cookies() {
    // FETCH-3.2.2
    let world = World::new().await;
    for path in ["/token", "/revoke", "/userinfo"] {
        let answer = preflight(&world, path, "https://app.example").await;
        assert_eq!(answer.status, 204);
        let methods = answer.header("access-control-allow-methods");
        assert!(methods.contains("POST") && !methods.contains('*'));
        let headers = answer.header("access-control-allow-headers");
        assert!(headers.contains("authorization") && headers.contains("content-type"));
        assert!(
            !answer
                .headers
                .contains_key("access-control-allow-credentials")
        );
        assert!(answer.body.is_empty());
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
    // A29, DESIGN 2.2: /authorize and everything else for none
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
