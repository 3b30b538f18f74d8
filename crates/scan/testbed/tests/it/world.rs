//! Tests of what looks like a hole and is none, and of what makes a scanner's life hard.

use std::time::Duration;

use airside_scan_testbed::{Clock, Conditions, Holes, Testbed};
use http::StatusCode;
use serde_json::{Value, json};

use crate::stage::Stage;

#[tokio::test]
async fn two_runs_are_alike_and_reset_begins_again() {
    let one = Stage::secure().await;
    let first = one.order("alice").await;
    assert_eq!(first, Stage::secure().await.order("alice").await);

    one.testbed.reset().unwrap();
    let answer = one.get("alice", "/orders").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "tokens are void");
    let body = json!({ "username": "alice", "password": "alice-password-1" });
    assert_eq!(
        one.call("", "POST /login", body).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_token_lives_for_a_minute() {
    let stage = Stage::secure().await;
    stage.testbed.clock().advance(Duration::from_secs(57));
    assert_eq!(stage.get("bob", "/me").await.status, StatusCode::OK);
    stage.testbed.clock().advance(Duration::from_secs(3));
    assert_eq!(
        stage.get("bob", "/me").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn an_echo_is_not_a_change() {
    let stage = Stage::secure().await;
    let echo = stage
        .call("bob", "PATCH /me", json!({ "role": "admin" }))
        .await;
    assert_eq!(echo.body["role"], "admin");
    assert_eq!(stage.get("bob", "/me").await.body["role"], "customer");
}

#[tokio::test]
async fn an_ignored_id_writes_the_callers_own_record() {
    let stage = Stage::secure().await;
    let body = json!({ "language": "de", "signature": "signed-by-bob" });
    let answer = stage.call("bob", "PUT /settings/alice", body).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(stage.get("bob", "/settings/bob").await.has("signed-by-bob"));
    assert!(
        !stage
            .get("alice", "/settings/alice")
            .await
            .has("signed-by-bob")
    );

    let body = json!({ "url": "https://bob.example/" });
    stage.call("bob", "PUT /bookmarks/home", body).await;
    assert_eq!(
        stage.get("alice", "/bookmarks/home").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_answer_of_success_may_have_done_nothing() {
    let stage = Stage::secure().await;
    let file = format!("/files/{}", stage.file("alice").await);
    let deleted = stage
        .call("bob", &format!("DELETE {file}"), Value::Null)
        .await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    assert_eq!(stage.get("alice", &file).await.status, StatusCode::OK);

    let note = format!("/notes/{}", stage.note("alice").await);
    let refused = stage.get("bob", &note).await;
    assert_eq!(refused.status, StatusCode::OK);
    assert_eq!(refused.body["ok"], false);
}

#[tokio::test]
async fn what_is_shared_may_be_read() {
    let stage = Stage::secure().await;
    let body = json!({ "name": "n", "content": "public-content", "visibility": "public" });
    let file = stage.call("alice", "POST /files", body).await.id();
    assert!(
        stage
            .get("bob", &format!("/files/{file}/content"))
            .await
            .has("public-content")
    );

    let body = json!({ "title": "plan", "body": "plan-of-north" });
    let id = stage
        .call("alice", "POST /tenants/north/documents", body)
        .await
        .id();
    let path = format!("/tenants/north/documents/{id}");
    assert!(stage.get("bob", &path).await.has("plan-of-north"));

    assert!(
        stage
            .get("bob", "/users")
            .await
            .has("alice lives near the harbour")
    );
    assert!(stage.get("", "/articles/welcome").await.has("How to begin"));
    assert!(stage.get("", "/admin/banner").await.has("Sundays"));
}

#[tokio::test]
async fn lists_have_pages() {
    let stage = Stage::secure().await;
    for _ in 0..7 {
        stage.order("alice").await;
    }
    let first = stage.get("alice", "/orders").await;
    assert_eq!(first.body["items"].as_array().unwrap().len(), 5);
    let rest = stage
        .get("alice", &format!("/orders?offset={}", first.body["next"]))
        .await;
    assert_eq!(rest.body["items"].as_array().unwrap().len(), 2);
    assert_eq!(rest.body["next"], Value::Null);
}

#[tokio::test]
async fn searches_are_limited_and_repeat_the_question() {
    let stage = Stage::secure().await;
    for _ in 0..10 {
        assert!(stage.get("bob", "/search?q=canary").await.has("canary"));
    }
    let limited = stage.get("bob", "/search?q=canary").await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.headers["retry-after"], "2");
    stage.testbed.clock().advance(Duration::from_secs(3));
    assert_eq!(
        stage.get("bob", "/search?q=canary").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn values_of_an_enumeration_are_checked() {
    let stage = Stage::secure().await;
    let body = json!({ "ship_to": "here", "priority": "tomorrow" });
    let refused = stage.call("bob", "POST /orders", body).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn requests_are_limited_where_they_are_told_to_be() {
    // each second has ten requests, and five people sign in first
    let stage = under(Conditions {
        requests_per_second: Some(8),
        ..Conditions::default()
    })
    .await;
    let mut limited = 0;
    for _ in 0..20 {
        limited += u32::from(status(&stage).await == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(limited, 3);
}

#[tokio::test]
async fn sessions_end_where_they_are_told_to() {
    let mut stage = under(Conditions {
        ends_sessions_every: Some(7),
        ..Conditions::default()
    })
    .await;
    assert_eq!(status(&stage).await, StatusCode::OK);
    assert_eq!(status(&stage).await, StatusCode::UNAUTHORIZED);
    let again = stage.login("bob", "bob-password-2").await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(status(&stage).await, StatusCode::OK);
}

#[tokio::test]
async fn callers_are_locked_out_where_the_conditions_say_so() {
    let mut stage = under(Conditions {
        locks_out_after: Some(6),
        ..Conditions::default()
    })
    .await;
    assert_eq!(status(&stage).await, StatusCode::OK);
    assert_eq!(status(&stage).await, StatusCode::UNAUTHORIZED);
    let again = stage.login("bob", "bob-password-2").await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_api_breaks_where_it_is_told_to() {
    let stage = under(Conditions {
        breaks_after: Some(5),
        ..Conditions::default()
    })
    .await;
    assert_eq!(status(&stage).await, StatusCode::SERVICE_UNAVAILABLE);
}

/// Returns how bob is answered.
async fn status(stage: &Stage) -> StatusCode {
    stage.get("bob", "/me").await.status
}

async fn under(conditions: Conditions) -> Stage {
    let clock = Clock::stepped(Duration::from_millis(100));
    Stage::of(Testbed::under(Holes::none(), clock, conditions).unwrap()).await
}

#[tokio::test]
async fn a_guard_may_say_who_calls() {
    let stage = under(Conditions {
        is_behind_guard: true,
        ..Conditions::default()
    })
    .await;
    let me = |who: &'static str| {
        stage.call_with("", "GET /me", Value::Null, Some(("airside-subject", who)))
    };
    let first = me("0199-dora").await;
    assert_eq!(first.body["username"], "0199-dora");
    assert_eq!(first.body["role"], "customer");
    assert_eq!(me("0199-dora").await.id(), first.id());
    // a token of the API's own is worth nothing
    assert_eq!(
        stage.get("bob", "/me").await.status,
        StatusCode::UNAUTHORIZED
    );
}
