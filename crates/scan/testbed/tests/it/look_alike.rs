//! Tests of what looks like a hole of searches, lists and roles and is none.

use serde_json::json;

use crate::stage::Stage;

#[tokio::test]
async fn posts_are_for_everybody_also_behind_the_first_page() {
    let stage = Stage::secure().await;
    let post = stage.post("alice").await;
    for _ in 0..2 {
        stage.post("carol").await;
    }
    let reply = json!({ "text": "reply-of-alice" });
    let replies = format!("/posts/{post}/replies");
    stage.call("alice", &format!("POST {replies}"), reply).await;

    let first = stage.get("bob", "/posts").await;
    assert!(!first.has("headline-of-alice"), "{}", first.body);
    assert!(
        stage
            .get("bob", "/posts?page=2")
            .await
            .has("headline-of-alice")
    );
    assert!(stage.get("bob", &replies).await.has("reply-of-alice"));
}

#[tokio::test]
async fn a_search_finds_what_is_ones_own_and_some_of_ops_is_for_everybody() {
    let stage = Stage::secure().await;
    stage.note("bob").await;
    assert!(
        stage
            .get("bob", "/search?q=note-of")
            .await
            .has("note-of-bob")
    );
    assert!(stage.get("bob", "/ops/notices").await.has("Parcels"));
    stage.order("alice").await;
    assert!(stage.get("sam", "/ops/queue").await.has("quay-of-alice"));
}
