//! A feed that comes in pages.

use std::{future::IntoFuture as _, sync::Arc};

use airside_resource::{Feed, Revocations};
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};

use super::options;

/// An issuer that answers with the pages that it is handed, one a question.
async fn paged() -> (Feed, mpsc::UnboundedSender<Value>) {
    let (hand, pages) = mpsc::unbounded_channel::<Value>();
    let pages = Arc::new(Mutex::new(pages));
    let next = axum::routing::post(async move || {
        let page = pages.lock().await.recv().await;
        page.unwrap_or_default().to_string()
    });
    let router = axum::Router::new().route("/revocations", next);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/revocations", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    let options = options(&endpoint, "secret");
    let feed = Feed::new(options, Revocations::new()).unwrap();
    let following = feed.clone();
    tokio::spawn(async move { following.follow().await });
    (feed, hand)
}

/// A page with one revocation.
fn page(position: i64, more: &Value) -> Value {
    let revocations = json!([{ "jti": position.to_string(), "at": 1, "until": i64::MAX / 2 }]);
    let mut page = json!({ "epoch": 1, "reset": position == 1, "position": position, "revocations": revocations });
    if !more.is_null() {
        page["more"] = more.clone();
    }
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_connected_when_the_whole_snapshot_was_heard() {
    let (feed, hand) = paged().await;
    for position in [1, 2] {
        hand.send(page(position, &json!(true))).unwrap();
        feed.wait_for_position(position).await;
        assert!(!feed.is_connected(), "{position}");
    }
    hand.send(page(3, &json!(false))).unwrap();
    feed.wait_until_connected().await;
    // from then on several pages are not a loss
    hand.send(page(4, &json!(true))).unwrap();
    feed.wait_for_position(4).await;
    assert!(feed.is_connected());
    // a new beginning is
    hand.send(page(1, &json!(true))).unwrap();
    feed.wait_until_lost().await;
    hand.send(page(5, &json!(false))).unwrap();
    feed.wait_until_connected().await;
    // and so is an answer that nobody understands
    hand.send(json!({})).unwrap();
    feed.wait_until_lost().await;
    hand.send(page(6, &json!(true))).unwrap();
    feed.wait_for_position(6).await;
    assert!(!feed.is_connected());
    hand.send(page(7, &json!(false))).unwrap();
    feed.wait_until_connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_issuer_that_does_not_say_more_an_empty_page_is_the_last() {
    let (feed, hand) = paged().await;
    hand.send(page(1, &Value::Null)).unwrap();
    feed.wait_for_position(1).await;
    assert!(!feed.is_connected());
    hand.send(json!({ "epoch": 1, "position": 1, "revocations": [] }))
        .unwrap();
    feed.wait_until_connected().await;
}
