//! Canonical requests: an ambiguous request does not reach the API.

mod framing;
mod preflight;
mod websocket;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::world::{OPERATIONS, World, raw};

/// G04, G05
#[tokio::test(flavor = "multi_thread")]
async fn a_path_has_one_reading() {
    let world = World::new().await;
    let admin = world.token("alice", "read");
    for path in AMBIGUOUS_PATHS {
        let answer = world.get(&admin, path).await;
        assert_eq!(answer.status, 400, "{path}");
    }
    // not the public operation, whatever follows
    for path in NOT_PUBLIC {
        assert!(
            [401, 404, 405].contains(&world.get("", path).await.status),
            "{path}"
        );
    }
    assert_eq!(world.reached(), 0);
    // the control, in another spelling of the same
    assert_eq!(world.get("", "/%68ealth").await.status, 200);
    assert_eq!(world.reached(), 1);
}

/// A trace id that anybody could name is noted, and not passed on.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_trusted_proxy_names_the_trace() {
    let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let bad = "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01";
    for (keys, sent, passed) in [
        ("trusted_proxies = [\"127.0.0.1\"]", good, true),
        ("trusted_proxies = [\"127.0.0.1\"]", bad, false),
        ("", good, false),
    ] {
        let operation = "[[operation]]\nmatch = \"GET /echo\"\nany_token = true\n";
        let world = World::with(keys, operation).await;
        let alice = world.token("alice", "");
        let lines = format!("traceparent: {sent}\r\ntracestate: a=b\r\n");
        let seen = world.send(&alice, "GET /echo", &lines, "").await.json();
        let seen = seen["headers"].to_string();
        for name in ["traceparent", "tracestate"] {
            assert_eq!(seen.contains(name), passed, "{keys} {sent}: {seen}");
        }
    }
}

/// G01, G02, G03, G14
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_does_not_say_who_it_is() {
    let world = World::new().await;
    let alice = world.token("alice", "");
    let spoofed = "Airside-Subject: root\r\nAirside-Roles: admin\r\nX-User: root\r\nX-Forwarded-User: root\r\n\
        Remote-User: root\r\nX-Forwarded-For: 10.0.0.1\r\nForwarded: for=10.0.0.1\r\n\
        X-Original-URL: /root\r\nX-Pomerium-Future: root\r\nx_odd: root\r\nCookie: a=b\r\n";
    let seen = world.send(&alice, "GET /echo", spoofed, "").await.json();
    let headers = seen["headers"].to_string();
    assert!(
        !headers.contains("root") && !headers.contains("10.0.0.1"),
        "{headers}"
    );
    assert!(!headers.contains("cookie"), "{headers}");
    assert!(
        headers.contains("airside-subject: alice") && !headers.contains("airside-roles"),
        "{headers}"
    );
    // nor by a public operation
    let seen = world.send(&alice, "GET /health", spoofed, "").await.json();
    let headers = seen["headers"].to_string();
    assert!(
        !headers.contains("root") && !headers.contains("authorization"),
        "{headers}"
    );
    world.reached();
    for line in [
        "Connection: Airside-Subject",
        "airside_subject: root",
        "airside~subject: root",
        "x_user: root",
        "Content_Type: text/plain",
        "content_length: 5",
        "X-HTTP-Method-Override: DELETE",
        "X_HTTP_Method: DELETE",
        "x.method.override: DELETE",
        "X-Twice: 1\r\nX-Twice: 1",
    ] {
        let more = format!("{line}\r\n");
        for path in ["GET /echo", "GET /health"] {
            let answer = world.send(&alice, path, &more, "").await;
            assert_eq!(answer.status, 400, "{path} {line}");
        }
    }
    assert_eq!(world.reached(), 0);
}

/// G15: PHP's `$_REQUEST` prefers a cookie to the query and to a form.
#[tokio::test(flavor = "multi_thread")]
async fn no_forwarded_cookie_has_the_name_of_what_a_rule_reads() {
    for (keys, forwarded) in [("forward_cookies = true", true), ("", false)] {
        let world = World::with(keys, OPERATIONS).await;
        let alice = world.token("alice", "read write");
        let body = r#"{"user":"alice"}"#;
        for (line, body) in [("GET /orders?user=alice", ""), ("POST /orders", body)] {
            for (cookie, is_alike) in [
                ("users=bob; a=user", false),
                ("user=bob", true),
                ("a=1; user[]=bob", true),
                ("a=1;%75ser=bob", true),
                (" USER =bob", true),
            ] {
                let more = format!("Cookie: {cookie}\r\n");
                let answer = world.send(&alice, line, &more, body).await;
                let refused = forwarded && is_alike;
                assert_eq!(answer.status == 400, refused, "{line} {cookie}: {answer:?}");
            }
        }
    }
}

