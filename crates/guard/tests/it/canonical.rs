//! Canonical requests: an ambiguous request does not reach the API.

use airside_guard::Configuration;
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
    for path in [
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
    ] {
        let answer = world.get(&admin, path).await;
        assert_eq!(answer.status, 400, "{path}");
    }
    // not the public operation, whatever follows
    for path in [
        "/healthx",
        "/health.json",
        "/HEALTH",
        "/health/",
        "/echo?x=/health",
    ] {
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
        let configuration = Configuration::read(&from.configuration_path(), &|_| None).unwrap();
        from.running.replace(configuration).unwrap();
    }
    let answer = one.get("", "/health").await;
    assert_eq!(answer.status, 508);
    assert_eq!(answer.json()["error"], "loop_detected");
    // the control: a guard before another
    world.write_before(&format!("http://{}", world.guard), "", OPERATIONS);
    let itself = Configuration::read(&world.configuration_path(), &|_| None).unwrap();
    let before = World::new().await;
    before.write_before(&format!("http://{}", world.guard), "", OPERATIONS);
    let chain = Configuration::read(&before.configuration_path(), &|_| None).unwrap();
    before.running.replace(chain).unwrap();
    assert_eq!(before.get("", "/health").await.status, 200);
    assert_eq!(world.reached(), 1);
    world.running.replace(itself).unwrap();
    assert_eq!(world.get("", "/health").await.status, 508);
}

/// G07: a preflight is a request of the guard's own, and so is its answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_carries_nothing_by_which_a_handler_could_act() {
    let api = axum::Router::new().fallback(async |request: axum::extract::Request| {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1000).await.unwrap();
        let seen = format!(
            "{} {} {:?} {body:?}",
            parts.method, parts.uri, parts.headers
        );
        let headers = [
            (
                "access-control-allow-origin",
                "https://app.example".to_owned(),
            ),
            ("set-cookie", "a=b".to_owned()),
            (
                "access-control-allow-headers",
                seen.replace(|c: char| !c.is_ascii_graphic(), ""),
            ),
        ];
        (headers, "the object")
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum_serve(listener, api).await });
    let world = World::new().await;
    world.write_before(
        &upstream,
        "forward_cookies = true\nforward_authorization = true",
        OPERATIONS,
    );
    let configuration = Configuration::read(&world.configuration_path(), &|_| None).unwrap();
    world.running.replace(configuration).unwrap();
    let more = "Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n\
        Access-Control-Request-Headers: x-asked\r\nCookie: a=b\r\nX-More: 1\r\n";
    let alice = world.token("alice", "write");
    let answer = world
        .send(&alice, "OPTIONS /echo?id=7", more, "{\"a\":1}")
        .await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.body.is_empty() && !answer.head.contains("set-cookie"),
        "{answer:?}"
    );
    let seen = &answer.head;
    for kept in [
        "options/echo{",
        "https://app.example",
        "x-asked",
        "x-forwarded-proto",
    ] {
        assert!(seen.contains(kept), "{kept} {seen}");
    }
    for lost in [
        "id=7",
        "cookie",
        "x-more",
        "authorization",
        "content-type",
        "\\\"a\\\"",
        "airside-subject",
    ] {
        assert!(!seen.contains(lost), "{lost} {seen}");
    }
}

