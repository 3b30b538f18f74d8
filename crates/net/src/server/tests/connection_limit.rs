//! Connections beyond the limit wait, and load balancers say whose they are.

use super::*;

/// D02
#[tokio::test]
async fn beyond_the_most_connections_whoever_comes_waits_until_one_goes() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let running = serve_within(limits, |listener| listener).await;
    let first = running.send(&get("/never", "")).await;
    running.entered.notified().await;
    let second = running.send(&get("/never", "")).await;
    running.entered.notified().await;
    let mut third = running.send(&get("/", "")).await;
    let waits = timeout(Duration::from_millis(200), third.read_u8()).await;
    assert!(waits.is_err(), "it was served beside the two");
    drop(first);
    assert!(head(&mut third).await.ends_with("tls=false"));
    drop(second);
}

#[tokio::test]
async fn a_load_balancer_says_whose_connection_it_is_and_nobody_else_may() {
    let request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let header = "PROXY TCP4 192.0.2.1 192.0.2.9 56324 443\r\n";
    let answer = async |trusted: &str, bytes: String| {
        let balancers = TrustedProxies::parse(&[trusted.to_owned()]).unwrap();
        let running = serve_on(|listener| listener.behind(balancers)).await;
        let mut stream = running.send(&bytes).await;
        let mut text = String::new();
        let _ = stream.read_to_string(&mut text).await;
        text
    };
    let named = answer("127.0.0.1", format!("{header}{request}")).await;
    assert!(named.ends_with("192.0.2.1 tls=false"), "{named}");
    assert_eq!(answer("127.0.0.1", request.to_owned()).await, "");
    assert_eq!(answer("192.0.2.9", format!("{header}{request}")).await, "");
}
