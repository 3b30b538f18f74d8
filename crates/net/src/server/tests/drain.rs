//! The orderly end of a server.

use super::*;

#[tokio::test]
async fn a_drain_lets_a_request_finish_and_accepts_no_more() {
    let running = serve().await;
    let stream = running.send(&get("/wait", "")).await;
    running.entered.notified().await;
    running.drain.start();
    running.drain.started().await;
    running.leave.notify_one();
    assert!(all(stream).await.starts_with("HTTP/1.1 200"));
    running.server.await.unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn a_drain_closes_idle_connections_at_once() {
    let running = serve().await;
    let mut stream = running.send(&get("/", "")).await;
    head(&mut stream).await;
    running.drain.start();
    assert_eq!(all(stream).await, "");
    running.server.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_drain_does_not_wait_for_the_rest_of_a_header() {
    let running = serve().await;
    let mut stream = running.send(&get("/", "")).await;
    head(&mut stream).await;
    stream.write_all(b"GET / HT").await.unwrap();
    let started = tokio::time::Instant::now();
    running.drain.start();
    running.server.await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn a_drain_cuts_what_is_open_after_the_grace_time() {
    let running = serve().await;
    let stream = running.send(&get("/never", "")).await;
    running.entered.notified().await;
    let started = tokio::time::Instant::now();
    running.drain.start();
    running.server.await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(10));
    assert_eq!(all(stream).await, "");
}
