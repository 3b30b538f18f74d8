//! Proxies that forward themselves and ask the guard.

use std::sync::Arc;

use airside_guard::{Running, forward_auth::SECRET_HEADER, run::Listeners};
use airside_net::Drain;

use crate::{
    database::{self, ACCOUNTS, Database},
    world::{OPERATIONS, World, raw},
};

const SECRET: &str = "a secret of the test, long enough";

/// A guard that a proxy asks: a request to it, made of its header's lines.
async fn asked(world: &World, proxy: &str, line: &str, more: &str) -> crate::world::Answer {
    asked_with("", OPERATIONS, world, proxy, (line, more)).await
}

/// A guard with keys of its own, and these operations.
async fn asked_with(
    keys: &str,
    operations: &str,
    world: &World,
    proxy: &str,
    (line, more): (&str, &str),
) -> crate::world::Answer {
    let secret = r#"secret = { env = "SECRET" }, listen = "127.0.0.1:0""#;
    let keys = format!("{keys}\nforward_auth = {{ proxy = \"{proxy}\", {secret} }}");
    world.write(&keys, operations);
    let configuration = world.read().unwrap();
    let listeners = Listeners::bind(&configuration).await.unwrap();
    let address = listeners.forward_auth_address().unwrap();
    let drain = Drain::new();
    let running = Arc::new(Running::new(configuration, drain.clone()).unwrap());
    let serving = tokio::spawn(running.serve(listeners));
    let head = format!("{line} HTTP/1.1\r\nHost: api.example.com\r\nConnection: close");
    let answer = raw(address, format!("{head}\r\n{more}\r\n").as_bytes()).await;
    drain.start();
    serving.await.unwrap();
    answer
}

