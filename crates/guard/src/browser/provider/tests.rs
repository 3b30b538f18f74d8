use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{Json, Router, routing::get};
use serde_json::json;

use super::*;

/// An issuer on loopback, and the number of times that its metadata was asked for.
async fn issuer() -> (String, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let (issuer, count) = (url.clone(), Arc::clone(&asked));
    let metadata = move || {
        count.fetch_add(1, Ordering::SeqCst);
        let metadata = json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
        });
        async { Json(metadata) }
    };
    let router = Router::new().route("/.well-known/oauth-authorization-server", get(metadata));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, asked)
}

#[tokio::test]
async fn people_who_sign_in_at_once_share_one_fetch_of_the_metadata() {
    let (url, asked) = issuer().await;
    let connection = IssuerConnection {
        loopback_http: true,
        ..IssuerConnection::default()
    };
    let provider = Arc::new(Provider::new(&url, &connection, "app", "secret").unwrap());
    let people = (0..50).map(|_| {
        let provider = Arc::clone(&provider);
        tokio::spawn(async move { provider.endpoints().await.is_some() })
    });
    for person in people.collect::<Vec<_>>() {
        assert!(person.await.unwrap());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