async fn axum_serve(listener: tokio::net::TcpListener, api: axum::Router) {
    use airside_net::{Drain, Listener, Server};
    let server = Server::new().listen(Listener::tcp(listener));
    server.serve(api, Drain::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_cors_is_set_the_guard_answers_preflights_and_says_who_may_read() {
    let keys = "[cors]\norigins = [\"https://app.example\"]\nexpose = [\"etag\"]\n";
    let world = World::with(keys, OPERATIONS).await;
    let ask = async |path: &str, origin: &str, method: &str| {
        let more = format!(
            "Origin: {origin}\r\nAccess-Control-Request-Method: {method}\r\n\
             Access-Control-Request-Headers: authorization\r\n"
        );
        world.send("", &format!("OPTIONS {path}"), &more, "").await
    };
    let app = "https://app.example";
    let answer = ask("/accounts/1", app, "DELETE").await;
    assert_eq!(answer.status, 204);
    for line in [
        "access-control-allow-origin: https://app.example",
        "access-control-allow-methods: get, head, delete",
        "access-control-allow-headers: authorization",
        "access-control-max-age: 600",
        "vary: origin",
    ] {
        assert!(answer.head.contains(line), "{line} {answer:?}");
    }
    assert!(!answer.head.contains("credentials"), "{answer:?}");
    let foreign = ask("/accounts/1", "https://evil.example", "DELETE").await;
    assert_eq!(foreign.status, 403);
    assert!(!foreign.head.contains("access-control"), "{foreign:?}");
    // a script reads the refusal of what is not declared only if the preflight succeeds
    for (path, method, methods) in [
        ("/nothing", "GET", "access-control-allow-methods: get\r\n"),
        (
            "/accounts/1",
            "PUT",
            "access-control-allow-methods: get, head, put, delete\r\n",
        ),
    ] {
        let answer = ask(path, app, method).await;
        assert_eq!(answer.status, 204, "{path}");
        assert!(answer.head.contains(methods), "{answer:?}");
        let foreign = ask(path, "https://evil.example", method).await;
        assert_eq!(foreign.status, 403, "{path}");
    }
    assert_eq!(world.reached(), 0);
    // scripts read refusals too
    let origin = format!("Origin: {app}\r\n");
    let alice = world.token("alice", "");
    for (token, status) in [("", 401), (&*alice, 200)] {
        let answer = world.send(token, "GET /echo", &origin, "").await;
        assert_eq!(answer.status, status);
        let allowed = "access-control-allow-origin: https://app.example\r\n";
        assert!(answer.head.contains(allowed), "{answer:?}");
    }
    let answer = world
        .send(&alice, "GET /echo", "Origin: null\r\n", "")
        .await;
    assert!(answer.head.contains("vary: origin") && !answer.head.contains("access-control"));
}

/// G06, G07
#[tokio::test(flavor = "multi_thread")]
async fn methods_and_agents_are_no_way_around() {
    let world = World::new().await;
    for line in [
        "TRACE /health",
        "CONNECT /health",
        "FOO /health",
        "get /health",
        "PROPFIND /health",
    ] {
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
        world
            .send("", &format!("OPTIONS {path}"), &more, "")
            .await
            .status
    };
    assert_eq!(options("/nothing", "GET").await, 404);
    assert_eq!(options("/echo", "DELETE").await, 405);
    assert_eq!(world.send("", "OPTIONS /echo", "", "").await.status, 405);
    assert_eq!(world.reached(), 0);
    assert_eq!(options("/echo", "POST").await, 200);
    assert_eq!(world.reached(), 1);
}

/// G09, G11: what upstreams and proxies have been tricked with.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_where_it_ends() {
    let world = World::new().await;
    let host = "Host: api.example.com\r\n";
    let smuggled = "GET /admin/delete-user HTTP/1.1\r\nHost: x\r\n\r\n";
    for (what, head) in [
        ("two lengths", "Content-Length: 4\r\nContent-Length: 5\r\n"),
        ("a signed length", "Content-Length: +5\r\n"),
        ("a length in hex", "Content-Length: 0x5\r\n"),
        ("a list of lengths", "Content-Length: 5, 5\r\n"),
        ("another coding", "Transfer-Encoding: xchunked\r\n"),
        ("two codings", "Transfer-Encoding: chunked, identity\r\n"),
        (
            "two codings",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        ),
        (
            "a space before the colon",
            "Transfer-Encoding : chunked\r\n",
        ),
        ("a folded line", "X-A: b\r\n Transfer-Encoding: chunked\r\n"),
        ("a bare CR", "X-A: b\rTransfer-Encoding: chunked\r\n"),
        ("a zero octet", "X-A: b\0c\r\n"),
        ("two hosts", "Host: other\r\n"),
    ] {
        let request = format!("GET /health HTTP/1.1\r\n{host}{head}\r\n0\r\n\r\n{smuggled}");
        let answer = raw(world.guard, request.as_bytes()).await;
        assert_eq!(answer.status, 400, "{what}: {answer:?}");
        assert_eq!(world.reached(), 0, "{what}");
    }
    for (what, request) in [
        (
            "HTTP/1.0 with chunks",
            "GET /health HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        ("no host", "GET /health HTTP/1.1\r\n\r\n"),
        (
            "a user in the host",
            "GET /health HTTP/1.1\r\nHost: a@b\r\n\r\n",
        ),
        (
            "two hosts in one",
            "GET /health HTTP/1.1\r\nHost: a,b\r\n\r\n",
        ),
        (
            "a port that is none",
            "GET /health HTTP/1.1\r\nHost: a:99999\r\n\r\n",
        ),
        (
            "an address for a path",
            "GET http://other/health HTTP/1.1\r\nHost: other\r\n\r\n",
        ),
        (
            "a line that begins with a space",
            "GET /health HTTP/1.1\r\n X: y\r\nHost: x\r\n\r\n",
        ),
    ] {
        let answer = raw(world.guard, request.as_bytes()).await;
        assert_eq!(answer.status, 400, "{what}: {answer:?}");
        assert_eq!(world.reached(), 0, "{what}");
    }
    // the control
    assert_eq!(world.get("", "/health").await.status, 200);
}

/// G09: what two servers could cut differently reaches nobody, and the connection ends with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_has_one_end() {
    let world = World::new().await;
    let admin = world.token_with("carol", "write", &json!({ "roles": ["admin"] }));
    let smuggled = format!(
        "POST /admin/delete-user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {admin}\r\n\
         Content-Length: 0\r\n\r\n"
    );
    let chunked = "Transfer-Encoding: chunked\r\n";
    for (what, lines, body) in [
        (
            "CL.TE",
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            "2\r\nab\r\n0\r\n\r\n",
        ),
        (
            "TE.CL",
            "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            "2\r\nab\r\n0\r\n\r\n",
        ),
        (
            "a bare LF",
            "X: y\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\n",
        ),
        ("bare LFs alone", "Content-Length: 0\n\n", ""),
        (
            "the same length twice",
            "Content-Length: 0\r\nContent-Length: 0\r\n",
            "",
        ),
        (
            "a folded line",
            "X: y\r\n Transfer-Encoding: chunked\r\n",
            "",
        ),
        ("a chunk extension", chunked, "2;a=\"b\"\r\nab\r\n0\r\n\r\n"),
        (
            "a huge chunk extension",
            chunked,
            &format!("2;{}\r\nab\r\n0\r\n\r\n", "x".repeat(9_000)),
        ),
        ("a bare LF behind a size", chunked, "2\nab\r\n0\r\n\r\n"),
        ("a bare LF behind a chunk", chunked, "2\r\nab\n0\r\n\r\n"),
        (
            "a size in another spelling",
            chunked,
            "0x2\r\nab\r\n0\r\n\r\n",
        ),
        ("a space behind a size", chunked, "2 \r\nab\r\n0\r\n\r\n"),
    ] {
        let request = format!(
            "POST /echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {admin}\r\n{lines}\r\n\
             {body}{smuggled}"
        );
        let answer = raw(world.guard, request.as_bytes()).await;
        assert_eq!(answer.status, 400, "{what}: {answer:?}");
        assert_eq!(world.reached(), 0, "{what}");
    }
    // the controls
    for (lines, body, seen) in [
        ("Content-Length: 2\r\n", "ab", "ab"),
        (chunked, "2\r\nab\r\n0\r\n\r\n", "ab"),
    ] {
        let request = format!(
            "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {admin}\r\n\
             Content-Type: text/plain\r\n{lines}\r\n{body}"
        );
        let answer = raw(world.guard, request.as_bytes()).await;
        assert_eq!(answer.json()["body"], seen, "{answer:?}");
        assert_eq!(world.reached(), 1);
    }
}

/// G09: a body that turns out to be malformed while it is passed on is the caller's fault.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_on_the_way_is_refused() {
    let world = World::new().await;
    let token = world.token("alice", "write");
    let mut stream = TcpStream::connect(world.guard).await.unwrap();
    let head = format!(
        "POST /echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    while world.reached() == 0 {
        tokio::task::yield_now().await;
    }
    stream.write_all(b"2;x\r\ncd\r\n0\r\n\r\n").await.unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 400");
}