/// The headers that each proxy sends about a request.
fn question(proxy: &str, method: &str, uri: &str) -> (String, String) {
    match proxy {
        "nginx" => (
            "GET /auth".to_owned(),
            format!("X-Original-Method: {method}\r\nX-Original-URI: {uri}\r\n"),
        ),
        "envoy" => (format!("{method} {uri}"), String::new()),
        _ => (
            "GET /".to_owned(),
            format!(
                "X-Forwarded-Method: {method}\r\nX-Forwarded-Uri: {uri}\r\nX-Forwarded-Host: api.example.com\r\n"
            ),
        ),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_proxy_gets_the_same_decision() {
    let world = World::new().await;
    let (alice, bob) = (world.token("alice", "read"), world.token("bob", "read"));
    let shown = format!("{SECRET_HEADER}: {SECRET}\r\n");
    for proxy in ["nginx", "traefik", "caddy", "envoy"] {
        let ask = async |token: &str, method: &str, uri: &str| {
            let (line, more) = question(proxy, method, uri);
            let more =
                format!("{more}{shown}Authorization: Bearer {token}\r\nAirside-Subject: root\r\n");
            asked(&world, proxy, &line, &more).await
        };
        let own = ask(&alice, "GET", "/users/alice/orders").await;
        assert_eq!(own.status, 200, "{proxy}: {own:?}");
        assert!(own.head.contains("airside-subject: alice"), "{}", own.head);
        // what the token does not have is there and empty: the proxy replaces what the caller sent
        assert!(own.head.contains("airside-roles: \r\n"), "{:?}", own.head);
        let hidden = if proxy == "nginx" { 403 } else { 404 };
        let odd = if proxy == "nginx" { 403 } else { 400 };
        for (token, method, uri, status) in [
            (bob.as_str(), "GET", "/users/alice/orders", hidden),
            (&alice, "POST", "/echo", 403),
            ("nonsense", "GET", "/echo", 401),
            (&alice, "GET", "/health/../echo", odd),
            // what needs the answer cannot be decided here
            (&alice, "GET", "/accounts/1", 403),
        ] {
            assert_eq!(
                ask(token, method, uri).await.status,
                status,
                "{proxy} {uri}"
            );
        }
    }
}

/// G15: PHP's `$_REQUEST` prefers a cookie to the query.
#[tokio::test(flavor = "multi_thread")]
async fn no_cookie_takes_the_place_of_what_a_rule_reads_in_the_query() {
    let world = World::new().await;
    let alice = world.token("alice", "read");
    let ask = async |cookie: &str| {
        let (line, more) = question("traefik", "GET", "/orders?user=alice");
        let more = format!(
            "{more}{SECRET_HEADER}: {SECRET}\r\nAuthorization: Bearer {alice}\r\nCookie: {cookie}\r\n"
        );
        asked(&world, "traefik", &line, &more).await.status
    };
    assert_eq!(ask("session=user; theme=dark").await, 200);
    for cookie in ["user=bob", "a=1; user[]=bob", "a=1;%55SER=bob"] {
        assert_eq!(ask(cookie).await, 400, "{cookie}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_in_the_apis_database_are_known_to_a_proxy_that_asks() {
    for database in Database::both() {
        let world = database.world(ACCOUNTS).await;
        let alice = world.token("alice", "write");
        let shown = format!("{SECRET_HEADER}: {SECRET}\r\nAuthorization: Bearer {alice}\r\n");
        let ask = async |method: &str, uri: &str| {
            let (line, more) = question("traefik", method, uri);
            let (keys, more) = (database.key(), format!("{more}{shown}"));
            let request = (line.as_str(), more.as_str());
            let answer = asked_with(&keys, database::OPERATIONS, &world, "traefik", request);
            answer.await.status
        };
        assert_eq!(ask("DELETE", "/accounts/1").await, 200);
        assert_eq!(ask("GET", "/balance?account=1").await, 200);
        assert_eq!(ask("DELETE", "/accounts/2").await, 404);
        assert_eq!(ask("DELETE", "/accounts/01").await, 404);
        // the body is not shown
        assert_eq!(ask("POST", "/transfers").await, 403);
        database.run("DROP VIEW airside_account_owner").await;
        assert_eq!(ask("DELETE", "/accounts/1").await, 503);
    }
}

/// G01
#[tokio::test(flavor = "multi_thread")]
async fn only_a_known_proxy_is_believed() {
    let world = World::new().await;
    let alice = world.token("alice", "read");
    let (line, question) = question("nginx", "GET", "/users/alice/orders");
    let token = format!("Authorization: Bearer {alice}\r\n");
    let secret = |text: &str| format!("{SECRET_HEADER}: {text}\r\n");
    for shown in [
        String::new(),
        secret("wrong"),
        secret(""),
        secret(SECRET) + &secret(SECRET),
    ] {
        let more = format!("{question}{token}{shown}");
        let answer = asked(&world, "nginx", &line, &more).await;
        assert_eq!(answer.status, 403, "{shown}");
        assert!(!answer.head.contains("airside-subject"), "{}", answer.head);
    }
    // one that says twice what it was asked, or nothing
    let good = secret(SECRET);
    for more in [
        format!("{question}{question}{token}{good}"),
        format!("X-Original-URI: /health\r\n{question}{token}{good}"),
        format!("{token}{good}"),
        format!("X-Original-Method: GET\r\nX-Original-URI: /health#x\r\n{good}"),
        format!("X-Original-Method: GET\r\nX-Original-URI: http://x/health\r\n{good}"),
    ] {
        let status = asked(&world, "nginx", &line, &more).await.status;
        assert_eq!(status, 403, "{more}");
    }
    let more = format!("{question}{token}{good}");
    assert_eq!(asked(&world, "nginx", &line, &more).await.status, 200);
}

/// G01, G02: the guard cannot take a header out of what a proxy forwards.
#[tokio::test(flavor = "multi_thread")]
async fn who_calls_and_for_what_is_said_by_no_header_of_the_caller() {
    let world = World::new().await;
    let alice = world.token("alice", "read");
    let shown = format!("{SECRET_HEADER}: {SECRET}\r\nAuthorization: Bearer {alice}\r\n");
    let ask = async |proxy: &str, sent: &str| {
        let (line, more) = question(proxy, "GET", "/echo");
        let more = format!("{more}{shown}{sent}: x\r\n");
        asked(&world, proxy, &line, &more).await.status
    };
    for sent in [
        "X-User",
        "X-Roles",
        "Remote-User",
        "X-Forwarded-User",
        "X-Forwarded-Groups",
        "X-Forwarded-Access-Token",
        "X-Auth-Request-Email",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Middleware-Subrequest",
        "Script-Name",
    ] {
        for (proxy, status) in [
            ("nginx", 403),
            ("traefik", 400),
            ("caddy", 400),
            ("envoy", 400),
        ] {
            assert_eq!(ask(proxy, sent).await, status, "{proxy} {sent}");
        }
    }
    // the controls: what says whence, and what the proxy replaces
    for sent in [
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Port",
        "X-Forwarded-Server",
        "X-Real-IP",
        "CF-Connecting-IP",
        "X-Envoy-Expected-Rq-Timeout-Ms",
        "Airside-Roles",
        "X-Request-ID",
    ] {
        for proxy in ["nginx", "traefik", "caddy", "envoy"] {
            assert_eq!(ask(proxy, sent).await, 200, "{proxy} {sent}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_query_is_closed_for_a_proxy_too() {
    let operations =
        "[[operation]]\nmatch = \"GET /report\"\nscope = \"read\"\nquery_fields = [\"year\"]";
    let world = World::with("", operations).await;
    let alice = world.token("alice", "read");
    for (query, status) in [("year=2026", 200), ("year=2026&as=bob", 400)] {
        let (line, more) = question("caddy", "GET", &format!("/report?{query}"));
        let more = format!("{more}{SECRET_HEADER}: {SECRET}\r\nAuthorization: Bearer {alice}\r\n");
        let answer = asked_with("", operations, &world, "caddy", (&line, &more)).await;
        assert_eq!(answer.status, status, "{query}");
    }
}

/// G04, G05, G07: the proxy forwards what it was sent.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_guard_would_write_anew_is_refused() {
    let world = World::new().await;
    let alice = world.token("alice", "read write");
    let bearer = format!("Authorization: Bearer {alice}\r\n");
    let ask = async |method: &str, uri: &str, more: &str| {
        let (line, lines) = question("envoy", method, uri);
        let lines = format!("{lines}Airside-Proxy-Secret: {SECRET}\r\n{more}");
        asked(&world, "envoy", &line, &lines).await.status
    };
    let written_anew = ask("GET", "/%65cho", &bearer).await;
    let control = ask("GET", "/echo?x=%61", &bearer).await;
    assert_eq!([written_anew, control], [400, 200]);
    for (kind, status) in [("x-www-form-urlencoded", 415), ("json", 200)] {
        let typed = format!("{bearer}Content-Type: application/{kind}\r\n");
        assert_eq!(ask("POST", "/echo", &typed).await, status, "{kind}");
    }
    let preflight = "Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n";
    assert_eq!(ask("OPTIONS", "/echo", preflight).await, 200);
    for more in NOT_OF_A_PREFLIGHT {
        let lines = format!("{preflight}{more}\r\n");
        let status = ask("OPTIONS", "/echo", &lines).await;
        assert!([400, 0].contains(&status), "{more}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_of_an_allowed_site_can_read_a_refusal_that_the_proxy_passes_on() {
    let world = World::new().await;
    let operations = format!("{OPERATIONS}[cors]\norigins = [\"https://app.example\"]\n");
    let (line, lines) = question("traefik", "GET", "/echo");
    for (origin, is_allowed) in [
        ("https://app.example", true),
        ("https://evil.example", false),
    ] {
        let lines = format!("{lines}{SECRET_HEADER}: {SECRET}\r\nOrigin: {origin}\r\n");
        let request = (line.as_str(), lines.as_str());
        let answer = asked_with("", &operations, &world, "traefik", request).await;
        assert_eq!(answer.status, 401);
        let allowed = format!("access-control-allow-origin: {origin}\r\n");
        assert_eq!(answer.head.contains(&allowed), is_allowed, "{answer:?}");
    }
}

const NOT_OF_A_PREFLIGHT: [&str; 3] = [
    "Cookie: s=1",
    "Content-Type: application/json",
    "Content-Length: 2",
];
