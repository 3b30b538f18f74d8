//! Tests what the audit trail says, and how it is searched.

mod search;

use std::time::Duration;

use airside_oauth::state::event::{Event, EventKind};
use airside_server::settings::SignInLimits;
use airside_store::EventQuery;
use airside_testkit::Answer;
use serde_json::{Value, json};

use crate::{
    pages::form,
    world::{App, PASSWORD, Setting, World},
};

async fn attempt(app: &App<'_>, username: &str, password: &str) -> u16 {
    // events of one millisecond have no order
    app.world.advance(Duration::from_millis(1));
    let (_, sealed) = form(app).await;
    let fields = [
        ("interaction", sealed.as_str()),
        ("username", username),
        ("password", password),
    ];
    let url = app.world.at("/sign-in");
    app.browser.post(&url, &fields).await.status.as_u16()
}

/// The refusals so far, oldest first.
async fn refusals(world: &World) -> Vec<Event> {
    world.events().await;
    let query = EventQuery {
        kind: Some(EventKind::SignInRefused),
        limit: 100,
        ..EventQuery::default()
    };
    let mut events = world.store.events(&query).await.unwrap();
    events.reverse();
    events
}

async fn search(world: &World, query: &str) -> Answer {
    let path = format!("/events?{query}");
    world.admin("GET", &path, json!(null)).await
}

/// The events that a search finds.
async fn found(world: &World, query: &str) -> Vec<Value> {
    let answer = search(world, query).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json().as_array().unwrap().clone()
}

async fn user(world: &World, method: &str, name: &str) -> Value {
    let path = format!("/users/{name}");
    world.admin(method, &path, json!(null)).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_sign_in_names_the_account_the_client_and_the_reason() {
    let world = World::new().await;
    let app = world.app("spa");
    let disable = json!({ "disabled": true });
    let carol = json!({ "username": "carol" });
    world.create("/users", carol).await;
    world.admin("PATCH", "/users/bob", disable).await;
    for (name, password) in [("alice", "wrong"), ("bob", PASSWORD), ("carol", PASSWORD)] {
        assert_eq!(attempt(&app, name, password).await, 401);
    }
    let events = refusals(&world).await;
    let mut expected = Vec::new();
    for (name, reason) in [
        ("alice", "wrong password"),
        ("bob", "the account is disabled"),
        ("carol", "the account has no password"),
    ] {
        let id = user(&world, "GET", name).await["id"].clone();
        expected.push((
            id.as_str().unwrap().to_owned(),
            "spa".to_owned(),
            reason.to_owned(),
        ));
    }
    let said = events.iter().map(|event| {
        let client = event.client.as_ref().unwrap().to_string();
        (
            event.user.unwrap().to_string(),
            client,
            event.detail.clone(),
        )
    });
    assert_eq!(said.collect::<Vec<_>>(), expected);
}

/// The control of the names: what no account has is recorded nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_no_account_has_stays_out_of_the_trail() {
    let world = World::new().await;
    let typed = "correct-horse-battery-staple";
    assert_eq!(attempt(&world.app("spa"), typed, "alice").await, 401);
    let events = refusals(&world).await;
    assert_eq!(
        (events[0].user, events[0].detail.as_str()),
        (None, "unknown name")
    );
    let all = search(&world, "limit=1000").await.text();
    assert!(!all.contains(typed), "{all}");
    let files = world.files();
    let written = files.windows(typed.len());
    assert!(!written.into_iter().any(|part| part == typed.as_bytes()));
}

/// T32
#[tokio::test(flavor = "multi_thread")]
async fn attempts_that_are_too_many_are_recorded_once_in_a_window() {
    let sign_in = SignInLimits {
        account_failures: 2,
        ..SignInLimits::default()
    };
    let world = World::with(Setting {
        sign_in,
        ..Setting::default()
    })
    .await;
    let app = world.app("spa");
    for expected in [401, 401, 429, 429, 429] {
        assert_eq!(attempt(&app, "alice", "wrong").await, expected);
    }
    let reasons = async || {
        let events = refusals(&world).await;
        let reasons: Vec<_> = events.into_iter().map(|event| event.detail).collect();
        reasons
    };
    let once = ["wrong password", "wrong password", "too many attempts"];
    assert_eq!(reasons().await, once);
    let alice = user(&world, "GET", "alice").await["id"].clone();
    let last = refusals(&world).await.pop().unwrap();
    assert_eq!(last.user.unwrap().to_string(), alice.as_str().unwrap());
    // another account is news, and so is the next window
    for _ in 0..3 {
        attempt(&app, "bob", "wrong").await;
    }
    assert_eq!(reasons().await.len(), 6);
    world.advance(sign_in.failure_window * 2);
    for _ in 0..3 {
        attempt(&app, "alice", "wrong").await;
    }
    assert_eq!(reasons().await.len(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_show_names_beside_ids() {
    let world = World::new().await;
    world.app("spa").sign_in("alice").await;
    let events = found(&world, "kind=grant.created").await;
    assert_eq!(events[0]["username"], "alice");
    assert_eq!(
        (&events[0]["client"], &events[0]["client_name"]),
        (&json!("spa"), &json!("Bank"))
    );
    let alice = user(&world, "GET", "alice").await["id"].clone();
    assert_eq!(events[0]["user"], alice);
    // a key is nobody's
    let events = found(&world, "kind=key.created").await;
    assert_eq!(
        (events[0].get("username"), events[0].get("client_name")),
        (None, None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_of_a_deleted_person_is_found_by_their_name() {
    let world = World::new().await;
    world.app("spa").sign_in("alice").await;
    let before = found(&world, "user=alice").await.len();
    let alice = user(&world, "DELETE", "alice").await["id"].clone();
    let alice = alice.as_str().unwrap();
    let events = found(&world, "user=alice").await;
    assert_eq!(events.len(), before + 1);
    for event in &events {
        assert_eq!(
            (&event["username"], &event["user"]),
            (&json!("alice"), &json!(alice))
        );
    }
    // the name is given again: both are found by it, and each by its id
    let again = json!({ "username": "alice" });
    let new = world.admin("POST", "/users", again).await.member("id");
    assert_eq!(found(&world, "user=alice").await.len(), before + 2);
    assert_eq!(
        found(&world, &format!("user={alice}")).await.len(),
        before + 1
    );
    assert_eq!(found(&world, &format!("user={new}")).await.len(), 1);
    // the control: nobody else's are among them, and who never was is not found
    let bob = user(&world, "GET", "bob").await["id"].clone();
    assert!(
        found(&world, "user=alice")
            .await
            .iter()
            .all(|event| event["user"] != bob)
    );
    assert_eq!(search(&world, "user=mallory").await.status, 400);
}
