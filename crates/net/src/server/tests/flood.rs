//! HTTP/2 frames that cost the sender nothing (RFC 9113 §10.5), written by hand.

use super::*;

#[tokio::test]
async fn streams_that_are_opened_and_reset_at_once_end_the_connection() {
    // D01: CVE-2023-44487
    let running = serve().await;
    let flood = (0..10_000_u32).flat_map(|number| {
        let stream = 2 * number + 1;
        let reset = frame(RESET, 0, stream, &CANCEL);
        [frame(HEADERS, END_HEADERS | END_STREAM, stream, GET), reset].concat()
    });
    let flood = [opening(), flood.collect()].concat();
    assert_eq!(reason(&running, flood).await, Some(ENHANCE_YOUR_CALM));
    assert_serves(&running).await;
}

#[tokio::test]
async fn a_header_that_goes_on_for_ever_ends_the_connection() {
    // D01: RUSTSEC-2024-0332
    let running = serve().await;
    let mut flood = [opening(), frame(HEADERS, END_STREAM, 1, GET)].concat();
    // a literal header without a name in the table, again and again
    let lines = [0, 1, b'a', 1, b'b'].repeat(200);
    for _ in 0..10_000 {
        flood.extend(frame(CONTINUATION, 0, 1, &lines));
    }
    assert_eq!(reason(&running, flood).await, Some(ENHANCE_YOUR_CALM));
    assert_serves(&running).await;
}

#[tokio::test]
async fn frames_that_say_nothing_keep_nobody_else_waiting() {
    // D01: CVE-2019-9512, CVE-2019-9515, CVE-2019-9518
    let running = serve().await;
    let post = frame(HEADERS, END_HEADERS, 1, POST);
    for nothing in [
        frame(PING, 0, 0, &[0; 8]),
        frame(SETTINGS, 0, 0, &[]),
        frame(DATA, 0, 1, &[]),
    ] {
        let bytes = [opening(), post.clone(), nothing.repeat(50_000)].concat();
        let stream = TcpStream::connect(running.address).await.unwrap();
        let (_unread, mut to) = stream.into_split();
        // nothing that the server answers is read: it takes no more, or ends the connection
        let flood = tokio::spawn(async move { to.write_all(&bytes).await });
        assert_serves(&running).await;
        flood.abort();
    }
}

#[tokio::test]
async fn frames_that_want_an_answer_without_end_end_the_connection() {
    // D01: CVE-2019-9512, CVE-2019-9515
    let running = serve().await;
    for wanting in [frame(PING, 0, 0, &[0; 8]), frame(SETTINGS, 0, 0, &[])] {
        let flood = [opening(), wanting.repeat(50_000)].concat();
        // long before a connection without a request would be closed
        let ended = timeout(Duration::from_secs(5), reason(&running, flood)).await;
        assert!(ended.is_ok());
        assert_serves(&running).await;
    }
}

#[tokio::test]
async fn a_sign_of_life_with_each_answer_ends_nothing() {
    let running = serve().await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(&opening()).await.unwrap();
    for number in 0..2_000 {
        let request = frame(HEADERS, END_HEADERS | END_STREAM, 2 * number + 1, GET);
        let both = [frame(PING, 0, 0, &[0; 8]), request].concat();
        stream.write_all(&both).await.unwrap();
        let mut missing = vec![PING, HEADERS, DATA];
        while !missing.is_empty() {
            let (kind, _) = next_frame(&mut stream).await.expect("an answer");
            missing.retain(|wanted| *wanted != kind);
        }
    }
}

/// An honest request, by HTTP/1.1 and by the frames above.
async fn assert_serves(running: &Running) {
    let answer = running.ask(&get("/", "connection: close\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let request = frame(HEADERS, END_HEADERS | END_STREAM, 1, GET);
    stream
        .write_all(&[opening(), request].concat())
        .await
        .unwrap();
    loop {
        let (kind, payload) = next_frame(&mut stream).await.expect("an answer");
        assert_ne!(kind, GOAWAY);
        if kind == HEADERS {
            // `:status: 200` in HPACK's static table
            assert_eq!(payload.first(), Some(&0x88));
            return;
        }
    }
}

/// Sends everything, reads to the end, and returns why the server said goodbye.
async fn reason(running: &Running, bytes: Vec<u8>) -> Option<u32> {
    let stream = TcpStream::connect(running.address).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    // the server closes before it has read everything
    let sending = tokio::spawn(async move { (to.write_all(&bytes).await, to).1 });
    let mut reason = None;
    while let Some((kind, payload)) = next_frame(&mut from).await {
        if kind == GOAWAY {
            let code = payload.get(4..8).unwrap().try_into().unwrap();
            reason = Some(u32::from_be_bytes(code));
        }
    }
    drop(sending.await);
    reason
}

/// A frame's type and payload; none at the end.
pub(super) async fn next_frame(
    from: &mut (impl tokio::io::AsyncRead + Unpin),
) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    from.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    from.read_exact(&mut payload).await.ok()?;
    Some((head[3], payload))
}

pub(super) fn opening() -> Vec<u8> {
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    [&preface[..], &frame(SETTINGS, 0, 0, &[])].concat()
}

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [length[1], length[2], length[3], kind, flags];
    [&head[..], &stream.to_be_bytes(), payload].concat()
}

/// `GET http://a/` in HPACK.
pub(super) const GET: &[u8] = &[0x82, 0x86, 0x84, 0x41, 1, b'a'];
/// `POST http://a/never`.
const POST: &[u8] = b"\x83\x86\x04\x06/never\x41\x01a";

/// `GET http://a/large`.
pub(super) const LARGE: &[u8] = b"\x82\x86\x04\x06/large\x41\x01a";

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RESET: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;

pub(super) const CANCEL: [u8; 4] = [0, 0, 0, 8];
const ENHANCE_YOUR_CALM: u32 = 11;
