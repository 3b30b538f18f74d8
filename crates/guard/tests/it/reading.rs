//! Bodies: which are taken, and that a name which a rule reads is in one place.

mod media_type;
mod name;
mod packed;

use std::fmt::Write as _;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::world::{Answer, World, raw};

const OPERATIONS: &str = r#"
[[operation]]
match = "POST /transfers"
scope = "write"
owner = { body = "/from", equals = "sub" }

[[operation]]
match = "PATCH /profile"
scope = "write"
body_fields = ["/name"]
query_fields = ["dry_run"]
body = ["application/merge-patch+json"]

[[operation]]
match = "GET /orders"
scope = "read"
owner = { query = "user", equals = "sub" }
query_fields = ["page"]

[[operation]]
match = "POST /orders"
scope = "write"
owner = { query = "user", equals = "sub" }
body = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]

[[operation]]
match = "POST /files"
owner = { query = "user", equals = "sub" }
body = ["text/*", "application/xml", "application/octet-stream"]

[[operation]]
match = "PUT /users/{id}/photo"
owner = { path = "id", equals = "sub" }

[[operation]]
match = "POST /notes"
owner = { query = "user", equals = "sub" }
body_fields = ["/note"]

[[operation]]
match = "PUT /users/{id}"
scope = "write"
owner = { path = "id", equals = "sub" }
body = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]

[[operation]]
match = "POST /forms"
any_token = true
body = ["application/x-www-form-urlencoded", "multipart/form-data"]

[[operation]]
match = "POST /json"
any_token = true

[[operation]]
match = "DELETE /json"
any_token = true

[[operation]]
match = "DELETE /bulk"
any_token = true
body = "application/json"

[[operation]]
match = "PUT /any"
any_token = true
body = "*/*"

[[operation]]
match = "POST /closed"
any_token = true
query_fields = []
"#;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const JSON: &str = "Content-Type: application/json\r\n";
const PARTS: &str = "Content-Type: multipart/form-data; boundary=B\r\n";

async fn world() -> World {
    World::with("", OPERATIONS).await
}

/// A request of alice with these headers and this body.
async fn send(world: &World, line: &str, headers: &str, body: &str) -> Answer {
    send_bytes(world, line, headers, body.as_bytes()).await
}

async fn send_bytes(world: &World, line: &str, headers: &str, body: &[u8]) -> Answer {
    let alice = world.token("alice", "read write");
    let mut lines = format!("Authorization: Bearer {alice}\r\n{headers}");
    if !headers.contains("Transfer-Encoding") {
        let _ = write!(lines, "Content-Length: {}\r\n", body.len());
    }
    let head =
        format!("{line} HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n{lines}\r\n");
    raw(world.guard, &[head.as_bytes(), body].concat()).await
}

/// Asserts that a request does not reach the API.
async fn is_refused(world: &World, (line, headers, body): (&str, &str, &str), status: u16) {
    let answer = send(world, line, headers, body).await;
    assert_eq!(answer.status, status, "{line} {headers} {body}: {answer:?}");
    assert_eq!(world.reached(), 0, "{line} {headers} {body}");
}

/// Asserts that a request reaches the API as it was sent.
async fn passes(world: &World, (line, headers, body): (&str, &str, &str)) {
    let answer = send(world, line, headers, body).await;
    assert_eq!(answer.status, 200, "{line} {headers} {body}: {answer:?}");
    assert_eq!(answer.json()["body"], body, "{line} {headers}");
    assert_eq!(world.reached(), 1);
}

fn part(name: &str) -> String {
    format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nb\r\n--B--\r\n")
}

