//! Tests where a request and its body end.

use super::*;

/// G09, G11: what upstreams and proxies have been tricked with.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_where_it_ends() {
    let world = World::new().await;
    let host = "Host: api.example.com\r\n";
    let smuggled = "GET /admin/delete-user HTTP/1.1\r\nHost: x\r\n\r\n";
    for (what, head) in TWO_ENDS {
        let request = format!("GET /health HTTP/1.1\r\n{host}{head}\r\n0\r\n\r\n{smuggled}");
        let answer = raw(world.guard, request.as_bytes()).await;
        assert_eq!(answer.status, 400, "{what}: {answer:?}");
        assert_eq!(world.reached(), 0, "{what}");
    }
    for (what, request) in MALFORMED {
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

/// G09: trailers are not a way to send what a header must not say.
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

/// Heads after which servers see the end of a request in different places.
const TWO_ENDS: [(&str, &str); 12] = [
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
];

/// Requests that some servers take and others do not.
const MALFORMED: [(&str, &str); 7] = [
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
];
