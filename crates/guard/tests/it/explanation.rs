//! Explanations agree with the outcome of the request (G14).

use std::sync::Arc;

use airside_guard::{Running, explain::Explanation};
use airside_net::Drain;
use http::Method;
use serde_json::{Value, json};

use crate::{
    feed,
    world::{OPERATIONS, World, raw},
};

/// A guard with the configuration of a world that does not serve, as `airside token explain` has it.
fn explaining(world: &World) -> Arc<Running> {
    let configuration = world.read().unwrap();
    Arc::new(Running::new(configuration, Drain::new()).unwrap())
}

fn outcome<'a>(explanation: &'a Explanation, check: &str) -> Option<&'a str> {
    let step = explanation.steps.iter().find(|step| step.check == check);
    step.map(|step| step.outcome.as_str())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_known_without_a_guard_that_follows() {
    for on_loss in ["serve", "refuse"] {
        let world = World::with(&feed::key(on_loss), OPERATIONS).await;
        let (alice, revoked) = (world.token("alice", ""), world.token("alice", "read"));
        for jti in ["1", "2", "3", "4", "alice-read"] {
            world.feed.revoke(jti);
        }
        let running = explaining(&world);
        let explain = async |token: &str| {
            let guard = running.guard();
            guard.explain(token, Method::GET, "/echo").await
        };
        let refused = explain(&revoked).await;
        assert_eq!(refused.status, Some(401), "{refused:?}");
        assert_eq!(outcome(&refused, "token"), Some("the token is revoked"));
        // the control
        let allowed = explain(&alice).await;
        assert!(allowed.allowed, "{allowed:?}");
        assert_eq!(outcome(&allowed, "feed"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revocations_that_could_not_be_asked_for_are_said() {
    const UNASKED: &str = "revocations were not asked: the issuer answered 503 Service Unavailable";
    for (on_loss, status) in [("serve", None), ("refuse", Some(503))] {
        let world = World::with(&feed::key(on_loss), OPERATIONS).await;
        world.feed.go_down();
        let running = explaining(&world);
        let alice = world.token("alice", "");
        let explained = running.guard().explain(&alice, Method::GET, "/echo").await;
        assert_eq!(explained.status, status, "{explained:?}");
        assert_eq!(outcome(&explained, "feed"), Some(UNASKED));
        let token = outcome(&explained, "token").unwrap();
        let lost = token == "the revocation feed is not connected, and `on_loss` is `refuse`";
        assert_eq!(lost, status.is_some(), "{token}");
        // the control: what needs no token asks nobody
        let health = running.guard();
        let health = health.explain(&alice, Method::GET, "/health").await;
        assert!(health.allowed && outcome(&health, "feed").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_is_explained_as_its_path() {
    let world = World::new().await;
    let alice = world.token("alice", "read");
    let explain = async |url: &str| {
        let guard = world.running.guard();
        guard.explain(&alice, Method::GET, url).await
    };
    for (url, target) in URLS {
        let explained = explain(url).await;
        let request = format!("GET {target}");
        assert_eq!(outcome(&explained, "request"), Some(&*request), "{url}");
    }
    for url in NO_TARGETS {
        let explained = explain(url).await;
        assert_eq!(explained.status, Some(400), "{url}: {explained:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_guard_answers_itself_is_said() {
    let browser = "[browser]\norigin = \"http://127.0.0.1:8090\"\nclient_id = \"app\"\n\
                   client_secret = { env = \"SECRET\" }\nscope = \"openid\"\n";
    let world = World::with("", &format!("{browser}{OPERATIONS}")).await;
    for (line, own, status) in ANSWERED {
        let (method, path) = line.split_once(' ').unwrap();
        let guard = world.running.guard();
        let explained = guard.explain("", method.parse().unwrap(), path).await;
        assert_eq!(explained.answered_by_guard, own, "{line}: {explained:?}");
        assert_eq!(explained.status, status, "{line}: {explained:?}");
        if let Some(status) = status {
            assert_eq!(world.send("", line, "", "").await.status, status, "{line}");
        }
    }
    let guard = world.running.guard();
    let preflight = guard.explain("", Method::OPTIONS, "/echo").await;
    assert!(outcome(&preflight, "preflight").is_some(), "{preflight:?}");
    let none = guard.explain("", Method::OPTIONS, "/nothing").await;
    assert_eq!(outcome(&none, "preflight"), None);
}

/// In `observe` the answer decides nothing, and that it would be looked at is said.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_would_be_noted_is_said() {
    let world = World::with("mode = \"observe\"", OPERATIONS).await;
    let alice = world.token("alice", "read");
    for (path, is_said) in [("/accounts/2", true), ("/accounts", true), ("/echo", false)] {
        let guard = world.running.guard();
        let explained = guard.explain(&alice, Method::GET, path).await;
        assert!(explained.allowed, "{path}: {explained:?}");
        assert_eq!(outcome(&explained, "mode").is_some(), is_said, "{path}");
    }
}

/// Of a path that no listener takes the status is another one.
#[tokio::test(flavor = "multi_thread")]
async fn a_path_without_end_is_refused() {
    let world = World::new().await;
    let line = format!("GET /echo?x={}", "x".repeat(70_000));
    let request = format!("{line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let answer = raw(world.guard, request.as_bytes()).await;
    assert!((400..500).contains(&answer.status), "{answer:?}");
    let guard = world.running.guard();
    let explained = guard.explain("", Method::GET, &line[4..]).await;
    assert_eq!(explained.status, Some(400));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_token_for_another_api_the_claim_and_the_setting_are_shown() {
    let world = World::new().await;
    let explain = async |more: Value| {
        let token = world.token_with("alice", "read", &more);
        let guard = world.running.guard();
        guard.explain(&token, Method::GET, "/echo").await
    };
    let audience = json!({ "aud": ["https://other.example", "b"] });
    let issuer = json!({ "iss": "https://other.example" });
    for (claims, said) in [(audience, OTHER_AUDIENCE), (issuer, OTHER_ISSUER)] {
        let refused = explain(claims).await;
        assert_eq!(refused.status, Some(401));
        let last = refused.steps.last().unwrap();
        assert!(last.outcome.starts_with(said), "{refused:?}");
    }
    let allowed = explain(json!({})).await;
    assert!(allowed.allowed, "{allowed:?}");
    assert!(allowed.steps.iter().all(|step| !step.check.is_empty()));
}

/// A caller gets one 404 for each of them.
#[tokio::test(flavor = "multi_thread")]
async fn why_an_object_is_not_the_caller_s_is_said_for_each_reason() {
    let world = World::with("", OWNED).await;
    let alice = world.token("alice", "read");
    let machine = world.token_with("app", "read", &json!({ "jti": "machine" }));
    for (token, path, status, said) in [
        (
            &alice,
            "/named/alice",
            404,
            "the token has no `username` that is text, with which the owner is compared",
        ),
        (
            &alice,
            "/own/bob",
            404,
            "the object has another owner than the caller",
        ),
        (
            &alice,
            "/own/7",
            404,
            "the object's owner is a number, and `sub` of the token is not",
        ),
        (
            &machine,
            "/own/app",
            404,
            "the caller is a machine, which owns nothing",
        ),
        (
            &alice,
            "/query",
            404,
            "`user` in the query is missing, empty or has blanks around it",
        ),
        (
            &alice,
            "/looked-up/2",
            404,
            "the object has another owner than the caller",
        ),
        (
            &alice,
            "/looked-up/9",
            404,
            "the look-up answered 404: there is no such object",
        ),
        (
            &alice,
            "/misread/1",
            404,
            "what the look-up answered has no `/owner_id` that is text or an integer",
        ),
        (
            &alice,
            "/looked-up/broken",
            503,
            "the owner cannot be looked up: the look-up answered 500",
        ),
        (
            &machine,
            "/people",
            403,
            "the caller is a machine, and only people may do this",
        ),
    ] {
        let guard = world.running.guard();
        let explained = guard.explain(token, Method::GET, path).await;
        assert_eq!(explained.status, Some(status), "{path}: {explained:?}");
        assert_eq!(explained.steps.last().unwrap().outcome, said, "{path}");
        let answer = world.get(token, path).await;
        assert_eq!(answer.status, status, "{path}");
        if status == 404 {
            assert_eq!(answer.body, r#"{"error":"not_found"}"#, "{path}");
            for name in ["content-type", "cache-control"] {
                assert_eq!(answer.head.matches(name).count(), 1, "{answer:?}");
            }
        }
    }
    assert_eq!(world.get(&alice, "/people").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nearly_is_an_operation_and_what_is_not_one_yet_are_told_apart() {
    let operations = "[[operation]]\nmatch = \"GET /items/\"\nany_token = true\n\
                      [[operation]]\nmatch = \"POST /items/{id}\"\nscope = \"read\"\n\
                      [[operation]]\nmatch = \"POST /notes\"\nscope = \"read\"\nbody = \"text/plain\"\n";
    let world = World::with("", operations).await;
    let alice = world.token("alice", "read");
    let explain = async |method: Method, path: &str| {
        let guard = world.running.guard();
        let explained = guard.explain(&alice, method, path).await;
        let last = explained.steps.last().unwrap().outcome.clone();
        (explained.status, last)
    };
    let slash =
        "no such operation is declared: only one that differs in a slash at the end of the path";
    assert_eq!(
        explain(Method::GET, "/items").await,
        (Some(404), slash.to_owned())
    );
    let none = "no such operation is declared".to_owned();
    assert_eq!(explain(Method::GET, "/other").await, (Some(404), none));
    let (status, unsettled) = explain(Method::POST, "/items/7").await;
    assert_eq!(status, Some(403));
    assert!(
        unsettled.starts_with("the operation is undeclared: whose `id`"),
        "{unsettled}"
    );
    let guard = world.running.guard();
    let notes = guard.explain(&alice, Method::POST, "/notes").await;
    assert_eq!(outcome(&notes, "body"), Some("may be JSON or `text/plain`"));
}

/// URLs, and the targets that are explained.
const URLS: [(&str, &str); 7] = [
    ("https://h/echo?x=1", "/echo?x=1"),
    ("HTTP://h:80/echo", "/echo"),
    ("https://h", "/"),
    ("https://h?x=1", "/?x=1"),
    (
        "https://h/echo?next=http://x/admin",
        "/echo?next=http://x/admin",
    ),
    ("https://h?next=http://x/admin", "/?next=http://x/admin"),
    ("/echo?next=http://x/admin", "/echo?next=http://x/admin"),
];

/// Texts that are not a path.
const NO_TARGETS: [&str; 9] = [
    "/echo#x",
    "https://h/echo#x",
    "https://h#/echo",
    "https://h#://h/echo",
    "echo",
    " /echo",
    "?x=http://h/echo",
    "://h/echo",
    "",
];

/// Requests, whether the guard answers them, and the status of each.
const ANSWERED: [(&str, bool, Option<u16>); 10] = [
    ("GET /.well-known/oauth-protected-resource", true, None),
    ("HEAD /.well-known/oauth-protected-resource", true, None),
    ("GET /auth/sign-in", true, None),
    ("GET /auth/session", true, None),
    ("POST /auth/sign-out", true, None),
    ("POST /auth/sign-in", false, Some(405)),
    ("GET /auth/nothing", false, Some(404)),
    // the controls
    (
        "POST /.well-known/oauth-protected-resource",
        false,
        Some(404),
    ),
    ("GET /auth", false, Some(404)),
    ("GET /health", false, None),
];

const OWNED: &str = r#"
[[operation]]
match = "GET /named/{id}"
any_token = true
owner = { path = "id", equals = "username" }

[[operation]]
match = "GET /own/{id}"
any_token = true
owner = { path = "id", equals = "sub" }

[[operation]]
match = "GET /query"
any_token = true
owner = { query = "user", equals = "sub" }

[[operation]]
match = "GET /looked-up/{id}"
any_token = true
owner = { lookup = "UPSTREAM/internal/owner-of/{path:id}", pointer = "/owner", equals = "sub" }

[[operation]]
match = "GET /misread/{id}"
any_token = true
owner = { lookup = "UPSTREAM/internal/owner-of/{path:id}", pointer = "/owner_id", equals = "sub" }

[[operation]]
match = "GET /people"
people_only = true
"#;

const OTHER_AUDIENCE: &str = r#"`aud` is ["https://other.example","b"], and `audience` in guard.toml is "https://api.example.com""#;

const OTHER_ISSUER: &str = r#"`iss` is "https://other.example", and `issuer` in guard.toml is "#;