/// G09: trailers are no way to send what a header must not say.
#[tokio::test(flavor = "multi_thread")]
async fn trailers_end_at_the_guard() {
    let world = World::new().await;
    let token = world.token("alice", "write");
    let request = format!(
        "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: text/plain\r\nTrailer: Airside-Subject\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\
         Airside-Subject: root\r\n\r\n"
    );
    let answer = raw(world.guard, request.as_bytes()).await;
    assert_eq!(answer.json()["body"], "ab", "{answer:?}");
    assert!(
        !answer.body.contains("root") && !answer.body.contains("trailer"),
        "{answer:?}"
    );
}

/// G08, D10, D13
#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_needs_the_rule_of_its_path() {
    let world = World::new().await;
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let request = |token: &str| {
        let token = match token {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}\r\n"),
        };
        format!("GET /socket HTTP/1.1\r\nHost: api.example.com\r\n{token}{upgrade}\r\n")
    };
    let mut refused = TcpStream::connect(world.guard).await.unwrap();
    refused.write_all(request("").as_bytes()).await.unwrap();
    let mut head = [0; 12];
    refused.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 401");
    assert_eq!(world.reached(), 0);

    let alice = world.token("alice", "");
    let mut socket = TcpStream::connect(world.guard).await.unwrap();
    socket.write_all(request(&alice).as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    assert!(
        head.starts_with(b"HTTP/1.1 101"),
        "{}",
        String::from_utf8_lossy(&head)
    );
    // a masked text frame, and the echo (RFC 6455 §5.7)
    socket
        .write_all(&[0x81, 0x82, 0, 0, 0, 0, b'h', b'i'])
        .await
        .unwrap();
    let mut frame = [0; 9];
    socket.read_exact(&mut frame).await.unwrap();
    assert_eq!(&frame, b"\x81\x07echo hi");
    // the revocation of another token changes nothing
    let revocations = world
        .running
        .guard()
        .resource_server()
        .revocations()
        .clone();
    revocations.revoke_token("somebody-else", airside_resource::UnixSeconds::MAX);
    socket
        .write_all(&[0x81, 0x82, 0, 0, 0, 0, b'h', b'i'])
        .await
        .unwrap();
    socket.read_exact(&mut frame).await.unwrap();
    assert_eq!(&frame, b"\x81\x07echo hi");
    // D13: at a stop it ends with a close frame that says why
    world.stop();
    let mut last = Vec::new();
    socket.read_to_end(&mut last).await.unwrap();
    assert_eq!(last, [0x88, 2, 0x03, 0xe9]);
}

/// G08, D13
#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_ends_when_its_token_is_revoked() {
    let world = World::new().await;
    let alice = world.token("alice", "");
    let request = format!(
        "GET /socket HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {alice}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    let mut socket = TcpStream::connect(world.guard).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"));
    // the configuration is replaced meanwhile: what is revoked then counts all the same
    let configuration = Configuration::read(&world.configuration_path(), &|_| None).unwrap();
    world.running.replace(configuration).unwrap();
    let guard = world.running.guard();
    guard
        .resource_server()
        .revocations()
        .revoke_token("alice-", airside_resource::UnixSeconds::MAX);
    let mut last = Vec::new();
    socket.read_to_end(&mut last).await.unwrap();
    assert_eq!(last, [0x88, 2, 0x03, 0xf0]);
}
