//! A new decision is made for each request, and how long it holds is said.

use airside_guard::check;

use crate::world::{OPERATIONS, World};

/// Goes on with the same configuration, in which something is replaced.
fn replace(world: &World, from: &str, to: &str) {
    let text = std::fs::read_to_string(world.configuration_path()).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(world.configuration_path(), text.replace(from, to)).unwrap();
    world.reload();
}

/// G10: a verified token is remembered, and nothing that was decided about it.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_request_was_allowed_helps_no_other() {
    let world = World::new().await;
    let alice = world.token("alice", "read");
    let status = async |line: &str| world.send(&alice, line, "", "").await.status;
    for _ in 0..2 {
        assert_eq!(status("GET /users/alice/orders").await, 200);
    }
    // nor is an answer kept
    assert_eq!(world.reached(), 2);
    for (line, refused) in REFUSED {
        assert_eq!(status(line).await, refused, "{line}");
    }
    // of these the API is asked before it is known whose it is
    assert_eq!(world.reached(), 1);
    assert_eq!(elsewhere(&world, &alice).await, 404);
    // and somebody else's token is another one
    let bob = world.token("bob", "read");
    assert_eq!(world.get(&bob, "/users/alice/orders").await.status, 404);
    assert_eq!(world.reached(), 0);
    assert_eq!(status("GET /users/alice/orders").await, 200);
}

/// G10
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_good_is_judged_by_the_rules_of_now() {
    let world = World::new().await;
    let alice = world.token("alice", "read");
    let status = async || world.get(&alice, "/users/alice/orders").await.status;
    assert_eq!(status().await, 200);
    let (here, elsewhere) = ("https://api.example.com", "https://other.example.com");
    replace(&world, here, elsewhere);
    assert_eq!(status().await, 401);
    replace(&world, elsewhere, here);
    assert_eq!(status().await, 200);
    replace(&world, "scope = \"read\"", "scope = \"orders\"");
    assert_eq!(status().await, 403);
    replace(&world, "scope = \"orders\"", "scope = \"read\"");
    assert_eq!(status().await, 200);
    assert_eq!(world.reached(), 3);
    world.revoke("alice-read");
    assert_eq!(status().await, 401);
    assert_eq!(world.reached(), 0);
}

/// G18
#[tokio::test(flavor = "multi_thread")]
async fn the_check_says_where_the_owner_may_change_meanwhile() {
    let world = World::with("", OPERATIONS).await;
    let lines = check::lines(world.running.guard().configuration());
    let table = check::table(&lines);
    let said = "(the owner may change between the look and the use)";
    let with_window: Vec<_> = table.lines().filter(|line| line.contains(said)).collect();
    assert_eq!(with_window.len(), 1, "{table}");
    assert!(
        with_window[0].starts_with("DELETE  /accounts/{id} "),
        "{table}"
    );
    assert!(with_window[0].contains("  race window  "), "{table}");
    // the control: what comes with the request or in the answer cannot change
    let sound = table.lines().filter(|line| line.contains("  sound  "));
    assert!(sound.count() > 5, "{table}");
}

/// G18: the API itself can close the window.
#[tokio::test(flavor = "multi_thread")]
async fn a_condition_on_the_version_reaches_the_api() {
    let world = World::new().await;
    let alice = world.token("alice", "write");
    let condition = "If-Match: \"7\"\r\n";
    let seen = world
        .send(&alice, "DELETE /accounts/1", condition, "")
        .await;
    let headers = seen.json()["headers"].to_string();
    assert!(headers.contains(r#"if-match: \"7\""#), "{headers}");
    let others = world
        .send(&alice, "DELETE /accounts/2", condition, "")
        .await;
    assert_eq!(others.status, 404);
    assert_eq!(world.reached(), 1);
}

/// Requests that the one before it does not help.
const REFUSED: [(&str, u16); 7] = [
    ("GET /users/bob/orders", 404),
    ("GET /orders?user=bob", 404),
    ("GET /accounts/2", 404),
    ("DELETE /users/alice/orders", 405),
    ("DELETE /accounts/1", 403),
    ("POST /echo", 403),
    ("POST /admin/delete-user", 403),
];

/// Returns the status of a request to another host.
async fn elsewhere(world: &World, token: &str) -> u16 {
    let request = format!(
        "GET /users/bob/orders HTTP/1.1\r\nHost: other.example.com\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\n\r\n"
    );
    let answer = crate::world::raw(world.guard, request.as_bytes());
    answer.await.status
}
