//! The access log.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{LazyLock, Mutex},
    time::Duration,
};

use airside_guard::{access, forward_auth::SECRET_HEADER};
use airside_net::Drain;
use axum::{Router, routing::get};
use http::StatusCode;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
    util::SubscriberInitExt as _,
};

use super::{OPERATIONS_LISTEN, Started, ask_operations, put_before};
use crate::world::{Answer, OPERATIONS, SECRET, World, raw, serve};

/// The fields of a line.
type Line = BTreeMap<String, String>;

static LINES: Mutex<Vec<Line>> = Mutex::new(Vec::new());

/// Keeps the access lines of every guard of this process.
static KEPT: LazyLock<()> = LazyLock::new(|| tracing_subscriber::registry().with(Keeper).init());

struct Keeper;

impl<S: Subscriber> Layer<S> for Keeper {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == access::TARGET
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        LINES.lock().unwrap().push(fields.0);
    }
}

#[derive(Default)]
struct Fields(Line);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let value = format!("{value:?}");
        self.0.insert(field.name().to_owned(), value);
    }
}

/// A trace of this number.
fn trace(number: u8) -> String {
    format!("4bf92f3577b34da6a3ce929d0e0e47{number:02x}")
}

fn traceparent(number: u8) -> String {
    format!("traceparent: 00-{}-00f067aa0ba902b7-01\r\n", trace(number))
}

/// The one line of the request with this trace.
fn line_of(number: u8) -> Line {
    let lines = LINES.lock().unwrap();
    let trace = trace(number);
    let is_of = |line: &&Line| line.values().any(|value| *value == trace);
    let found: Vec<_> = lines.iter().filter(is_of).cloned().collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

fn field<'a>(line: &'a Line, name: &str) -> &'a str {
    line.get(name).map_or("", String::as_str)
}

async fn logged(world: &World, token: &str, line: &str, number: u8) -> (Answer, Line) {
    LazyLock::force(&KEPT);
    let answer = world.send(token, line, &traceparent(number), "").await;
    (answer, line_of(number))
}

