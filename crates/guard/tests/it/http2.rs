//! HTTP/2 as no honest client speaks it: frames of our own, with headers as they stand.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use airside_guard::Configuration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

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
    let configuration = Configuration::read(&world.configuration_path(), &|_| None).unwrap();
    world.running.replace(configuration).unwrap();

    let kind = ("content-type", "text/plain");
    let large = [(":method", "POST"), (":path", "/upload"), kind];
    let declared = [large[0], large[1], kind, ("content-length", "1000")];
    let mut held = Vec::new();
    for headers in [&large[..], &declared[..]].into_iter().cycle().take(10) {
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
        held.push(stream);
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

/// Reads a frame, and tells its kind.
async fn read_frame(stream: &mut TcpStream) -> Option<u8> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut payload).await.ok()?;
    Some(match head[3] {
        // ours, answered
        PING if head[4] == 0 => 0xff,
        kind => kind,
    })
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

/// RFC 9113 §4.1
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [length[1], length[2], length[3], kind, flags];
    [&head[..], &stream.to_be_bytes(), payload].concat()
}

/// A header that is not indexed, with a new name, not compressed (RFC 7541 §6.2.2).
fn literal((name, value): (&str, &str)) -> Vec<u8> {
    let text = |text: &str| {
        let length = u8::try_from(text.len()).unwrap();
        assert!(length < 127);
        [&[length], text.as_bytes()].concat()
    };
    [vec![0], text(name), text(value)].concat()
}

async fn answer(stream: &mut TcpStream) -> String {
    loop {
        let mut head = [0; 9];
        if stream.read_exact(&mut head).await.is_err() {
            return "closed".to_owned();
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut payload).await.unwrap();
        match head[3] {
            HEADERS => return status(&payload),
            RST_STREAM => return "reset".to_owned(),
            GOAWAY => return "goaway".to_owned(),
            _ => {}
        }
    }
}

/// `:status` comes first: indexed, or with an indexed name (RFC 7541 §6.1, §6.2, appendix A).
fn status(block: &[u8]) -> String {
    match block {
        [0x88, ..] => "200".to_owned(),
        [0x8c, ..] => "400".to_owned(),
        [0x8d, ..] => "404".to_owned(),
        // in Huffman's code
        [0x48, 0x82, 0x6c, 0x01, ..] => "501".to_owned(),
        other => format!("{other:02x?}"),
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