/// G01: Node drops what follows the thousandth header, and others far fewer.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_guard_says_comes_first_and_each_name_once() {
    let operation = "[[operation]]\nmatch = \"GET /echo\"\nany_token = true\n";
    let world = World::with("forward_cookies = true", operation).await;
    let alice = world.token("alice", "");
    let more =
        "Accept: a\r\nX-A: 1\r\nAccept: b\r\nCookie: a=1\r\nCookie: b=2\r\nVia: 1.0 fred\r\n";
    let seen = world.send(&alice, "GET /echo", more, "").await.json();
    let headers: Vec<_> = seen["headers"].as_array().unwrap().iter().collect();
    let headers: Vec<_> = headers.iter().map(|line| line.as_str().unwrap()).collect();
    let position = |start: &str| headers.iter().position(|line| line.starts_with(start));
    for own in [
        "host: ",
        "airside-subject: alice",
        "x-forwarded-for: 127.0.0.1",
        "via: 1.0 fred, 1.1 airside-",
    ] {
        assert!(
            position(own).unwrap() < position("accept: ").unwrap(),
            "{own} {headers:?}"
        );
    }
    for line in ["accept: a, b", "cookie: a=1; b=2", "x-a: 1"] {
        assert!(headers.contains(&line), "{line} {headers:?}");
    }
    let mut names: Vec<_> = headers.iter().map(|line| line.split(": ").next()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), headers.len(), "{headers:?}");
    // the control, and one line more than is taken
    for (lines, status) in [(50, 200), (70, 431)] {
        let many: String = (0..lines).map(|line| format!("X-{line}: 1\r\n")).collect();
        assert_eq!(
            world.send(&alice, "GET /echo", &many, "").await.status,
            status
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_with_odd_names_are_dropped_and_counted() {
    let world = World::with("operations_listen = \"127.0.0.1:0\"", OPERATIONS).await;
    let odd = "my_header: 1\r\nmy.other: 2\r\nX-Mine: 3\r\n";
    let alice = world.token("alice", "");
    let seen = world.send(&alice, "GET /echo", odd, "").await.body;
    assert!(!seen.contains("my") && seen.contains("x-mine: 3"), "{seen}");
    let request = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let metrics = raw(world.operations.unwrap(), request).await.body;
    let counted = "airside_guard_headers_dropped_total 2\n";
    assert!(metrics.ends_with(counted), "{metrics}");
}

/// G22
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_back_is_answered_508() {
    let world = World::new().await;
    let (one, other) = (World::new().await, World::new().await);
    for (from, to) in [(&one, &other), (&other, &one)] {
        from.write_before(&format!("http://{}", to.guard), "", OPERATIONS);
        from.reload();
    }
    let answer = one.get("", "/health").await;
    assert_eq!(answer.status, 508);
    assert_eq!(answer.json()["error"], "loop_detected");
    // the control: a guard before another
    world.write_before(&format!("http://{}", world.guard), "", OPERATIONS);
    let itself = world.read().unwrap();
    let before = World::new().await;
    before.write_before(&format!("http://{}", world.guard), "", OPERATIONS);
    before.reload();
    assert_eq!(before.get("", "/health").await.status, 200);
    assert_eq!(world.reached(), 1);
    world.running.replace(itself).unwrap();
    assert_eq!(world.get("", "/health").await.status, 508);
}

/// G06, G07
#[tokio::test(flavor = "multi_thread")]
async fn methods_and_agents_are_no_way_around() {
    let world = World::new().await;
    for line in OTHER_METHODS {
        let status = world.send("", line, "", "").await.status;
        assert!([400, 501].contains(&status), "{line} {status}");
    }
    let probe = "User-Agent: kube-probe/1.0 GoogleHC/1.0\r\n";
    assert_eq!(world.send("", "GET /echo", probe, "").await.status, 401);
    assert_eq!(world.send("", "HEAD /echo", "", "").await.status, 401);
    // a preflight is for what is there
    let preflight = "Origin: https://app.example\r\nAccess-Control-Request-Method: ";
    let options = async |path: &str, method: &str| {
        let more = format!("{preflight}{method}\r\n");
        let line = format!("OPTIONS {path}");
        world.send("", &line, &more, "").await.status
    };
    let no_way = [
        options("/nothing", "GET").await,
        options("/echo", "DELETE").await,
    ];
    assert_eq!(no_way, [404, 405]);
    assert_eq!(world.send("", "OPTIONS /echo", "", "").await.status, 405);
    assert_eq!(world.reached(), 0);
    assert_eq!(options("/echo", "POST").await, 200);
    assert_eq!(world.reached(), 1);
}

/// Paths that servers read in more than one way.
const AMBIGUOUS_PATHS: [&str; 17] = [
    "/health/..;/echo",
    "/health/../admin/delete-user",
    "/health%2f..%2fecho",
    "//health",
    "/./health",
    "/health/.",
    "/health;x=1",
    "/health%00",
    "/health%5c",
    "/health\\x",
    "/%2e%2e/health",
    "/health%0d%0aX:1",
    "/%c0%afhealth",
    "/health%252f",
    "/health%3f",
    "/health#/echo",
    "/admin/delete-user#/health",
];

/// Paths that only begin like a public one.
const NOT_PUBLIC: [&str; 5] = [
    "/healthx",
    "/health.json",
    "/HEALTH",
    "/health/",
    "/echo?x=/health",
];

const OTHER_METHODS: [&str; 5] = [
    "TRACE /health",
    "CONNECT /health",
    "FOO /health",
    "get /health",
    "PROPFIND /health",
];
