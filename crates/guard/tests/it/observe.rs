//! `mode = "observe"`: an answer decides nothing, whatever it is, and what it would have decided is noted.

use std::{io, sync::Arc};

use airside_net::Drain;
use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use http::{StatusCode, header::CONTENT_TYPE};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Mutex, mpsc},
};

use crate::world::{World, raw, serve};

const OPERATIONS: &str = r#"
[[operation]]
match = "GET /own/{name}"
any_token = true
owner = { response = "/owner", equals = "sub" }
"#;

/// More than a guard holds.
const LARGE: usize = 2 << 20;

type Pieces = mpsc::Receiver<io::Result<String>>;

/// A guard before an API whose answers are odd; `pieces` are its answer to `/own/slow`.
async fn before(mode: &str, pieces: Pieces) -> (World, Drain) {
    let keys = "operations_listen = \"127.0.0.1:0\"";
    let world = World::with(keys, OPERATIONS).await;
    let drain = Drain::new();
    let router = Router::new()
        .route("/own/{name}", get(answer))
        .with_state(Arc::new(Mutex::new(Some(pieces))))
        .route("/own/socket", any(async || StatusCode::UPGRADE_REQUIRED));
    let api = serve(router, &drain).await;
    let keys = format!("mode = \"{mode}\"\nlimits = {{ upstream_seconds = 1 }}\n{keys}");
    world.write_before(&api, &keys, OPERATIONS);
    world.reload();
    (world, drain)
}

async fn answer(
    State(pieces): State<Arc<Mutex<Option<Pieces>>>>,
    Path(name): Path<String>,
) -> Response {
    let json = |body: String| ([(CONTENT_TYPE, "application/json")], body).into_response();
    match name.as_str() {
        "large" => json(large()),
        "other" => json(r#"{"owner":"bob"}"#.to_owned()),
        "text" => "alice".into_response(),
        "failed" => (StatusCode::INTERNAL_SERVER_ERROR, "oh").into_response(),
        "slow" => {
            let mut pieces = pieces.lock().await.take().unwrap();
            let stream = futures_util::stream::poll_fn(move |context| pieces.poll_recv(context));
            let kind = [(CONTENT_TYPE, "application/json")];
            (kind, Body::from_stream(stream)).into_response()
        }
        _ => json(r#"{"owner":"alice"}"#.to_owned()),
    }
}

fn large() -> String {
    format!(r#"{{"owner":"alice","x":"{}"}}"#, "y".repeat(LARGE))
}

async fn noted(world: &World) -> Vec<String> {
    let request = b"GET /observed HTTP/1.1\r\nHost: guard\r\nConnection: close\r\n\r\n";
    let report = raw(world.operations.unwrap(), request).await.json();
    let lines = report.as_array().unwrap().iter();
    let lines = lines.map(|line| format!("{} {}", line["requests"], line["reason"]));
    lines.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_decides_in_enforce_and_is_noted_in_observe() {
    let large = large();
    for (name, enforced, observed, body) in [
        ("large", 502, 200, large.as_str()),
        ("other", 404, 200, r#"{"owner":"bob"}"#),
        ("text", 502, 200, "alice"),
        ("failed", 502, 500, "oh"),
        ("missing-by-rule", 200, 200, r#"{"owner":"alice"}"#),
    ] {
        for (mode, status) in [("enforce", enforced), ("observe", observed)] {
            let (world, _drain) = before(mode, mpsc::channel(1).1).await;
            let alice = world.token("alice", "");
            let answer = world.get(&alice, &format!("/own/{name}")).await;
            assert_eq!(answer.status, status, "{mode} {name}");
            if mode == "observe" {
                assert!(answer.body == body, "{name}: {}", answer.body.len());
                assert_eq!(noted(&world).await.len(), usize::from(enforced != 200));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_answer_is_passed_on_in_observe_from_its_beginning_to_its_end() {
    for end in ["whole", "broken"] {
        let (sender, pieces) = mpsc::channel(8);
        let (world, _drain) = before("observe", pieces).await;
        let alice = world.token("alice", "");
        let mut client = TcpStream::connect(world.guard).await.unwrap();
        let request = format!(
            "GET /own/slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {alice}\r\n\r\n"
        );
        client.write_all(request.as_bytes()).await.unwrap();
        sender.send(Ok("first".to_owned())).await.unwrap();
        let mut seen = Vec::new();
        while !String::from_utf8_lossy(&seen).contains("first") {
            assert!(client.read_buf(&mut seen).await.unwrap() > 0, "{seen:?}");
        }
        // the guard holds no longer
        sender.send(Ok("second".to_owned())).await.unwrap();
        if end == "broken" {
            let error = io::Error::other("the end");
            sender.send(Err(error)).await.unwrap();
        }
        drop(sender);
        client.read_to_end(&mut seen).await.unwrap();
        let seen = String::from_utf8(seen).unwrap();
        assert!(seen.starts_with("HTTP/1.1 200"), "{seen}");
        let is_whole = seen.ends_with("second\r\n0\r\n\r\n");
        assert_eq!(is_whole, end == "whole", "{seen}");
        let reason = "the upstream did not answer in time";
        assert_eq!(noted(&world).await, [format!("1 \"{reason}\"")]);
    }
}

/// An API that breaks off in the middle of its answer.
async fn breaking_off() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n";
            let answer = format!("{head}\r\nfirst");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    url
}

/// It is passed on as it is, and not as if it were whole.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_does_so_for_the_caller_too() {
    let api = breaking_off().await;
    for (mode, status) in [("enforce", 502), ("observe", 200)] {
        let world = World::with("operations_listen = \"127.0.0.1:0\"", OPERATIONS).await;
        world.write_before(&api, &format!("mode = \"{mode}\""), OPERATIONS);
        let configuration = world.read().unwrap();
        world.running.replace(configuration).unwrap();
        let answer = world.get(&world.token("alice", ""), "/own/1").await;
        assert_eq!(answer.status, status, "{mode} {answer:?}");
        if mode == "observe" {
            assert!(answer.head.contains("content-length: 99"), "{answer:?}");
            assert_eq!(answer.body, "first");
            let reason = "the upstream's answer cannot be passed on: it did not arrive whole";
            assert_eq!(noted(&world).await, [format!("1 \"{reason}\"")]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_whose_answer_a_rule_looks_at_is_noted_in_observe() {
    for (mode, status) in [("enforce", 502), ("observe", 426)] {
        let (world, _drain) = before(mode, mpsc::channel(1).1).await;
        let alice = world.token("alice", "");
        let request = format!(
            "GET /own/socket HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Authorization: Bearer {alice}\r\n\r\n"
        );
        let answer = raw(world.guard, request.as_bytes()).await;
        assert_eq!(answer.status, status, "{mode} {answer:?}");
        assert_eq!(noted(&world).await.len(), usize::from(mode == "observe"));
    }
}
