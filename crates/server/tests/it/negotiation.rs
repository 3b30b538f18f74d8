//! Tests what an address says that is not for browsers, or not there at all.

use http::Method;

use crate::world::{Setting, World};

const FOR_APPS: [&str; 4] = ["/token", "/revoke", "/introspect", "/revocations"];
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_answered_in_json_and_a_browser_with_a_page() {
    // RFC9110-12.5.1, RFC9110-15.5.6
    let world = World::new().await;
    let browser = world.browser();
    for (accept, is_json) in ACCEPTED {
        let accepting = [("accept", accept)];
        let headers = &accepting[..usize::from(!accept.is_empty())];
        let expected = match is_json {
            true => "application/json",
            false => "text/html; charset=utf-8",
        };
        for path in FOR_APPS.into_iter().chain(["/nowhere", "/token/"]) {
            let answer = browser.get_with(&world.at(path), headers).await;
            let status = if FOR_APPS.contains(&path) { 405 } else { 404 };
            assert_eq!(answer.status, status, "{path} {accept}");
            let kind = answer.header("content-type");
            assert_eq!(kind, expected, "{path} {accept}");
            assert!(answer.header("vary").contains("accept"), "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            let says_why = || !answer.member("error_description").is_empty();
            assert!(!is_json || says_why(), "{path}");
        }
    }
}

/// An `Accept` header, and whether the answer is JSON.
const ACCEPTED: [(&str, bool); 11] = [
    ("", true),
    ("*/*", true),
    ("application/json", true),
    ("application/json, text/plain, */*", true),
    ("application/json, text/html;q=0.5", true),
    ("text/html;q=0, */*", true),
    ("image/*", true),
    (BROWSER, false),
    ("text/html", false),
    ("TEXT/HTML;q=0.1", false),
    ("application/json;q=0.5, text/html", false),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_method_is_told_the_right_one() {
    // RFC9110-15.5.6, RFC6749-5.2
    let world = World::new().await;
    let browser = world.browser();
    for path in FOR_APPS {
        let answer = browser.get(&world.at(path)).await;
        assert_eq!(answer.outcome(), "405 invalid_request", "{path}");
        assert!(
            answer.member("error_description").contains("POST"),
            "{path}"
        );
        assert!(answer.header("allow").contains("POST"), "{path}");
    }
    for (method, path) in [
        (Method::PUT, "/token"),
        (Method::DELETE, "/userinfo"),
        (Method::POST, "/jwks"),
        (Method::POST, "/.well-known/openid-configuration"),
        (Method::PUT, "/authorize"),
        (Method::POST, "/health/ready"),
    ] {
        let answer = browser.send(method, &world.at(path), &[], "").await;
        assert_eq!(answer.outcome(), "405 invalid_request", "{path}");
        assert!(!answer.header("allow").is_empty(), "{path}");
    }
    assert_eq!(
        browser.get(&world.at("/nowhere")).await.outcome(),
        "404 not_found"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics_are_below_the_path_of_the_issuer() {
    // docs/operations/scaling.md
    let world = World::with(Setting {
        path: "/tenant",
        ..Setting::default()
    })
    .await;
    let browser = world.browser();
    let root = world.url.strip_suffix("/tenant").unwrap().to_owned();
    for path in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(browser.get(&world.at(path)).await.status, 200, "{path}");
        let url = format!("{root}{path}");
        assert_eq!(browser.get(&url).await.status, 404, "{path}");
    }
}
