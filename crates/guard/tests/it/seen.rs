//! What an operator sees of a guard: the access log, the metrics, whether it is ready.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    net::SocketAddr,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use airside_guard::{
    Configuration, Running, access, forward_auth::SECRET_HEADER, metrics::definition,
    run::Listeners,
};
use airside_net::{Drain, Listener, MetricKind, Server, Tls};
use axum::{Router, routing::get};
use http::StatusCode;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use serde_json::{Value, json};
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

use crate::world::{Answer, OPERATIONS, SECRET, World, environment, raw, serve};

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

/// Puts the guard of a world before another API.
fn put_before(world: &World, upstream: &str, operations: &str) {
    world.write_before(upstream, "", operations);
    let read = Configuration::read(&world.configuration_path(), &environment).unwrap();
    world.running.replace(read).unwrap();
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

/// Who hangs up before the answer has a line too.
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
    let line = line_of(75);
    assert_eq!(field(&line, "operation"), "GET /health");
    assert_eq!(field(&line, "reason"), "abandoned");
    assert!(!line.contains_key("status"), "{line:?}");
}

/// A guard of its own with this configuration.
struct Started {
    listeners: [Option<SocketAddr>; 2],
    drain: Drain,
}

impl Drop for Started {
    fn drop(&mut self) {
        self.drain.start();
    }
}

impl Started {
    /// The guard of the file that the world has written.
    async fn new(world: &World) -> Self {
        let read = Configuration::read(&world.configuration_path(), &environment).unwrap();
        let bound = Listeners::bind(&read).await.unwrap();
        let listeners = [bound.forward_auth_address(), bound.operations_address()];
        let drain = Drain::new();
        let running = Arc::new(Running::new(read, drain.clone()).unwrap());
        tokio::spawn(running.serve(bound));
        Self { listeners, drain }
    }

    async fn ready(&self) -> Answer {
        ask_operations(self.listeners[1].unwrap(), "/health/ready").await
    }

