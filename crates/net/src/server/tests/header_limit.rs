//! The size and the number of the header fields.

use super::*;

#[tokio::test]
async fn a_header_over_16_kib_is_answered_431() {
    // J18
    let running = serve().await;
    let just_right = format!("a: {}\r\nconnection: close\r\n", "x".repeat(15_000));
    assert!(
        running
            .ask(&get("/", &just_right))
            .await
            .starts_with("HTTP/1.1 200")
    );
    let too_large = format!("a: {}\r\n", "x".repeat(16 * 1024));
    assert!(
        running
            .ask(&get("/", &too_large))
            .await
            .starts_with("HTTP/1.1 431")
    );
}

#[tokio::test]
async fn more_than_64_headers_are_answered_431() {
    // D03
    let running = serve().await;
    let most = format!("connection: close\r\n{}", "a: b\r\n".repeat(62));
    assert!(
        running
            .ask(&get("/", &most))
            .await
            .starts_with("HTTP/1.1 200")
    );
    let more = "a: b\r\n".repeat(64);
    assert!(
        running
            .ask(&get("/", &more))
            .await
            .starts_with("HTTP/1.1 431")
    );
}

#[tokio::test]
async fn http2_counts_headers_too() {
    // D03
    let running = serve().await;
    let stream = TcpStream::connect(running.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(
        hyper_util::rt::TokioExecutor::new(),
        hyper_util::rt::TokioIo::new(stream),
    )
    .await
    .unwrap();
    tokio::spawn(connection);
    for (count, status) in [(64, 200), (65, 431)] {
        let mut request = Request::get("http://a/")
            .body(Full::<Bytes>::default())
            .unwrap();
        for _ in 0..count {
            request.headers_mut().append("a", "b".parse().unwrap());
        }
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(response.status(), status);
    }
}
