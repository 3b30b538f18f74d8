//! What an explanation says, beside what comes of the request (G14).

use std::sync::Arc;

use airside_guard::{Configuration, Running, explain::Explanation};
use airside_net::Drain;
use http::Method;
use serde_json::{Value, json};

use crate::{
    feed,
    world::{OPERATIONS, World, environment, raw},
};

/// A guard with the configuration of a world that does not serve, as `airside token explain` has it.
fn explaining(world: &World) -> Arc<Running> {
    let configuration = Configuration::read(&world.configuration_path(), &environment).unwrap();
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
        let lost = token == "revocations are not heard of, and `on_loss` is `refuse`";
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
    for (url, target) in [
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
    ] {
        let explained = explain(url).await;
        let request = format!("GET {target}");
        assert_eq!(outcome(&explained, "request"), Some(&*request), "{url}");
    }
    for url in [
        "/echo#x",
        "https://h/echo#x",
        "https://h#/echo",
        "https://h#://h/echo",
        "echo",
        " /echo",
        "?x=http://h/echo",
        "://h/echo",
        "",
    ] {
        let explained = explain(url).await;
        assert_eq!(explained.status, Some(400), "{url}: {explained:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_guard_answers_itself_is_said() {
    let browser = "[browser]\norigin = \"http://127.0.0.1:8090\"\nclient_id = \"app\"\n\
                   client_secret = { env = \"SECRET\" }\nscope = \"openid\"\n";
    let world = World::with("", &format!("{browser}{OPERATIONS}")).await;
    for (line, own, status) in [
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
    ] {
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
    for (claims, said) in [
        (
            json!({ "aud": ["https://other.example", "b"] }),
            "`aud` is [\"https://other.example\",\"b\"], and `audience` in guard.toml is \"https://api.example.com\"",
        ),
        (
            json!({ "iss": "https://other.example" }),
            "`iss` is \"https://other.example\", and `issuer` in guard.toml is ",
        ),
    ] {
        let refused = explain(claims).await;
        assert_eq!(refused.status, Some(401));
        let last = refused.steps.last().unwrap();
        assert!(last.outcome.starts_with(said), "{refused:?}");
    }
    let allowed = explain(json!({})).await;
    assert!(allowed.allowed, "{allowed:?}");
    assert!(allowed.steps.iter().all(|step| !step.check.is_empty()));
}
