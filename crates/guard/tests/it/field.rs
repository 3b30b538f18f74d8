//! The fields that a caller may write.

use serde_json::json;

use crate::world::{Answer, World, raw};

const TRANSFER: &str = r#"
[[operation]]
match = "POST /transfers"
scope = "write"
owner = { body = "/from", equals = "sub" }
body_fields = ["/from", "/amount", "/to/iban", "/items/*/id"]

[[operation]]
match = "PATCH /profile"
scope = "write"
body_fields = ["/name"]
"#;

async fn post(world: &World, body: &str) -> Answer {
    let alice = world.token("alice", "write");
    world.send(&alice, "POST /transfers", "", body).await
}

/// G17
#[tokio::test(flavor = "multi_thread")]
async fn a_body_has_only_the_fields_that_it_may_have() {
    let world = World::with("", TRANSFER).await;
    let legal = r#"{"from": "alice","to":{"iban":"X"},"items":[{"id":1}]}"#;
    let passed = post(&world, legal).await;
    // as it was sent
    assert_eq!(passed.json()["body"], legal, "{passed:?}");
    assert_eq!(world.reached(), 1);
    for (body, surplus) in SURPLUS {
        let refused = post(&world, body).await;
        assert_eq!(refused.status, 400, "{body}");
        let said = error_of(surplus);
        assert_eq!(refused.json(), said);
    }
    // what is no JSON, or JSON that can be read in two ways
    for body in UNREADABLE {
        assert_eq!(post(&world, body).await.status, 400, "{body}");
    }
    // the fields are not a way around the owner
    assert_eq!(post(&world, r#"{"from":"bob"}"#).await.status, 404);
    assert_eq!(world.reached(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_names_the_fields_and_what_a_proxy_cannot_ask() {
    let world = World::with("", TRANSFER).await;
    let lines = airside_guard::check::lines(world.running.guard().configuration());
    let line = &lines[0];
    assert_eq!((line.path.as_str(), line.forward_auth), ("/profile", false));
    assert_eq!(
        line.rule,
        "scope `write`, of the body only `/name`, of the query nothing else"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn observing_notes_a_field_and_lets_it_pass() {
    let keys = "mode = \"observe\"\noperations_listen = \"127.0.0.1:0\"";
    let world = World::with(keys, TRANSFER).await;
    let passed = post(&world, r#"{"from":"alice","approved":true}"#).await;
    assert_eq!(passed.status, 200, "{passed:?}");
    assert_eq!(world.reached(), 1);
    // what cannot be read is refused all the same
    assert_eq!(post(&world, "{").await.status, 400);
    let report = raw(
        world.operations.unwrap(),
        b"GET /observed HTTP/1.1\r\nHost: guard\r\nConnection: close\r\n\r\n",
    );
    let report = report.await.json();
    assert_eq!(report[0]["operation"], "POST /transfers");
    assert_eq!(report[0]["reason"], "the body may not have `/approved`");
    assert_eq!(report.as_array().unwrap().len(), 1);
}

/// Bodies with a field that they may not have, and how it is named.
const SURPLUS: [(&str, &str); 6] = [
    (r#"{"from":"alice","approved":true}"#, "`/approved`"),
    (
        r#"{"from":"alice","to":{"iban":"X","bank":1}}"#,
        "`/to/bank`",
    ),
    (
        r#"{"from":"alice","items":[{"id":1},{"price":0}]}"#,
        "`/items/*/price`",
    ),
    (r#"{"from":"alice","Amount":1}"#, "`/Amount`"),
    (r#"{"from":"alice","to":"X"}"#, "`/to` in this form"),
    (r#"[{"from":"alice"}]"#, "this form"),
];

/// No JSON, or JSON that can be read in two ways.
const UNREADABLE: [&str; 4] = [
    "",
    "from=alice",
    "{",
    r#"{"from":"alice","amount":1,"amount":2}"#,
];

fn error_of(surplus: &str) -> serde_json::Value {
    json!({
        "error": "invalid_request",
        "error_description": format!("the body may not have {surplus}"),
    })
}
