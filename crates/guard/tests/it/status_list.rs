//! Revocations that the guard reads in the issuer's status lists.

use serde_json::json;

use crate::world::{OPERATIONS, World, raw};

/// A token of Alice whose place is in this list.
fn token(world: &World, list: &str, idx: u64) -> String {
    let uri = format!("{}/status/{list}", world.issuer);
    let status = json!({ "status": { "status_list": { "idx": idx, "uri": uri } } });
    world.token_with("alice", "read", &status)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_the_status_list_names_reaches_nothing() {
    let world = World::with("[status_list]", OPERATIONS).await;
    world.publish_status_list("0", &[7]);
    let (dead, alive) = (token(&world, "0", 7), token(&world, "0", 8));
    let refused = world.get(&dead, "/echo").await;
    assert_eq!(refused.status, 401);
    assert!(
        refused.head.contains("error=\"invalid_token\""),
        "{}",
        refused.head
    );
    assert_eq!(world.reached(), 0);
    assert_eq!(world.get(&alive, "/echo").await.status, 200, "the control");
    let without = world.token("alice", "read");
    assert_eq!(world.get(&without, "/echo").await.status, 200);

    // without the key nobody asks
    let world = World::new().await;
    world.publish_status_list("0", &[7]);
    assert_eq!(world.get(&token(&world, "0", 7), "/echo").await.status, 200);
}

/// G12
#[tokio::test(flavor = "multi_thread")]
async fn while_there_is_no_list_tokens_pass_or_not_as_configured() {
    for (keys, status) in [
        ("[status_list]", 200),
        ("[status_list]\non_loss = \"serve\"", 200),
        ("[status_list]\non_loss = \"refuse\"", 503),
    ] {
        let keys = format!("operations_listen = \"127.0.0.1:0\"\n{keys}");
        let world = World::with(&keys, OPERATIONS).await;
        world.publish_status_list("0", &[]);
        let (known, lost) = (token(&world, "0", 1), token(&world, "1", 1));
        assert_eq!(world.get(&known, "/echo").await.status, 200, "the control");
        assert_eq!(ready(&world).await, json!(true));
        assert_eq!(world.get(&lost, "/echo").await.status, status, "{keys}");
        assert_eq!(ready(&world).await, json!(false));
        assert_eq!(
            world.get(&known, "/echo").await.status,
            200,
            "the list that is there"
        );
    }
}

/// The operator's view of the lists.
async fn ready(world: &World) -> serde_json::Value {
    let request = b"GET /health/ready HTTP/1.1\r\nHost: guard\r\nConnection: close\r\n\r\n";
    let answer = raw(world.operations.unwrap(), request).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    body["status_list"].clone()
}
