use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;

/// Answers every connection with `answer`, then keeps it open.
async fn answering(answer: Vec<u8>) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(&answer).await;
            open.push(stream);
        }
    });
    Url::parse(&format!("http://127.0.0.1:{port}/jwks")).unwrap()
}

fn fetcher() -> Fetcher {
    Fetcher::new(FetchPolicy {
        allow_loopback_http: true,
        max_body: 1000,
        ..FetchPolicy::default()
    })
    .unwrap()
}

async fn fetch(answer: &str) -> Result<Fetched, FetchError> {
    fetcher().get(&answering(answer.into()).await).await
}

#[tokio::test]
async fn an_answer_is_fetched_with_its_freshness() {
    let fetched = fetch(
        "HTTP/1.1 200 OK\r\ncache-control: public, max-age=300\r\nage: 20\r\netag: \"v1\"\r\n\
         content-length: 2\r\n\r\n{}",
    )
    .await
    .unwrap();
    assert_eq!(fetched.status, 200);
    assert_eq!(&fetched.body[..], b"{}");
    assert_eq!(fetched.max_age, Some(Duration::from_secs(280)));
    assert_eq!(fetched.etag.as_deref(), Some("\"v1\""));
}

#[tokio::test]
async fn an_error_status_is_an_answer() {
    let fetched = fetch("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(fetched.status, 503);
    assert_eq!(fetched.max_age, None);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
        );
        assert!(
            matches!(fetch(&answer).await, Err(FetchError::Redirected(_))),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_body_over_the_cap_is_refused_announced_or_not() {
    let announced = "HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n";
    assert!(matches!(
        fetch(announced).await,
        Err(FetchError::TooLarge { .. })
    ));
    let chunk = format!("258\r\n{}\r\n", "x".repeat(600));
    let streamed = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunk}{chunk}");
    assert!(matches!(
        fetch(&streamed).await,
        Err(FetchError::TooLarge { .. })
    ));
    let exact = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{}",
        "x".repeat(1000)
    );
    assert_eq!(fetch(&exact).await.unwrap().body.len(), 1000);
}

#[tokio::test]
async fn a_compressed_body_is_refused() {
    // D05
    let answer = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}";
    assert!(matches!(fetch(answer).await, Err(FetchError::Encoded(_))));
}

#[tokio::test]
async fn a_huge_header_is_refused() {
    let answer = format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n", "x".repeat(20_000));
    assert!(matches!(
        fetch(&answer).await,
        Err(FetchError::Unreachable { .. })
    ));
}

#[tokio::test]
async fn a_broken_body_is_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab")
            .await
            .unwrap();
    });
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    assert!(matches!(
        fetcher().get(&url).await,
        Err(FetchError::Unreachable { .. })
    ));
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_ends_with_the_deadline() {
    // J22
    let slow = fetch("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab").await;
    assert!(matches!(slow, Err(FetchError::Timeout(_))));
}

#[tokio::test]
async fn loopback_is_refused_after_dns_in_production() {
    let production = Fetcher::new(FetchPolicy::default()).unwrap();
    let url = Url::parse("https://localhost:8443/jwks").unwrap();
    let error = production.get(&url).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`localhost:8443` is not fetched: its address is not public"
    );
}

#[tokio::test]
async fn of_the_answer_to_a_notice_only_the_status_is_read() {
    let notify = async |answer: &str| {
        let url = answering(answer.into()).await;
        fetcher().notify(&url, "logout_token=x".to_owned()).await
    };
    for (answer, status) in NOTICE_ANSWERS {
        assert_eq!(notify(answer).await.unwrap(), status, "{answer}");
    }
    let moved = "HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    assert!(matches!(
        notify(moved).await,
        Err(FetchError::Redirected(_))
    ));
}

#[tokio::test]
async fn other_rules_have_the_same_trust_and_limits_of_their_own() {
    let strict = fetcher().with_policy(FetchPolicy::default());
    let url = answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    let refused = strict.notify(&url, String::new()).await;
    assert!(matches!(refused, Err(FetchError::Forbidden { .. })));
    let usual = fetcher();
    let other = usual.with_policy(strict.policy());
    assert!(Arc::ptr_eq(&usual.tls, &other.tls));
    assert!(!Arc::ptr_eq(&usual.places, &other.places));
}

const NOTICE_ANSWERS: [(&str, u16); 5] = [
    ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200),
    ("HTTP/1.1 204 No\r\n\r\n", 204),
    (
        "HTTP/1.1 400 No\r\ncontent-length: 99999999\r\n\r\nbody",
        400,
    ),
    (
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nnever",
        200,
    ),
    (
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 9\r\n\r\n",
        200,
    ),
];
