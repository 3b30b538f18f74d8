//! Tasks are numbered below their project, and closed together.

use axum::body::Body;
use serde_json::json;

use super::super::world::World;

/// Each project has its own task 1: the path says which is meant.
pub(super) async fn numbers_tasks(world: &World, project: &str) {
    let [alice, bob, carol, mallory] =
        ["alice", "bob", "carol", "mallory"].map(|name| world.as_person(name));
    let tasks = format!("{project}/tasks");
    let due = "2026-11-29T17:34:39.25Z";
    let body = json!({ "title": "Plan", "hours": 1.5, "due_at": due, "labels": ["é", "'"] });
    let made = bob.post(&tasks, body.clone()).await.json();
    let expected = json!({ "project": made["project"], "number": 1, "title": "Plan", "done": false,
        "hours": 1.5, "due_at": due, "labels": ["é", "'"] });
    assert_eq!(made, expected);
    let task = format!("{tasks}/1");
    assert_eq!(carol.get(&task).await.json(), expected);

    let theirs = mallory
        .post("/projects", json!({ "name": "Hers" }))
        .await
        .json();
    let theirs = format!("/projects/{}/tasks", theirs["id"]);
    let hers = mallory
        .post(&theirs, json!({ "title": "Spy" }))
        .await
        .json();
    assert_eq!(hers["number"], 1);
    assert_eq!(
        mallory.get(&format!("{theirs}/1")).await.json()["title"],
        "Spy"
    );
    assert_eq!(carol.get(&task).await.json()["title"], "Plan");
    for (person, path) in [(&mallory, &task), (&carol, &format!("{theirs}/1"))] {
        assert_eq!(person.get(path).await.status, 404);
        assert_eq!(person.put(path, body.clone()).await.status, 404);
        assert_eq!(person.delete(path).await.status, 404);
    }
    assert_eq!(
        carol.post(&tasks, body.clone()).await.status,
        404,
        "a reader"
    );
    assert_eq!(
        mallory.post(&tasks, body.clone()).await.status,
        404,
        "no member"
    );

    assert_eq!(
        alice.post(&tasks, json!({ "title": "Do" })).await.json()["number"],
        2
    );
    assert_eq!(
        bob.post(&tasks, json!({ "title": "Wait" })).await.json()["number"],
        3
    );
    assert_eq!(bob.delete(&format!("{tasks}/2")).await.status, 200);
    assert_eq!(alice.get(&tasks).await.each("number"), [json!(1), json!(3)]);
    let changed = json!({ "title": "Wait", "hours": null, "due_at": "2026-01-01T00:00:00Z" });
    assert_eq!(
        bob.put(&format!("{tasks}/3"), changed).await.json()["due_at"],
        "2026-01-01T00:00:00Z"
    );
    // by the time at which they are due
    assert_eq!(alice.get(&tasks).await.each("number"), [json!(3), json!(1)]);
}

/// One change that is refused undoes those before it.
pub(super) async fn closes_all_or_nothing(world: &World, project: &str) {
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| world.as_person(name));
    let close = format!("{project}/close");
    let tasks = format!("{project}/tasks");
    let of = async |etag: &str| {
        let close = bob.ask("POST", &close).with("If-Match", etag);
        close.send(Body::empty()).await
    };
    assert_eq!(of("\"7\"").await.status, 412);
    assert_eq!(carol.post(&close, json!({})).await.status, 404);
    let done = async || alice.get(&tasks).await.each("done");
    assert_eq!(done().await, [json!(false), json!(false)]);
    assert_eq!(alice.get(project).await.json()["name"], "Alpha");
    let closed = of("\"1\"").await;
    assert_eq!(closed.etag.as_deref(), Some("\"2\""));
    assert_eq!(closed.json()["name"], "Alpha (closed)");
    assert_eq!(done().await, [json!(true), json!(true)]);
}
