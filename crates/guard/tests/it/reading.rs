//! Bodies: which are taken, and that a name which a rule reads is in one place.

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
    let alice = world.token("alice", "read write");
    let mut lines = format!("Authorization: Bearer {alice}\r\n{headers}");
    if !headers.contains("Transfer-Encoding") {
        let _ = write!(lines, "Content-Length: {}\r\n", body.len());
    }
    let request = format!(
        "{line} HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n{lines}\r\n{body}"
    );
    raw(world.guard, request.as_bytes()).await
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

/// G15, G17
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_a_rule_reads_is_in_one_source() {
    let world = world().await;
    // from the body: not in the query
    let own = r#"{"from":"alice"}"#;
    for query in [
        "from=bob",
        "from=alice",
        "FROM=bob",
        "from[]=bob",
        "from.=bob",
        "+from=bob",
        "a=1;from=bob",
        "f%72om=bob",
        "[from]=bob",
        "from]=bob",
        "?from=bob",
        &format!("{}b=1", "a&".repeat(1_000)),
    ] {
        is_refused(
            &world,
            (&format!("POST /transfers?{query}"), JSON, own),
            400,
        )
        .await;
    }
    for member in ["FROM", "fro\u{6d}.x", "from[]", " from"] {
        let body = json!({ "from": "alice", member: "bob" }).to_string();
        is_refused(&world, ("POST /transfers", JSON, &body), 400).await;
    }
    passes(&world, ("POST /transfers?form=1&x[from]=2", JSON, own)).await;
    // from the query: not in the body
    let line = "POST /orders?user=alice";
    for body in [
        "user=bob",
        "a=1&user=alice",
        "USER=bob",
        "user[]=bob",
        "uſer=bob",
        "?user=bob",
        "+user=b",
    ] {
        is_refused(&world, (line, FORM, body), 400).await;
    }
    for name in ["user", "User", "user[]", "uſer"] {
        is_refused(&world, (line, PARTS, &part(name)), 400).await;
        is_refused(
            &world,
            (line, JSON, &json!({ name: "bob" }).to_string()),
            400,
        )
        .await;
    }
    let encoded = part("a").replace(
        "\"\r\n\r\n",
        "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
    );
    is_refused(&world, (line, PARTS, &encoded), 400).await;
    let starred = part("a").replace("name=\"a\"", "name*=utf-8''us%65r");
    is_refused(&world, (line, PARTS, &starred), 400).await;
    let text = "Content-Type: text/plain\r\n";
    is_refused(&world, (line, text, "a text"), 415).await;
    for kind in ["text/json", "application/xml", "application/octet-stream"] {
        let headers = format!("Content-Type: {kind}\r\n");
        is_refused(&world, (line, &headers, "a"), 415).await;
    }
    let line_of_files = "POST /files?user=alice";
    for (kind, body) in [
        ("text/plain", "user=bob"),
        ("text/plain", r#"{"user":"bob"}"#),
        ("text/plain", r#"/**/{"user":"bob"}"#),
        ("text/json", r#"{"\ud800":1,"user":"bob"}"#),
        (
            "application/octet-stream",
            "{\0\"\0u\0s\0e\0r\0\"\0:\0\"\0\"\0}\0",
        ),
        ("application/xml", "<x><user>bob</user></x>"),
    ] {
        let headers = format!("Content-Type: {kind}\r\n");
        is_refused(&world, (line_of_files, &headers, body), 400).await;
    }
    for (kind, body) in [
        ("text/plain", "the user = bob; and so on"),
        ("application/octet-stream", "\0\u{1}\"{\"user\""),
        ("application/xml", "<x a=\"user\"><users>user</users></x>"),
    ] {
        let headers = format!("Content-Type: {kind}\r\n");
        passes(&world, (line_of_files, &headers, body)).await;
        passes(&world, ("PUT /users/alice/photo", &headers, body)).await;
    }
    is_refused(&world, (line, FORM, &vec!["a=1"; 1_001].join("&")), 400).await;
    passes(&world, (line, FORM, "users=bob&a=user")).await;
    passes(&world, (line, PARTS, &part("a"))).await;
    passes(&world, (line, JSON, r#"{"a":{"user":"bob"}}"#)).await;
    // Bottle reads JSON as a form
    for line in [line, "POST /notes?user=alice"] {
        for note in ["&user=bob&", "a&us%65r=bob"] {
            let body = json!({ "note": note }).to_string();
            is_refused(&world, (line, JSON, &body), 400).await;
        }
        let body = r#"{"note":"the user = bob & users=bob&x=user"}"#;
        passes(&world, (line, JSON, body)).await;
    }
    passes(&world, ("POST /json", JSON, r#"{"note":"&user=bob&"}"#)).await;
    // from the path: not in the query, and in the body with the same value
    is_refused(&world, ("PUT /users/alice?id=bob", "", ""), 400).await;
    is_refused(&world, ("PUT /users/alice?id[]=bob", "", ""), 400).await;
    for body in [
        r#"{"id":"bob"}"#,
        r#"{"id":"alice","ID":"bob"}"#,
        r#"{"id":null}"#,
        r#"{"id":["alice"]}"#,
        r#"{"ID":"alice"}"#,
        r#"{"id[$ne]":"alice"}"#,
    ] {
        is_refused(&world, ("PUT /users/alice", JSON, body), 400).await;
    }
    for body in [
        "id=bob",
        "id[$ne]=alice",
        "ID=alice",
        "id[]=alice",
        "+id=alice",
    ] {
        is_refused(&world, ("PUT /users/alice", FORM, body), 400).await;
    }
    for name in ["id[$ne]", "Id"] {
        let body = part(name).replace("\r\nb\r\n", "\r\nalice\r\n");
        is_refused(&world, ("PUT /users/alice", PARTS, &body), 400).await;
    }
    let own = part("id").replace("\r\nb\r\n", "\r\nalice\r\n");
    passes(&world, ("PUT /users/alice", PARTS, &own)).await;
    passes(
        &world,
        ("PUT /users/alice?page=1", JSON, r#"{"id":"alice","a":1}"#),
    )
    .await;
    passes(&world, ("PUT /users/alice", FORM, "id=alice")).await;
}

/// G17
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_query_has_only_its_names() {
    let world = world().await;
    let own = r#"{"name":"x"}"#;
    for query in NOT_NAMED {
        is_refused(&world, (&format!("PATCH /profile?{query}"), JSON, own), 400).await;
        is_refused(&world, (&format!("POST /closed?{query}"), "", ""), 400).await;
    }
    is_refused(&world, ("GET /orders?user=alice&role=x", "", ""), 400).await;
    let answer = send(&world, "PATCH /profile?role=admin", JSON, own).await;
    assert_eq!(
        answer.json(),
        json!({ "error": "invalid_request", "error_description": "the query may not have `role`" })
    );
    passes(&world, ("PATCH /profile?dry_run=1", JSON, own)).await;
    passes(&world, ("PATCH /profile", JSON, own)).await;
    passes(&world, ("POST /closed", "", "")).await;
    passes(&world, ("GET /orders?user=alice&page=1", "", "")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_has_one_type_in_one_charset() {
    let world = world().await;
    let own = r#"{"from":"alice"}"#;
    for kind in [
        "application/json;charset=utf-7",
        "application/json; charset=utf-16",
        "application/json, text/plain",
        "application/json;charset",
        "text/plain",
        "text/json",
        "json",
        "application/x-www-form-urlencoded",
        "application/json\r\nContent-Encoding: gzip",
        "application/json\r\nContent-Encoding: identity, gzip",
    ] {
        let headers = format!("Content-Type: {kind}\r\n");
        is_refused(&world, ("POST /transfers", &headers, own), 415).await;
    }
    is_refused(&world, ("POST /transfers", "", own), 415).await;
    let twice = format!("{JSON}{JSON}");
    is_refused(&world, ("POST /transfers", &twice, own), 400).await;
    is_refused(&world, ("POST /json", &twice, own), 400).await;
    for kind in [
        "application/json;charset=utf-7",
        "application/json, text/plain",
        "text/plain, application/json",
        "json",
        "multipart/form-data",
        // not declared here
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=B",
        "multipart/mixed; boundary=B",
        "application/x-www-form-urlencoded-x",
    ] {
        let headers = format!("Content-Type: {kind}\r\n");
        is_refused(&world, ("POST /json", &headers, own), 415).await;
    }
    is_refused(&world, ("POST /json", "", own), 415).await;
    let encoded = format!("{FORM}Content-Encoding: gzip\r\n");
    is_refused(&world, ("POST /forms", &encoded, "a=1"), 415).await;
    let encoded = format!("{JSON}Content-Encoding: gzip\r\n");
    is_refused(&world, ("POST /orders?user=alice", &encoded, "{}"), 415).await;
    // the controls
    for kind in [
        "application/json; charset=UTF-8",
        "application/json;charset=\"utf-8\";",
        "application/a+json",
    ] {
        let headers = format!("Content-Type: {kind}\r\n");
        passes(&world, ("POST /transfers", &headers, own)).await;
        passes(&world, ("POST /json", &headers, own)).await;
    }
    passes(
        &world,
        (
            "POST /json",
            "Content-Type: text/plain; charset=iso-8859-1\r\n",
            "a",
        ),
    )
    .await;
    passes(&world, ("POST /json", &encoded, "{}")).await;
    let identity = format!("{JSON}Content-Encoding: Identity\r\n");
    for line in ["POST /transfers", "POST /orders?user=alice", "POST /json"] {
        let answer = send(&world, line, &identity, own).await;
        assert_eq!(answer.status, 200, "{line}: {answer:?}");
        let lines = answer.json()["headers"].to_string();
        assert!(!lines.contains("content-encoding"), "{lines}");
        world.reached();
    }
    let identity = format!("{FORM}Content-Encoding: identity\r\n");
    passes(&world, ("POST /forms", &identity, "a=1")).await;
    passes(
        &world,
        (
            "POST /forms",
            "Content-Type: application/x-www-form-urlencoded;charset=utf-8\r\n",
            "a=1",
        ),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_comes_only_where_one_is_declared() {
    let world = world().await;
    for line in [
        "GET /orders?user=alice",
        "HEAD /orders?user=alice",
        "DELETE /json",
    ] {
        is_refused(&world, (line, JSON, r#"{"a":1}"#), 400).await;
    }
    let chunked = |headers: &str| format!("{headers}Transfer-Encoding: chunked\r\n");
    is_refused(
        &world,
        ("DELETE /json", &chunked(JSON), "1\r\n7\r\n0\r\n\r\n"),
        400,
    )
    .await;
    is_refused(
        &world,
        ("POST /json", &chunked(""), "1\r\n7\r\n0\r\n\r\n"),
        415,
    )
    .await;
    // the controls: no body, an empty one, a declared one
    passes(&world, ("GET /orders?user=alice", JSON, "")).await;
    passes(&world, ("POST /json", "", "")).await;
    for line in ["DELETE /json", "POST /json"] {
        let answer = send(&world, line, &chunked(""), "0\r\n\r\n").await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    world.reached();
    passes(&world, ("DELETE /bulk", JSON, r#"{"ids":[1]}"#)).await;
    passes(&world, ("PUT /any", "", "bytes")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_goes_on_under_a_type_and_length_of_the_guard() {
    let world = world().await;
    let chunked = "10\r\n{\"from\":\"alice\"}\r\n0\r\n\r\n";
    for (sent, passed) in [
        ("APPLICATION/JSON; charset=utf-8", "application/json"),
        ("application/vnd.x+json", "application/json"),
    ] {
        let headers = format!("Content-Type: {sent}\r\nTransfer-Encoding: chunked\r\n");
        let seen = send(&world, "POST /transfers", &headers, chunked)
            .await
            .json();
        let lines = seen["headers"].to_string();
        assert!(
            lines.contains(&format!("\"content-type: {passed}\"")),
            "{lines}"
        );
        assert!(
            lines.contains("\"content-length: 16\"") && !lines.contains("chunked"),
            "{lines}"
        );
    }
    // a type that is declared stays
    let patch = "Content-Type: application/merge-patch+json\r\n";
    let seen = send(&world, "PATCH /profile", patch, "{}").await.json();
    let lines = seen["headers"].to_string();
    assert!(
        lines.contains("\"content-type: application/merge-patch+json\""),
        "{lines}"
    );
    let upper = "Content-Type: Application/X-WWW-form-urlencoded; charset=UTF-8\r\n";
    let seen = send(&world, "POST /forms", upper, "a=1").await.json();
    let lines = seen["headers"].to_string();
    assert!(
        lines.contains("\"content-type: application/x-www-form-urlencoded; charset=UTF-8\""),
        "{lines}"
    );
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

/// G06, G15
#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_file_may_be_any() {
    let world = world().await;
    let of_file =
        |file: &str| part("a").replace("name=\"a\"", &format!("name=\"a\"; filename=\"{file}\""));
    for file in FILE_NAMES {
        for line in ["POST /forms", "POST /orders?user=alice"] {
            passes(&world, (line, PARTS, &of_file(file))).await;
        }
    }
    for file in ["\\\"; name=\\\"user\\\"; x=\\\"", "; name=user; x="] {
        is_refused(
            &world,
            ("POST /orders?user=alice", PARTS, &of_file(file)),
            400,
        )
        .await;
    }
    for file in ["\\\"; name=\\\"_method\\\"; x=\\\"", "name=_method"] {
        is_refused(&world, ("POST /forms", PARTS, &of_file(file)), 400).await;
    }
}

/// G06, G15: PHP takes the first `boundary` anywhere for the boundary, and Laravel `/json` anywhere for JSON.
#[tokio::test(flavor = "multi_thread")]
async fn a_type_goes_on_without_what_names_another_kind_or_boundary() {
    let world = world().await;
    let inner =
        "--C\r\nContent-Disposition: form-data; name=\"_method\"\r\n\r\nDELETE\r\n--C--\r\n";
    let parts = part("a").replace("\r\n\r\nb", &format!("\r\n\r\n{inner}"));
    let form = "{\"_method\":\"DELETE\",\"user\":\"bob\"}";
    for (line, sent, body, written) in [
        (
            "POST /forms",
            "multipart/form-data; xboundary=C; boundary=B",
            parts.as_str(),
            "multipart/form-data; boundary=B",
        ),
        (
            "POST /forms",
            "multipart/form-data; boundary=B; x=\"boundary=C\"",
            &parts,
            "multipart/form-data; boundary=B",
        ),
        (
            "POST /forms",
            "application/x-www-form-urlencoded; x=\"/json\"",
            form,
            "application/x-www-form-urlencoded",
        ),
        (
            "POST /json",
            "application/json; x=\"multipart/form-data; boundary=B\"",
            "{\"a\":1}",
            "application/json",
        ),
        // the controls: what means something goes on
        (
            "POST /forms",
            "multipart/form-data; boundary=B",
            &parts,
            "multipart/form-data; boundary=B",
        ),
        (
            "POST /json",
            "application/vnd.api+json; ext=\"https://jsonapi.org/ext/atomic\"",
            "{\"a\":1}",
            "application/vnd.api+json; ext=\"https://jsonapi.org/ext/atomic\"",
        ),
    ] {
        let headers = format!("Content-Type: {sent}\r\n");
        let answer = send(&world, line, &headers, body).await;
        assert_eq!(answer.status, 200, "{sent}: {answer:?}");
        let lines = answer.json()["headers"].clone();
        let of_type: Vec<_> = lines.as_array().unwrap().iter().collect();
        let of_type: Vec<_> = of_type
            .into_iter()
            .filter_map(|line| line.as_str()?.strip_prefix("content-type: "))
            .collect();
        assert_eq!(of_type, [written], "{sent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integer_that_some_parsers_round_names_nothing() {
    let world = World::with(
        "",
        "[[operation]]\nmatch = \"POST /a\"\nowner = { body = \"/id\", in = \"/ids\" }",
    )
    .await;
    let ids = json!({ "ids": ["9007199254740991", "9007199254740993", 9_007_199_254_740_993_u64] });
    let token = world.token_with("alice", "write", &ids);
    let post = async |id: &str| {
        world
            .send(&token, "POST /a", "", &format!("{{\"id\":{id}}}"))
            .await
    };
    for id in ROUNDED {
        assert_eq!(post(id).await.status, 404, "{id}");
    }
    assert_eq!(world.reached(), 0);
    for id in ["9007199254740991", "\"9007199254740993\""] {
        assert_eq!(post(id).await.status, 200, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_media_types_of_the_document_hold_where_the_rule_is_written_elsewhere() {
    let document = "openapi: 3.1.0\npaths:\n  /a:\n    post: { requestBody: { content: { \
        application/x-www-form-urlencoded: {} } } }\n    put: { requestBody: { content: { '*/*': {} } } }\n";
    let world = world().await;
    std::fs::write(world.directory.path().join("openapi.yaml"), document).unwrap();
    let rules = "[[operation]]\nmatch = \"POST /a\"\nany_token = true\n\
        [[operation]]\nmatch = \"PUT /a\"\nany_token = true\nbody = \"application/json\"\n";
    world.write("openapi = \"openapi.yaml\"", rules);
    world.reload();
    passes(&world, ("POST /a", FORM, "a=1")).await;
    is_refused(&world, ("POST /a", PARTS, &part("a")), 415).await;
    is_refused(&world, ("PUT /a", FORM, "a=1"), 415).await;
    passes(&world, ("PUT /a", JSON, "{}")).await;
}

/// Queries with a name that is not among those of the rule.
const NOT_NAMED: [&str; 5] = [
    "role=admin",
    "dry_run=1&role=admin",
    "Dry_run=1",
    "dry_run[]=1",
    "dry_run=1;role=x",
];

/// Names of files.
const FILE_NAMES: [&str; 4] = [
    "my \\\"best\\\" photo.png",
    "username=alice.csv",
    "C:\\dir\\a.txt",
    "user.csv",
];

/// Numbers that some parsers round.
const ROUNDED: [&str; 4] = [
    "9007199254740993",
    "9007199254740992",
    "-9007199254740993",
    "1e3",
];
