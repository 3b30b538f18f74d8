//! Requests whose body no service reads, and what their clients hear of the answer.

mod curl;

use std::process::Command;

use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};

use super::{
    flood::{
        DATA, END_HEADERS, END_STREAM, HEADERS, PING, RESET, SETTINGS, frame, next_frame, opening,
    },
    stall::Pieces,
    *,
};

const VERSIONS: [&str; 2] = ["--http1.1", "--http2-prior-knowledge"];

/// RFC9112-9.6: a client that writes all before it reads hears the answer.
#[tokio::test]
async fn over_http1_a_small_body_leaves_the_connection_open_and_a_large_one_ends_it() {
    let running = serve().await;
    for (size, closes) in [(0, false), (64 * 1024, false), (2_000_000, true)] {
        let head = format!("POST /401 HTTP/1.1\r\nhost: a\r\ncontent-length: {size}\r\n\r\n");
        let bytes = [head.into_bytes(), vec![b'x'; size]].concat();
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
        let next = get("/", "connection: close\r\n");
        let _ = stream.write_all(next.as_bytes()).await;
        let answers = all(stream).await;
        assert!(answers.starts_with("HTTP/1.1 401"), "{answers}");
        assert_eq!(
            answers.contains("HTTP/1.1 200"),
            !closes,
            "{size}: {answers}"
        );
        let last = answers.matches("connection: close").count();
        assert_eq!(last, 1, "{answers}");
    }
}

/// Input that cannot be parsed is answered as well, however much more is in flight.
#[tokio::test]
async fn the_answer_to_a_header_that_is_too_large_is_not_lost() {
    let running = serve().await;
    for _ in 0..20 {
        let lines = format!("a: {}\r\n", "x".repeat(2_000_000));
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        let request = get("/", &lines);
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
}

/// RFC9110-10.1.1: a client that asks whether it may send is answered, and sends nothing.
#[tokio::test]
async fn a_client_that_waits_to_be_asked_is_answered_at_once() {
    let running = serve().await;
    let request = |path: &str| {
        let length = "expect: 100-continue\r\ncontent-length: 9\r\n";
        format!("POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{length}\r\n")
    };
    let mut stream = running.send(&request("/401")).await;
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 401");
    // control: a service that reads it asks for it
    let mut stream = running.send(&request("/read")).await;
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 100");
    stream.write_all(b"123456789").await.unwrap();
    assert!(all(stream).await.ends_with("9 bytes"));
}

/// D02: a body that does not come holds its answer for as long as any body may take, and no longer.
#[tokio::test(start_paused = true)]
async fn a_small_body_that_does_not_arrive_is_answered_after_ten_seconds() {
    let running = serve().await;
    let begun = "POST /401 HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n1234";
    let started = tokio::time::Instant::now();
    let answer = running.ask(begun).await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    let waited = started.elapsed();
    assert!(
        waited >= Duration::from_secs(10) && waited < Duration::from_secs(11),
        "{waited:?}"
    );
    // one byte a second has the same time
    let begun = "POST /401 HTTP/1.1\r\nhost: a\r\ncontent-length: 999\r\n\r\n";
    let mut stream = running.send(begun).await;
    let started = tokio::time::Instant::now();
    let mut answer = vec![0; 12];
    while timeout(Duration::from_secs(1), stream.readable())
        .await
        .is_err()
    {
        stream.write_all(b"x").await.unwrap();
    }
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 401");
    assert!(started.elapsed() < Duration::from_secs(12));
    // control: a large one is answered at once
    let begun = "POST /413 HTTP/1.1\r\nhost: a\r\ncontent-length: 999999\r\n\r\n1234";
    let mut stream = running.send(begun).await;
    let started = tokio::time::Instant::now();
    stream.read_exact(&mut answer).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(1));
}

/// D02: a connection that is drained makes room, as any other that only waits.
#[tokio::test(start_paused = true)]
async fn a_connection_that_is_drained_makes_room() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let running = serve_within(limits, |listener| listener).await;
    let begun = "POST /413 HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999\r\n\r\n1234";
    let mut drained = running.send(begun).await;
    let mut answer = vec![0; 12];
    drained.read_exact(&mut answer).await.unwrap();
    let started = tokio::time::Instant::now();
    let next = running.ask(&get("/", "connection: close\r\n")).await;
    assert!(next.starts_with("HTTP/1.1 200"), "{next}");
    assert!(started.elapsed() < Duration::from_millis(1_500));
}

/// RFC9113-8.1: the stream of an answer ends after that of its request.
#[tokio::test]
async fn over_http2_the_answer_to_a_small_body_waits_for_its_end_and_a_large_one_is_drained() {
    let running = serve().await;
    let post = frame(HEADERS, END_HEADERS, 1, b"\x83\x86\x04\x04/401\x41\x01a");
    let piece = frame(DATA, 0, 1, &[0; 16 * 1024]);
    let [end, ping] = [frame(DATA, END_STREAM, 1, &[]), frame(PING, 0, 0, &[7; 8])];
    for (pieces, comes_first) in [(0, false), (3, false), (6, true)] {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        let begun = [opening(), post.clone()].concat();
        stream.write_all(&begun).await.unwrap();
        running.entered.notified().await;
        // its settings open larger windows
        assert_eq!(next_frame(&mut stream).await.unwrap().0, SETTINGS);
        let acknowledged = frame(SETTINGS, ACK, 0, &[]);
        let body = [acknowledged, piece.repeat(pieces), ping.clone()].concat();
        stream.write_all(&body).await.unwrap();
        let kinds = until_pong(&mut stream).await;
        assert!(!kinds.contains(&HEADERS) || comes_first, "{kinds:?}");
        stream
            .write_all(&[end.clone(), ping.clone()].concat())
            .await
            .unwrap();
        let mut more = kinds;
        while !more.contains(&HEADERS) {
            more.push(next_frame(&mut stream).await.unwrap().0);
        }
        assert!(!more.contains(&RESET), "{more:?}");
    }
}

const ACK: u8 = 1;

/// The kinds of frames that come before the answer to a ping.
async fn until_pong(stream: &mut TcpStream) -> Vec<u8> {
    let mut kinds = Vec::new();
    loop {
        match next_frame(stream).await.unwrap() {
            (PING, payload) if payload == [7; 8] => return kinds,
            (kind, _) => kinds.push(kind),
        }
    }
}

/// An answer may be a part of a conversation: a body of unknown length does not delay it.
#[tokio::test]
async fn a_service_that_answers_while_it_reads_is_not_held() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let echo = service_fn(async |request: Request<RequestBody>| {
        Ok::<_, Infallible>(Response::new(request.into_body()))
    });
    let server = Server::new().listen(Listener::tcp(listener));
    tokio::spawn(server.serve(echo, Drain::new()));
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let (say, said) = tokio::sync::mpsc::channel(1);
    let request = Request::post("http://a/").body(Pieces(said)).unwrap();
    let mut answer = sender.send_request(request).await.unwrap().into_body();
    for word in ["one", "two"] {
        say.send(Bytes::from(word)).await.unwrap();
        let heard = answer.frame().await.unwrap().unwrap();
        assert_eq!(heard.into_data().unwrap(), word);
    }
    drop(say);
    assert!(answer.collect().await.unwrap().to_bytes().is_empty());
    // a body of a known size that the service has not read either: it reads what was read ahead
    let head = "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 5\r\n\r\n";
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(b"hello").await.unwrap();
    let answer = all(stream).await;
    assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
}