/// A31
#[tokio::test(flavor = "multi_thread")]
async fn each_request_has_a_line_that_names_operation_reason_and_caller_and_never_what_is_secret() {
    let world = World::new().await;
    let alice = world.token("alice", "read");
    let cases = [
        (
            "GET /users/alice/orders?hunter2=hunter2",
            alice.as_str(),
            200,
            "GET /users/{user}/orders",
            "",
        ),
        (
            "GET /users/bob-hunter2/orders",
            &alice,
            404,
            "GET /users/{user}/orders",
            "not_found",
        ),
        (
            "GET /users/hunter2/orders",
            "",
            401,
            "GET /users/{user}/orders",
            "no_token",
        ),
        (
            "GET /users/alice/orders",
            "hunter2",
            401,
            "GET /users/{user}/orders",
            "invalid_token",
        ),
        ("POST /echo", &alice, 403, "POST /echo", "missing_scope"),
        (
            "POST /admin/delete-user",
            &alice,
            403,
            "POST /admin/delete-user",
            "missing_role",
        ),
        (
            "GET /accounts/1?hunter2=1",
            &alice,
            400,
            "GET /accounts/{id}",
            "field_not_allowed",
        ),
        ("GET /nowhere?hunter2", &alice, 404, "", "undeclared"),
        (
            "DELETE /users/alice/orders",
            &alice,
            405,
            "",
            "method_not_allowed",
        ),
        ("GET /a/%2e%2e/b?hunter2", &alice, 400, "", "ambiguous"),
        ("TRACE /echo?hunter2", "", 501, "", "method_never_forwarded"),
        ("GET /health", "", 200, "GET /health", ""),
    ];
    for (number, (request, token, status, operation, reason)) in (0..).zip(cases) {
        let (answer, line) = logged(&world, token, request, number).await;
        assert_eq!(answer.status, status, "{request} {}", answer.body);
        assert_eq!(field(&line, "message"), "request");
        assert_eq!(field(&line, "status"), status.to_string());
        assert_eq!(field(&line, "operation"), operation, "{request}");
        assert_eq!(field(&line, "reason"), reason, "{request}");
        assert!(request.starts_with(field(&line, "method")), "{line:?}");
        assert_eq!(field(&line, "cause").is_empty(), reason.is_empty());
        let names_rule = !operation.is_empty() && !reason.is_empty();
        assert_eq!(
            field(&line, "rule").contains("guard.toml:"),
            names_rule,
            "{line:?}"
        );
        let has_path = operation.is_empty();
        assert_eq!(line.contains_key("path"), has_path, "{line:?}");
        let is_alice = token == alice && reason != "ambiguous";
        let caller = (field(&line, "subject"), field(&line, "client_id"));
        assert_eq!(caller, if is_alice { ("alice", "app") } else { ("", "") });
        assert!(field(&line, "duration_us").parse::<u64>().is_ok());
        assert!(!format!("{line:?}").contains("hunter2"), "{line:?}");
        assert!(!format!("{line:?}").contains(&alice), "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_no_operation_has_is_shown_short_and_escaped() {
    let world = World::new().await;
    let long = format!("GET /{}", "a".repeat(3000));
    let (_, line) = logged(&world, "", &long, 40).await;
    assert_eq!(field(&line, "path").len(), 200);
    let (_, line) = logged(&world, "", "GET /caf%C3%A9", 41).await;
    assert_eq!(field(&line, "path"), "/caf%C3%A9");
}

/// A31: the path of a declared operation has a caller's values, whenever the request is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_refused_early_shows_its_operation_and_not_its_path() {
    LazyLock::force(&KEPT);
    let limits = "rate_limit = { address = \"1/h\" }\nlimits = { request_body_bytes = 10 }";
    let world = World::with(limits, OPERATIONS).await;
    let odd = "Content_Length: 1\r\n";
    let long = "Content-Length: 11\r\n";
    let preflight = "Origin: https://a.example\r\nAccess-Control-Request-Method: GET\r\n";
    for (number, method, more, reason, operation) in [
        (90, "GET", odd, "ambiguous", "GET /users/{user}/orders"),
        (91, "GET", long, "too_large", "GET /users/{user}/orders"),
        (92, "GET", "", "rate_limit", "GET /users/{user}/orders"),
    ] {
        let line = format!("{method} /users/hunter2/orders");
        let more = format!("{more}{}", traceparent(number));
        world.send("", &line, &more, "").await;
        let line = line_of(number);
        assert_eq!(field(&line, "reason"), reason, "{line:?}");
        assert_eq!(field(&line, "operation"), operation);
        assert!(!format!("{line:?}").contains("hunter2"), "{line:?}");
    }
    let world = World::new().await;
    let more = format!("{preflight}{}", traceparent(94));
    world
        .send("", "OPTIONS /users/hunter2/orders", &more, "")
        .await;
    let line = line_of(94);
    assert_eq!(field(&line, "operation"), "GET /users/{user}/orders");
    assert!(!format!("{line:?}").contains("hunter2"), "{line:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_names_the_trace_and_a_refusal_shows_it() {
    let world = World::new().await;
    let (answer, line) = logged(&world, "", "GET /echo", 50).await;
    assert_eq!(field(&line, "caller_trace_id"), trace(50));
    let own = field(&line, "trace_id");
    assert!(own.len() == 32 && own.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let shown = format!("x-request-id: {own}");
    assert!(answer.head.contains(&shown), "{}", answer.head);
    let world = World::with("trusted_proxies = [\"127.0.0.1\"]", OPERATIONS).await;
    let (answer, line) = logged(&world, "", "GET /echo", 51).await;
    assert_eq!(field(&line, "trace_id"), trace(51));
    assert!(!line.contains_key("caller_trace_id"));
    let shown = format!("x-request-id: {}", trace(51));
    assert!(answer.head.contains(&shown), "{}", answer.head);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_a_rule_cannot_read_is_named_as_what_it_is() {
    let world = World::new().await;
    let alice = world.token("alice", "read");
    let coded = |name: &'static str, value: &'static str| ([(name, value)], "{}");
    let api = Router::new()
        .route(
            "/accounts/gzip",
            get(async move || coded("content-encoding", "gzip")),
        )
        .route(
            "/accounts/html",
            get(async move || coded("content-type", "text/html")),
        )
        .route(
            "/accounts/moved",
            get(async || (StatusCode::FOUND, [("location", "/hunter2")])),
        )
        .route(
            "/accounts/broken",
            get(async || StatusCode::INTERNAL_SERVER_ERROR),
        )
        .route(
            "/accounts/busy",
            get(async || StatusCode::TOO_MANY_REQUESTS),
        );
    let drain = Drain::new();
    put_before(&world, &serve(api, &drain).await, OPERATIONS);
    for (number, (id, cause, upstream_status)) in (60..).zip([
        ("gzip", "compressed", "200"),
        ("html", "not JSON", "200"),
        ("moved", "redirect", "302"),
        ("broken", "5xx", "500"),
        ("busy", "4xx", "429"),
    ]) {
        let request = format!("GET /accounts/{id}");
        let (answer, line) = logged(&world, &alice, &request, number).await;
        assert_eq!((answer.status, field(&line, "status")), (502, "502"));
        assert_eq!(field(&line, "reason"), "bad_answer");
        assert!(field(&line, "cause").contains(cause), "{line:?}");
        assert_eq!(field(&line, "upstream_status"), upstream_status);
        assert_eq!(field(&line, "operation"), "GET /accounts/{id}");
    }
    drain.start();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_upstreams_the_one_that_answered_is_named() {
    let world = World::new().await;
    let both = format!("{0}\", \"{0}", world.upstream);
    let health = "[[operation]]\nmatch = \"GET /health\"\npublic = \"probe\"\n";
    put_before(&world, &both, health);
    let (answer, line) = logged(&world, "", "GET /health", 70).await;
    assert_eq!(answer.status, 200);
    assert_eq!(field(&line, "upstream"), format!("{}/", world.upstream));
}

/// A caller who hangs up before the answer has a line too.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_caller_hangs_up_has_a_line_and_is_counted() {
    LazyLock::force(&KEPT);
    let world = World::with(OPERATIONS_LISTEN, OPERATIONS).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    put_before(&world, &url, OPERATIONS);
    let mut caller = TcpStream::connect(world.guard).await.unwrap();
    let request = format!("GET /health HTTP/1.1\r\nHost: a\r\n{}\r\n", traceparent(75));
    caller.write_all(request.as_bytes()).await.unwrap();
    let _asked = silent.accept().await.unwrap();
    drop(caller);
    let counted =
        "airside_guard_requests_total{operation=\"GET /health\",outcome=\"abandoned\"} 1\n";
    until_counted(&world, counted).await;
    let line = line_of(75);
    assert_eq!(field(&line, "operation"), "GET /health");
    assert_eq!(field(&line, "reason"), "abandoned");
    assert!(!line.contains_key("status"), "{line:?}");
}

/// Waits until a line is among the metrics.
async fn until_counted(world: &World, counted: &str) {
    let seen = async {
        loop {
            let metrics = ask_operations(world.operations.unwrap(), "/metrics").await;
            if metrics.body.contains(counted) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), seen).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxys_question_has_a_line_about_what_it_asks() {
    LazyLock::force(&KEPT);
    let world = World::new().await;
    let secret = "secret = { env = \"SECRET\" }";
    let keys = format!(
        "{OPERATIONS_LISTEN}\nforward_auth = {{ listen = \"127.0.0.1:0\", proxy = \"nginx\", {secret} }}"
    );
    world.write(&keys, OPERATIONS);
    let guard = Started::new(&world).await;
    let alice = world.token("alice", "read");
    let asked = async |user: &str, secret: &str, number: u8| {
        let request = format!(
            "GET /auth HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{}{SECRET_HEADER}: {secret}\r\n\
             X-Original-Method: GET\r\nX-Original-URI: /users/{user}/orders?hunter2\r\n\
             Authorization: Bearer {alice}\r\n\r\n",
            traceparent(number)
        );
        let answer = raw(guard.listeners[0].unwrap(), request.as_bytes()).await;
        let line = line_of(number);
        assert!(!format!("{line:?}").contains("hunter2"), "{line:?}");
        assert!(!format!("{line:?}").contains(SECRET), "{line:?}");
        (answer.status, line)
    };
    for (user, number, status, reason) in [("alice", 80, 200, ""), ("bob", 81, 403, "not_found")] {
        let (answered, line) = asked(user, SECRET, number).await;
        assert_eq!(answered, status);
        assert_eq!(field(&line, "status"), status.to_string());
        assert_eq!(field(&line, "operation"), "GET /users/{user}/orders");
        assert_eq!(
            (field(&line, "subject"), field(&line, "reason")),
            ("alice", reason)
        );
    }
    let (answered, line) = asked("alice", "a secret of somebody else's", 82).await;
    assert_eq!((answered, field(&line, "reason")), (403, "unknown_proxy"));
    let metrics = ask_operations(guard.listeners[1].unwrap(), "/metrics")
        .await
        .body;
    let allowed = "airside_guard_requests_total{operation=\"GET /users/{user}/orders\",outcome=\"allowed\"} 1\n";
    assert!(metrics.contains(allowed), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_cannot_be_read_has_a_line_with_the_reason_and_is_counted() {
    LazyLock::force(&KEPT);
    let world = World::with(OPERATIONS_LISTEN, OPERATIONS).await;
    let long = "hunter2".repeat(3_000);
    for (request, status, reason) in [
        (
            "GET /hunter2 HTTP/1.1\r\n\r\n".to_owned(),
            400,
            "malformed_request",
        ),
        (
            "G@T /hunter2 HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
            400,
            "malformed_request",
        ),
        (
            format!("GET /?{long} HTTP/1.1\r\nHost: a\r\n\r\n"),
            431,
            "header_too_large",
        ),
    ] {
        let answer = raw(world.guard, request.as_bytes()).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        let described = answer.json()["error_description"].clone();
        assert!(!described.as_str().unwrap().is_empty());
        let counted = format!(
            "airside_guard_requests_total{{operation=\"-\",outcome=\"refused\",reason=\"{reason}\"}}"
        );
        let metrics = ask_operations(world.operations.unwrap(), "/metrics").await;
        assert!(metrics.body.contains(&counted), "{}", metrics.body);
        let lines = LINES.lock().unwrap().clone();
        let is_of =
            |line: &&Line| field(line, "reason") == reason && described == field(line, "cause");
        let line = lines.iter().find(is_of).unwrap();
        assert_eq!(field(line, "status"), status.to_string());
        assert!(!format!("{line:?}").contains("hunter2"), "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_the_owner_that_a_rule_names_is_told_from_somebody_else_s() {
    let world = World::new().await;
    let alice = world.token("alice", "read");
    for (number, path, cause) in OF_ANOTHER {
        let (answer, line) = logged(&world, &alice, &format!("GET {path}"), number).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(field(&line, "reason"), "not_found");
        assert_eq!(field(&line, "cause"), cause, "{path}");
    }
}

/// Numbers of requests, their paths, and the cause in their lines.
const OF_ANOTHER: [(u8, &str, &str); 3] = [
    (
        110,
        "/accounts/2",
        "the object has another owner than the caller",
    ),
    (
        111,
        "/accounts/no-owner",
        "the answer has no `/owner` that is text or an integer",
    ),
    (
        112,
        "/accounts/9",
        "the API answered that there is no such object (404 or 410)",
    ),
];
