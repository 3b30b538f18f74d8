//! Which pages of other origins may read our answers.

use airside_testkit::Answer;
use http::Method;

use crate::world::World;

const ALLOWED: &str = "access-control-allow-origin";
const CREDENTIALS: &str = "access-control-allow-credentials";

async fn preflight(world: &World, path: &str, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization"),
    ];
    let browser = world.browser();
    browser
        .send(Method::OPTIONS, &world.at(path), &headers, "")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_may_read_the_public_documents() {
    // RFC8414-3
    let world = World::new().await;
    for path in [
        "/jwks",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ] {
        let origin = [("origin", "https://any.example")];
        let answer = world.browser().get_with(&world.at(path), &origin).await;
        assert_eq!((answer.status.as_u16(), answer.header(ALLOWED)), (200, "*"));
        assert_eq!(answer.header(CREDENTIALS), "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_pages_of_registered_apps_may_read_tokens() {
    // FETCH-3.2
    let world = World::new().await;
    for (origin, allowed) in ORIGINS {
        for path in ["/token", "/revoke", "/userinfo"] {
            let url = world.at(path);
            let sent = [("origin", origin)];
            let answer = world.browser().post_with(&url, &sent, &[]).await;
            assert_eq!(answer.header(ALLOWED), allowed, "{path} {origin}");
            assert_eq!(answer.header(CREDENTIALS), "", "{path} {origin}");
            assert!(answer.header("vary").contains("origin"), "{path} {origin}");
        }
    }
}

const ORIGINS: [(&str, &str); 9] = [
    ("https://app.example", "https://app.example"),
    ("https://web.example", "https://web.example"),
    ("https://app.example.evil.ex", ""),
    ("https://evil.ex", ""),
    ("https://app.example:8443", ""),
    ("https://app.example/", ""),
    ("http://app.example", ""),
    ("https://APP.example", ""),
    ("null", ""),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_tells_another_page_nothing() {
    // FETCH-3.2.2
    let world = World::new().await;
    for origin in ["https://app.example.evil.ex", "null"] {
        let answer = preflight(&world, "/token", origin).await;
        assert_eq!(answer.header(ALLOWED), "", "{origin}");
        assert_eq!(answer.header("access-control-allow-methods"), "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_may_read_what_is_for_people_or_servers() {
    // RFC9700-2.6
    let world = World::new().await;
    for path in [
        "/authorize",
        "/sign-in",
        "/select-account",
        "/consent",
        "/sign-out",
        "/introspect",
    ] {
        let origin = "https://app.example";
        let asked = preflight(&world, path, origin).await;
        assert_eq!(asked.header(ALLOWED), "", "{path}");
        let sent = [("origin", origin)];
        let answer = world.browser().get_with(&world.at(path), &sent).await;
        assert_eq!(answer.header(ALLOWED), "", "{path}");
    }
}
