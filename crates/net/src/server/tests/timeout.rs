//! Connections and bodies that take too long.

use super::*;

#[tokio::test(start_paused = true)]
async fn half_a_header_is_cut_after_ten_seconds() {
    // D02
    let running = serve().await;
    let started = tokio::time::Instant::now();
    let answer = running.ask("GET / HTTP/1.1\r\nhost: a\r\n").await;
    assert_eq!(answer, "");
    let waited = started.elapsed();
    assert!(
        waited >= Duration::from_secs(10) && waited < Duration::from_secs(12),
        "{waited:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_cut_after_ten_seconds() {
    // D02
    let running = serve().await;
    let started = tokio::time::Instant::now();
    assert_eq!(running.ask("").await, "");
    assert!(started.elapsed() < Duration::from_secs(12));
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_stays_for_a_minute() {
    // D02
    let running = serve().await;
    let mut stream = running.send(&get("/", "")).await;
    head(&mut stream).await;
    let idle = tokio::time::Instant::now();
    assert_eq!(all(stream).await, "");
    let waited = idle.elapsed();
    assert!(
        waited >= Duration::from_secs(60) && waited < Duration::from_secs(62),
        "{waited:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_long_request_is_not_idle() {
    let running = serve().await;
    let stream = running.send(&get("/wait", "connection: close\r\n")).await;
    running.entered.notified().await;
    advance(Duration::from_secs(600)).await;
    running.leave.notify_one();
    assert!(all(stream).await.starts_with("HTTP/1.1 200"));
}

/// D02
#[tokio::test(start_paused = true)]
async fn a_handshake_that_stalls_is_cut_after_five_seconds() {
    let directory = tempfile::tempdir().unwrap();
    let files = ["cert.pem", "key.pem"].map(|name| directory.path().join(name));
    let made = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
    std::fs::write(&files[0], made.cert.pem()).unwrap();
    std::fs::write(&files[1], made.signing_key.serialize_pem()).unwrap();
    let tls = crate::Tls::load(&files[0], &files[1]).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = service_fn(async |_: Request<RequestBody>| {
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let server = Server::new().listen(Listener::tls(listener, tls));
    tokio::spawn(server.serve(service, Drain::new()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    // the first bytes of a handshake, and no more
    stream.write_all(b"\x16\x03\x01\x02\x00").await.unwrap();
    let started = tokio::time::Instant::now();
    assert_eq!(all(stream).await, "");
    let waited = started.elapsed();
    assert!(
        waited >= Duration::from_secs(5) && waited < Duration::from_secs(7),
        "{waited:?}"
    );
}

/// D02
#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_reads_is_given_up_after_thirty_seconds() {
    let running = serve().await;
    let stream = running.send(&get("/large", "")).await;
    running.entered.notified().await;
    tokio::time::sleep(Duration::from_secs(35)).await;
    // what the system had taken until then, and no more
    let read = all(stream).await.len();
    assert!(read < 64 * 1024 * 1024, "{read}");
    // control: read at once, it comes whole
    let whole = running.ask(&get("/large", "connection: close\r\n")).await;
    assert!(whole.len() > 64 * 1024 * 1024, "{}", whole.len());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_is_given_up_after_ten_seconds() {
    // D02
    let running = serve().await;
    let started = tokio::time::Instant::now();
    let request =
        "POST /read HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 9\r\n\r\n1234";
    let answer = running.ask(request).await;
    assert!(answer.ends_with("arrives too slowly"), "{answer}");
    let waited = started.elapsed();
    assert!(
        waited >= Duration::from_secs(10) && waited < Duration::from_secs(12),
        "{waited:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_at_a_slow_but_steady_pace_is_read() {
    let running = serve().await;
    let head =
        "POST /read HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 20000\r\n\r\n";
    let mut stream = running.send(head).await;
    running.entered.notified().await;
    for _ in 0..20 {
        sleep(Duration::from_secs(1)).await;
        stream.write_all(&[b'x'; 1000]).await.unwrap();
    }
    assert!(all(stream).await.ends_with("20000 bytes"));
}
