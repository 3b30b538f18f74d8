//! HTTP/2 as no honest client speaks it: frames of our own, with headers as they stand.

mod frame;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use self::frame::*;
use crate::world::{OPERATIONS, World};

type Headers<'a> = Vec<(&'a str, &'a str)>;

/// A good request, in which `changed` replaces headers of the same name and is added otherwise.
fn request<'a>(changed: &[(&'a str, &'a str)]) -> Headers<'a> {
    let mut all = vec![
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "api.example.com"),
        (":path", "/health"),
    ];
    for (name, value) in changed {
        match all.iter_mut().find(|(own, _)| own == name) {
            Some(own) => own.1 = value,
            None => all.push((name, value)),
        }
    }
    all
}

fn without(name: &str) -> Headers<'static> {
    let all = request(&[]).into_iter();
    all.filter(|(own, _)| *own != name).collect()
}

fn followed_by<'a>(more: &[(&'a str, &'a str)]) -> Headers<'a> {
    [request(&[]), more.to_vec()].concat()
}

/// G19, G09, G11
#[tokio::test(flavor = "multi_thread")]
async fn malformed_pseudo_headers_reach_nobody_and_stop_nothing() {
    let world = World::new().await;
    let malformed = [
        request(&[(":path", "health")]),
        request(&[(":path", "")]),
        request(&[(":path", "*")]),
        request(&[(":path", "//health")]),
        request(&[(":path", "/health/../echo")]),
        request(&[(":path", "/hea lth")]),
        request(&[(":path", "/health\0")]),
        request(&[(":path", "/health HTTP/1.1\r\nx: y")]),
        request(&[(":path", "http://other/health")]),
        request(&[(":path", "/health#x")]),
        request(&[(":path", "/health#/../echo")]),
        request(&[(":path", "/health?x#y")]),
        request(&[(":method", "GET /echo HTTP/1.1")]),
        request(&[(":method", "get")]),
        request(&[(":method", "")]),
        request(&[(":authority", "a@b")]),
        request(&[(":authority", "a/b")]),
        request(&[(":authority", "")]),
        request(&[(":authority", "a:99999")]),
        request(&[(":authority", "a,b")]),
        request(&[(":authority", "a:")]),
        request(&[(":authority", "a:0")]),
        request(&[(":authority", "[::1")]),
        request(&[(":authority", "a..b")]),
        request(&[("host", "other.example.com")]),
        without(":method"),
        without(":scheme"),
        without(":path"),
        without(":authority"),
        followed_by(&[(":path", "/echo")]),
        followed_by(&[("accept", "*/*"), (":path", "/echo")]),
        followed_by(&[(":status", "200")]),
        followed_by(&[(":admin", "1")]),
        followed_by(&[("X-Upper", "1")]),
        followed_by(&[("connection", "close")]),
        followed_by(&[("transfer-encoding", "chunked")]),
        followed_by(&[("te", "gzip")]),
        followed_by(&[("x-a", "b\r\nx-c: d")]),
        followed_by(&[("x a", "b")]),
        followed_by(&[("", "b")]),
        followed_by(&[("content-length", "5")]),
    ];
    for headers in malformed {
        let answer = ask(world.guard, &headers).await;
        let refused = ["400", "501", "reset", "goaway"].contains(&answer.as_str());
        assert!(refused, "{headers:?}: {answer}");
        assert_eq!(world.reached(), 0, "{headers:?}");
        // the control
        assert_eq!(ask(world.guard, &request(&[])).await, "200");
        assert_eq!(world.reached(), 1);
    }
}

/// G19: the guard leaves how long a call may take to the API.
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_grpc_timeout_stops_nothing() {
    let world = World::new().await;
    for value in [
        "1S",
        "",
        "S",
        "-1S",
        "1",
        "99999999999999999999H",
        "1S, 2S",
        "1\u{e9}",
    ] {
        let headers = [
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            ("grpc-timeout", value),
        ];
        assert_eq!(ask(world.guard, &request(&headers)).await, "200", "{value}");
    }
    assert_eq!(world.reached(), 8);
}

/// D14
#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_do_not_arrive_hold_no_connection_to_the_api() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(answer_all(stream));
        }
    });
    let upload = "[[operation]]\nmatch = \"POST /upload\"\npublic = \"anyone\"\n";
    let world = World::with("", &format!("{OPERATIONS}{upload}")).await;
    world.write_before(&api, "", &format!("{OPERATIONS}{upload}"));
    world.reload();

    let kind = ("content-type", "text/plain");
    let large = [(":method", "POST"), (":path", "/upload"), kind];
    let declared = [large[0], large[1], kind, ("content-length", "1000")];
    let mut held = Vec::new();
    for headers in [&large[..], &declared[..]].into_iter().cycle().take(10) {
        held.push(unfinished(&world, headers).await);
    }
    assert_eq!(ask(world.guard, &request(&[])).await, "200");
    assert_eq!(
        connections.load(Ordering::SeqCst),
        1,
        "for that one request"
    );
    // the control: one of them ends, and is answered
    let stream = held.last_mut().unwrap();
    let data = frame(DATA, END_STREAM, 1, &[b'x'; 1000]);
    stream.write_all(&data).await.unwrap();
    assert_eq!(answer(stream).await, "200");
}

/// Opens a connection with a hundred requests whose bodies do not arrive.
async fn unfinished(world: &World, headers: &[(&str, &str)]) -> TcpStream {
    let mut stream = TcpStream::connect(world.guard).await.unwrap();
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[]));
    let block: Vec<_> = request(headers)
        .iter()
        .flat_map(|one| literal(*one))
        .collect();
    for number in 0..100 {
        bytes.extend(frame(HEADERS, END_HEADERS, 2 * number + 1, &block));
    }
    // the answer to a PING tells that all before it was read
    bytes.extend(frame(PING, 0, 0, &[7; 8]));
    stream.write_all(&bytes).await.unwrap();
    while read_frame(&mut stream).await != Some(PING) {}
    stream
}

/// An API that answers every request as soon as its header is there.
async fn answer_all(mut stream: TcpStream) {
    let mut seen = Vec::new();
    while let Ok(byte) = stream.read_u8().await {
        seen.push(byte);
        if seen.ends_with(b"\r\n\r\n") {
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(answer).await.unwrap();
        }
    }
}

/// Sends one request on a connection of its own: its status, or how it was refused without.
async fn ask(address: SocketAddr, headers: &[(&str, &str)]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[]));
    let block: Vec<_> = headers.iter().flat_map(|one| literal(*one)).collect();
    bytes.extend(frame(HEADERS, END_STREAM | END_HEADERS, 1, &block));
    stream.write_all(&bytes).await.unwrap();
    let answer = timeout(Duration::from_secs(20), answer(&mut stream));
    answer.await.unwrap()
}
