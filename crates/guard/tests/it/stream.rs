//! Streaming bodies, and unhealthy upstreams.

use std::time::Duration;

use axum::{Router, body::Body, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use crate::world::{OPERATIONS, World, raw};

const PUBLIC: &str = "[[operation]]\nmatch = \"GET /events\"\npublic = \"a stream\"";

const PROBE: &str = "[[operation]]\nmatch = \"GET /health\"\npublic = \"probe\"";

/// An API of the test's own; its address.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_arrives_before_the_stream_ends() {
    let (sender, receiver) = mpsc::channel::<Result<&'static str, std::io::Error>>(1);
    let receiver = std::sync::Arc::new(tokio::sync::Mutex::new(Some(receiver)));
    let events = get(async move || {
        let mut receiver = receiver.lock().await.take().unwrap();
        let stream = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
        (
            [("content-type", "text/event-stream")],
            Body::from_stream(stream),
        )
    });
    let world = World::new().await;
    let api = serve(Router::new().route("/events", events)).await;
    world.write_before(&api, "", PUBLIC);
    world.reload();

    let mut client = TcpStream::connect(world.guard).await.unwrap();
    let request = b"GET /events HTTP/1.1\r\nHost: api.example.com\r\n\r\n";
    client.write_all(request).await.unwrap();
    for event in ["data: one\n\n", "data: two\n\n"] {
        sender.send(Ok(event)).await.unwrap();
        let mut seen = String::new();
        while !seen.contains(event) {
            let mut bytes = [0; 1024];
            let read = client.read(&mut bytes).await.unwrap();
            assert!(read > 0, "{seen}");
            seen.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    }
}

/// A request with 64 bytes in two chunks.
fn chunked(token: &str) -> String {
    let half = "x".repeat(32);
    format!(
        "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{half}\r\n20\r\n{half}\r\n0\r\n\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_has_its_bounds() {
    let keys = "limits = { request_body_bytes = 60, held_body_bytes = 40 }";
    let world = World::with(keys, OPERATIONS).await;
    let alice = world.token("alice", "write read");
    let post =
        async |path: &str, body: &str| world.send(&alice, &format!("POST {path}"), "", body).await;
    let echo = post("/echo", "0123456789").await;
    assert_eq!(echo.json()["body"], "0123456789");
    let refused = post("/echo", &"x".repeat(61)).await;
    assert_eq!(refused.status, 413, "{refused:?}");
    // and one that does not say how long it is
    let refused = raw(world.guard, chunked(&alice).as_bytes()).await;
    assert_eq!(refused.status, 413, "{refused:?}");
    // one that is held
    let long = format!(r#"{{"user":"alice","x":"{}"}}"#, "y".repeat(20));
    assert_eq!(post("/orders", &long).await.status, 413);
    assert_eq!(post("/orders", r#"{"user":"alice"}"#).await.status, 200);
    // an answer that is too long to be held
    assert_eq!(world.get(&alice, "/accounts/1").await.status, 502);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_is_gone_is_left_out() {
    let world = World::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let both = format!("{gone}\", \"{}", world.upstream);
    world.write_before(&both, "", PROBE);
    world.reload();
    for _ in 0..10 {
        assert_eq!(world.get("", "/health").await.status, 200);
    }
    // all are gone
    world.write_before(&gone, "", PROBE);
    world.reload();
    let answer = world.get("", "/health").await;
    assert_eq!(answer.status, 503);
    assert!(answer.head.contains("retry-after: 1"), "{}", answer.head);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_says_nothing_is_given_up() {
    let silent = get(async || {
        tokio::time::sleep(Duration::from_secs(60)).await;
    });
    let world = World::new().await;
    let api = serve(Router::new().route("/events", silent)).await;
    world.write_before(&api, "limits = { upstream_seconds = 1 }", PUBLIC);
    world.reload();
    assert_eq!(world.get("", "/events").await.status, 504);
}

/// G21
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_can_be_read_in_two_ways_is_502_and_nobody_tries_again() {
    let many: String = (0..101).map(|line| format!("X-{line}: 1\r\n")).collect();
    let chunked = "Transfer-Encoding: chunked\r\n";
    for (what, answer) in [
        ("it acts and closes", String::new()),
        ("half a head", "HTTP/1.1 200 OK\r\nX: ".to_owned()),
        (
            "two lengths",
            format!("HTTP/1.1 200 OK\r\n{chunked}Content-Length: 1\r\n\r\n1\r\na\r\n0\r\n\r\n"),
        ),
        (
            "a length twice",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na".to_owned(),
        ),
        (
            "another coding",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\na".to_owned(),
        ),
        (
            "two codings",
            format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n{chunked}\r\n0\r\n\r\n"),
        ),
        (
            "another protocol",
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
                .to_owned(),
        ),
        (
            "too many headers",
            format!("HTTP/1.1 200 OK\r\n{many}Content-Length: 0\r\n\r\n"),
        ),
    ] {
        let answered = answer_to_a_post(&answer).await;
        assert_eq!(answered.status, 502, "{what}: {answered:?}");
        assert!(!answered.head.contains("retry-after"), "{what}");
    }
    // the control
    for head in [chunked, "Content-Length: 0\r\n"] {
        let end = if head == chunked { "0\r\n\r\n" } else { "" };
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n{end}");
        assert_eq!(answer_to_a_post(&answer).await.status, 200);
    }
}

/// Asks an API that says this, and closes.
async fn answer_to_a_post(answer: &str) -> crate::world::Answer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(answer_once(listener, answer.to_owned()));
    let operation = "[[operation]]\nmatch = \"POST /act\"\npublic = \"anyone\"\n";
    let world = World::new().await;
    world.write_before(&api, "", operation);
    world.reload();
    world
        .send("", "POST /act", "Content-Length: 0\r\n", "")
        .await
}

/// Takes one request, answers it, and closes the connection.
async fn answer_once(listener: TcpListener, answer: String) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n") {
        seen.push(stream.read_u8().await.unwrap());
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    // not before it has read everything: a reset would lose the answer
    drop(stream.read_to_end(&mut seen).await);
}
