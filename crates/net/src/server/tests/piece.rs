//! Bodies in many small pieces.

use super::{
    flood::{DATA, END_HEADERS, GOAWAY, HEADERS, frame, next_frame, opening},
    *,
};

const HEAD: &str =
    "POST /read HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
const ENHANCE_YOUR_CALM: [u8; 4] = [0, 0, 0, 11];
/// `POST http://a/read`.
const POST: &[u8] = b"\x83\x86\x04\x05/read\x41\x01a";

/// D15
#[tokio::test]
async fn a_body_in_one_byte_chunks_is_answered_408() {
    let running = serve().await;
    let stream = running.send(HEAD).await;
    let (from, mut to) = stream.into_split();
    // the server closes before it has read everything
    let sending =
        tokio::spawn(async move { (to.write_all(&b"1\r\nx\r\n".repeat(200_000)).await, to).1 });
    let answer = all_of(from).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    drop(sending.await);
    // controls: a few small ones, and the same many bytes in large ones
    for chunks in [
        "1\r\nx\r\n".repeat(500),
        format!("8000\r\n{}\r\n", "x".repeat(32_768)).repeat(6),
    ] {
        let answer = running.ask(&format!("{HEAD}{chunks}0\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_in_one_byte_chunks_at_a_slow_pace_is_read() {
    let running = serve().await;
    let mut stream = running.send(HEAD).await;
    // not below the 500 bytes a second that any body has to make
    for _ in 0..100 {
        sleep(Duration::from_secs(1)).await;
        stream
            .write_all("1\r\nx\r\n".repeat(700).as_bytes())
            .await
            .unwrap();
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    assert!(all(stream).await.ends_with("70000 bytes"));
}

/// D15
#[tokio::test]
async fn small_data_frames_end_the_connection_with_enhance_your_calm() {
    let running = serve().await;
    for piece in [frame(DATA, 0, 1, b"x"), frame(DATA, 0, 1, b"")] {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        let post = frame(HEADERS, END_HEADERS, 1, POST);
        stream.write_all(&[opening(), post].concat()).await.unwrap();
        running.entered.notified().await;
        let (mut from, mut to) = stream.into_split();
        let sending =
            tokio::spawn(async move { (to.write_all(&piece.repeat(50_000)).await, to).1 });
        let mut reasons = Vec::new();
        while let Some((kind, payload)) = next_frame(&mut from).await {
            if kind == GOAWAY {
                reasons.push(payload[4..8].to_vec());
            }
        }
        assert_eq!(reasons, [ENHANCE_YOUR_CALM]);
        drop(sending.await);
    }
    let answer = running.ask(&get("/", "connection: close\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// A client of small messages, as gRPC sends them.
#[tokio::test]
async fn many_requests_with_small_bodies_on_one_connection_are_served() {
    let running = serve().await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(&opening()).await.unwrap();
    for number in 0..1_500 {
        let stream_id = 2 * number + 1;
        let post = frame(HEADERS, END_HEADERS, stream_id, POST);
        let body = [
            frame(DATA, 0, stream_id, b"x"),
            frame(DATA, 1, stream_id, b""),
        ]
        .concat();
        stream.write_all(&[post, body].concat()).await.unwrap();
        loop {
            match next_frame(&mut stream).await.expect("an answer") {
                (DATA, _) => break,
                (kind, _) => assert_ne!(kind, GOAWAY),
            }
        }
    }
}

async fn all_of(mut from: tokio::net::tcp::OwnedReadHalf) -> String {
    let mut answer = Vec::new();
    let _ = from.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}