    /// Waits until the guard is told to be in a state.
    async fn becomes(&self, key: &str, value: Value) -> Answer {
        let becomes = async {
            loop {
                let ready = self.ready().await;
                if ready.json()[key] == value {
                    return ready;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(30), becomes).await.unwrap()
    }
}

async fn ask_operations(address: SocketAddr, path: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.1\r\nHost: guard\r\nConnection: close\r\n\r\n");
    raw(address, request.as_bytes()).await
}

const OPERATIONS_LISTEN: &str = "operations_listen = \"127.0.0.1:0\"";

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

/// Each line of a text for a scraper is of a metric that is defined, with the labels that it has.
fn require_defined(text: &str) -> BTreeSet<String> {
    let mut families = BTreeSet::new();
    for line in text.lines() {
        let words: Vec<_> = line.splitn(4, ' ').collect();
        match words[..] {
            ["#", "HELP", name, help] => {
                let defined = definition::ALL.iter().find(|one| one.name == name);
                assert_eq!(defined.unwrap().help, help);
                assert!(families.insert(name.to_owned()), "{name} twice");
            }
            ["#", "TYPE", name, kind] => {
                let defined = definition::ALL.iter().find(|one| one.name == name);
                assert_eq!(defined.unwrap().kind.name(), kind);
            }
            _ => {
                let (sample, value) = line.rsplit_once(' ').unwrap();
                assert!(value.parse::<f64>().is_ok(), "{line}");
                let name = sample.split('{').next().unwrap();
                let is_of = |one: &&&airside_net::Metric| {
                    let histogram = one.kind == MetricKind::Histogram;
                    let part = name.strip_prefix(one.name);
                    part == Some("") && !histogram
                        || histogram && matches!(part, Some("_bucket" | "_sum" | "_count"))
                };
                let defined = definition::ALL.iter().find(is_of);
                assert!(families.contains(defined.unwrap().name), "{line}");
            }
        }
    }
    families
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_operation_and_outcome_and_never_by_what_callers_choose() {
    let world = World::with(OPERATIONS_LISTEN, OPERATIONS).await;
    let alice = world.token("alice", "read");
    for _ in 0..3 {
        world.get(&alice, "/users/alice/orders?hunter2=1").await;
    }
    world.get(&alice, "/users/hunter2/orders").await;
    world.get("", "/hunter2").await;
    world.get("", "/hunter2/hunter2").await;
    let metrics = async || {
        let answer = ask_operations(world.operations.unwrap(), "/metrics").await;
        assert!(answer.head.contains("text/plain; version=0.0.4"));
        answer.body
    };
    let text = metrics().await;
    let families = require_defined(&text);
    assert!(
        families.contains("airside_guard_keys_age_seconds"),
        "{text}"
    );
    let orders = "airside_guard_requests_total{operation=\"GET /users/{user}/orders\",outcome=";
    for line in [
        &format!("{orders}\"forwarded\",status=\"2xx\"}} 3\n"),
        &format!("{orders}\"refused\",reason=\"not_found\"}} 1\n"),
        "airside_guard_requests_total{operation=\"-\",outcome=\"refused\",reason=\"undeclared\"} 2\n",
        "airside_guard_request_duration_seconds_count 6\n",
        "airside_guard_own_duration_seconds_count 6\n",
        "airside_guard_token_cache_hits_total 3\n",
        "airside_guard_token_cache_misses_total 1\n",
        "airside_guard_token_cache_entries 1\n",
        "airside_guard_keys_held 1\n",
        &format!(
            "airside_guard_upstream_errors_total{{upstream=\"{}/\"}} 0\n",
            world.upstream
        ),
        &format!(
            "airside_guard_upstream_requests_in_flight{{upstream=\"{}/\"}} 0\n",
            world.upstream
        ),
    ] {
        assert!(text.contains(line), "{line} {text}");
    }
    assert!(!text.contains("hunter2"), "{text}");
    // what nothing is known of is not there
    assert!(!families.contains("airside_guard_upstream_healthy"));
    assert!(!families.contains("airside_guard_feed_connected"));
    // a reload forgets nothing
    put_before(&world, "http://127.0.0.1:1", OPERATIONS);
    world.get(&alice, "/users/alice/orders").await;
    let text = metrics().await;
    for line in [
        &format!("{orders}\"forwarded\",status=\"2xx\"}} 3\n"),
        &format!("{orders}\"refused\",reason=\"no_upstream\"}} 1\n"),
        "airside_guard_upstream_errors_total{upstream=\"http://127.0.0.1:1/\"} 1\n",
    ] {
        assert!(text.contains(line), "{line} {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_is_unknown_unless_its_health_is_asked_for() {
    let world = World::with(OPERATIONS_LISTEN, OPERATIONS).await;
    let gone = "http://127.0.0.1:1";
    world.write_before(gone, OPERATIONS_LISTEN, OPERATIONS);
    let guard = Started::new(&world).await;
    let ready = guard.becomes("issuer", json!(true)).await;
    assert_eq!(ready.status, 200, "{}", ready.body);
    assert_eq!(ready.json()["upstream"], "unknown");
    assert_eq!(ready.json()["upstream_problem"], Value::Null);
    let keys = format!("{OPERATIONS_LISTEN}\nupstream_health = \"/health\"");
    world.write_before(gone, &keys, OPERATIONS);
    let guard = Started::new(&world).await;
    let ready = guard.becomes("upstream", json!(false)).await;
    assert_eq!(ready.status, 503);
    let problem = ready.json()["upstream_problem"].to_string();
    assert!(
        problem.contains(gone) && problem.contains("refused"),
        "{problem}"
    );
    // the control
    world.write(&keys, OPERATIONS);
    let guard = Started::new(&world).await;
    let ready = guard.becomes("upstream", json!(true)).await;
    assert_eq!(ready.status, 200);
    let metrics = ask_operations(guard.listeners[1].unwrap(), "/metrics")
        .await
        .body;
    require_defined(&metrics);
    let healthy = format!(
        "airside_guard_upstream_healthy{{upstream=\"{}/\"}} 1\n",
        world.upstream
    );
    assert!(metrics.contains(&healthy), "{metrics}");
}

/// Serves https with a certificate that signs itself, which it writes to `issuer.pem`.
async fn serve_self_signed(directory: &Path, is_ca: IsCa, drain: &Drain) -> String {
    let key = KeyPair::generate().unwrap();
    let mut certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    certificate.is_ca = is_ca;
    let certificate = certificate.self_signed(&key).unwrap();
    let (pem, private_key) = (directory.join("issuer.pem"), directory.join("issuer.key"));
    fs::write(&pem, certificate.pem()).unwrap();
    fs::write(&private_key, key.serialize_pem()).unwrap();
    let tls = Tls::load(&pem, &private_key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let server = Server::new().listen(Listener::tls(listener, tls));
    tokio::spawn(server.serve(Router::new(), drain.clone()));
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn why_the_issuer_gives_no_keys_is_known_before_the_first_token() {
    let world = World::new().await;
    let directory = world.directory.path();
    let drain = Drain::new();
    let authority = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = serve_self_signed(directory, authority, &drain).await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    for (issuer, is_ca, wrong, remedy) in [
        (Some(authority), true, "`CA:TRUE`", "CA:FALSE"),
        (None, false, "no metadata", "404"),
        (Some(gone.clone()), true, "could not be reached", "refused"),
    ] {
        let issuer = match (issuer, is_ca) {
            (Some(issuer), _) => issuer,
            // the control: of a certificate that can be used nothing is said
            (None, _) => serve_self_signed(directory, IsCa::ExplicitNoCa, &drain).await,
        };
        let keys = format!("{OPERATIONS_LISTEN}\nissuer_ca = \"issuer.pem\"");
        world.write(&keys, OPERATIONS);
        let text = fs::read_to_string(world.configuration_path()).unwrap();
        let text = text.replace(&world.issuer, &issuer);
        fs::write(world.configuration_path(), text).unwrap();
        let guard = Started::new(&world).await;
        let ready = guard.becomes("issuer", json!(false)).await;
        assert_eq!(ready.status, 200, "what needs no token is served");
        let problem = ready.json()["issuer_problem"].to_string();
        assert!(
            problem.contains(wrong) && problem.contains(remedy),
            "{problem}"
        );
    }
    drain.start();
}