/// G06
#[tokio::test(flavor = "multi_thread")]
async fn no_part_of_a_request_overrides_its_method() {
    let world = world().await;
    for query in [
        "_method=DELETE",
        "_METHOD=DELETE",
        "a=1&%5fMethod=delete",
        ".method=x",
        "a;_method=x",
    ] {
        for line in ["GET /orders?user=alice&", "POST /json?", "DELETE /json?"] {
            is_refused(&world, (&format!("{line}{query}"), "", ""), 400).await;
        }
    }
    for body in [
        "_method=DELETE",
        "a=1&_METHOD=DELETE",
        "%20.method=x",
        "a=1&_meth%6fd=x",
    ] {
        is_refused(&world, ("POST /forms", FORM, body), 400).await;
        is_refused(&world, ("PUT /any", "", body), 400).await;
    }
    for name in ["_method", "_METHOD", "_method[]"] {
        is_refused(&world, ("POST /forms", PARTS, &part(name)), 400).await;
        let body = json!({ "a": 1, name: "DELETE" }).to_string();
        is_refused(&world, ("POST /json", JSON, &body), 400).await;
        is_refused(
            &world,
            ("POST /json", "Content-Type: text/json\r\n", &body),
            400,
        )
        .await;
        is_refused(&world, ("PUT /any", "", &body), 400).await;
    }
    let chunked = format!("{FORM}Transfer-Encoding: chunked\r\n");
    is_refused(
        &world,
        (
            "POST /forms",
            &chunked,
            "7\r\n_method\r\n2\r\n=x\r\n0\r\n\r\n",
        ),
        400,
    )
    .await;
    // the controls
    passes(
        &world,
        (
            "POST /json?method=card&payment_method=x",
            JSON,
            r#"{"method":"x"}"#,
        ),
    )
    .await;
    passes(
        &world,
        ("POST /forms", FORM, "payment_method=card&a=_method"),
    )
    .await;
    passes(&world, ("POST /forms", PARTS, &part("method"))).await;
    passes(&world, ("PUT /any", "", "plain text")).await;
}

/// G06: a body that is larger than what is collected is judged while it passes.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_ends_where_a_name_must_not_be() {
    let world = world().await;
    let alice = world.token("alice", "write");
    let filler = "x".repeat(100_000);
    for (headers, body) in [
        (FORM, format!("a={filler}&_method=DELETE&b={filler}")),
        (PARTS, format!("--B\r\n\r\n{filler}\r\n{}", part("_method"))),
        (
            PARTS,
            format!(
                "--B\r\n\r\n{filler}\r\n{}",
                part("a").replace("--B--", "--B")
            ),
        ),
    ] {
        let length = body.len();
        let request = format!(
            "POST /forms HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {alice}\r\n{headers}\
             Content-Length: {length}\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(world.guard).await.unwrap();
        // the guard may close before everything is sent
        let _ = stream.write_all(request.as_bytes()).await;
        let mut head = [0; 12];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 400", "{headers}");
        let reached = world.reached();
        assert!(headers != FORM || reached == 0, "a form is held");
    }
    let chunked = format!("{FORM}Transfer-Encoding: chunked\r\n");
    let seen = send(&world, "POST /forms", &chunked, "3\r\na=1\r\n0\r\n\r\n")
        .await
        .json();
    let lines = seen["headers"].to_string();
    assert!(
        lines.contains("\"content-length: 3\"") && !lines.contains("chunked"),
        "{lines}"
    );
    world.reached();
    passes(
        &world,
        ("POST /forms", FORM, &format!("a={filler}&b={filler}")),
    )
    .await;
    passes(
        &world,
        (
            "POST /forms",
            PARTS,
            &format!("--B\r\n\r\n{filler}\r\n{}", part("a")),
        ),
    )
    .await;
}

/// G15: browsers leave a backslash of a query as it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_backslash_in_a_query_goes_on_escaped() {
    let world = world().await;
    let answer = send(&world, "GET /orders?user=alice&page=a\\b", "", "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let seen = answer.json().to_string();
    assert!(seen.contains("page=a%5Cb"), "{seen}");
    world.reached();
    for query in ["user=alice&user\\=bob", "user=alice\\", "\\user=alice"] {
        let line = format!("GET /orders?{query}");
        let answer = send(&world, &line, "", "").await;
        assert!(
            matches!(answer.status, 400 | 403 | 404),
            "{line}: {answer:?}"
        );
        assert_eq!(world.reached(), 0, "{line}");
    }
}
