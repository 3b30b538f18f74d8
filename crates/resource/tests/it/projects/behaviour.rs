//! The behaviour that is the same on every adapter.

mod task;

use axum::body::Body;
use serde_json::{Value, json};

use self::task::{closes_all_or_nothing, numbers_tasks};
use super::world::{Caller, World};

pub(super) async fn behaves(world: &World) {
    assert_eq!(world.api.missing_indexes().await.unwrap(), []);
    let project = shares(world).await;
    numbers_tasks(world, &project).await;
    closes_all_or_nothing(world, &project).await;
    keeps_files(world, &project).await;
    compares_versions(world, &project).await;
    ends_with_the_organisation(world, &project).await;
    hides_what_is_deleted(world, &project).await;
}

/// Alice makes a project, and shares it with Bob, who edits, and Carol, who reads.
async fn shares(world: &World) -> String {
    let [alice, bob, carol, mallory] =
        ["alice", "bob", "carol", "mallory"].map(|name| world.as_person(name));
    let stolen = json!({ "name": "Alpha", "owner": "mallory", "org": "other", "version": 9 });
    let made = alice.post("/projects", stolen).await.json();
    assert_eq!(
        (&made["owner"], &made["org"], &made["version"]),
        (&json!("alice"), &json!("acme"), &json!(1))
    );
    let project = format!("/projects/{}", made["id"]);
    let members = format!("{project}/members");

    // who is not a member reaches nothing, and who is not an owner shares nothing
    assert_eq!(bob.get(&project).await.status, 404);
    assert_eq!(
        mallory.get(&members).await.each("person"),
        Vec::<Value>::new()
    );
    let share = |person: &str, role: &str| json!({ "person": person, "role": role });
    assert_eq!(
        mallory
            .post(&members, share("mallory", "editor"))
            .await
            .status,
        404
    );
    assert_eq!(
        alice.post(&members, share("bob", "editor")).await.status,
        200
    );
    assert_eq!(
        alice.post(&members, share("carol", "reader")).await.status,
        200
    );
    assert_eq!(
        alice.post(&members, share("bob", "reader")).await.status,
        409
    );
    assert_eq!(
        bob.post(&members, share("mallory", "editor")).await.status,
        404
    );
    assert_eq!(
        bob.get(&members).await.each("person"),
        [json!("bob"), json!("carol")]
    );
    for person in [&alice, &bob, &carol] {
        assert_eq!(person.get("/projects").await.each("name"), [json!("Alpha")]);
        assert_eq!(person.get(&project).await.status, 200);
    }
    assert_eq!(
        mallory.get("/projects").await.each("name"),
        Vec::<Value>::new()
    );
    // a reader changes nothing, and gives herself no other role
    let role = json!({ "role": "editor" });
    assert_eq!(
        carol
            .put(&format!("{members}/carol"), role.clone())
            .await
            .status,
        404
    );
    assert_eq!(
        alice.put(&format!("{members}/nobody"), role).await.status,
        404
    );
    project
}

async fn keeps_files(world: &World, project: &str) {
    let [bob, carol, mallory] = ["bob", "carol", "mallory"].map(|name| world.as_person(name));
    let files = format!("{project}/files");
    let content = vec![0, 0xff, b'\'', 10];
    let upload = async |person: &Caller<'_>| {
        let upload = person.ask("POST", &files);
        upload.send(Body::from(content.clone())).await
    };
    assert_eq!(upload(&carol).await.status, 404, "a reader");
    let file = format!("{files}/{}", upload(&bob).await.json()["id"]);
    assert_eq!(carol.get(&file).await.body, content);
    assert_eq!(mallory.get(&file).await.status, 404);
}

/// RFC 9110 §13.1.1
async fn compares_versions(world: &World, project: &str) {
    let [alice, bob] = ["alice", "bob"].map(|name| world.as_person(name));
    let rename = async |etags: &[&str], name: &str| {
        let mut ask = bob.ask("PATCH", project);
        for etag in etags {
            ask = ask.with("If-Match", etag);
        }
        ask.json(json!({ "name": name })).await
    };
    let seen = alice.get(project).await.etag.unwrap();
    assert_eq!(seen, "\"2\"");
    assert_eq!(
        rename(&[&seen], "Beta").await.etag.as_deref(),
        Some("\"3\"")
    );
    for stale in [
        &[seen.as_str()][..],
        &["W/\"3\""],
        &["3"],
        &["\"1\", \"2\""],
        &[""],
    ] {
        assert_eq!(rename(stale, "Lost").await.status, 412, "{stale:?}");
    }
    assert_eq!(rename(&["*"], "Gamma").await.etag.as_deref(), Some("\"4\""));
    assert_eq!(
        rename(&["\"1\"", "\"4\""], "Delta").await.etag.as_deref(),
        Some("\"5\"")
    );
    assert_eq!(rename(&[], "Alpha").await.etag.as_deref(), Some("\"6\""));
    assert_eq!(alice.get(project).await.json()["name"], "Alpha");
}

/// A token of another organisation counts for nothing, its administrator's neither.
async fn ends_with_the_organisation(world: &World, project: &str) {
    let elsewhere = world.caller("alice", "other", "user");
    assert_eq!(elsewhere.get(project).await.status, 404);
    assert_eq!(
        elsewhere.get(&format!("{project}/tasks/1")).await.status,
        404
    );
    assert_eq!(
        elsewhere.get("/projects").await.each("id"),
        Vec::<Value>::new()
    );
    let names = [json!("Alpha"), json!("Hers")];
    let admin = world.caller("ada", "acme", "admin");
    assert_eq!(admin.get("/admin/projects").await.each("name"), names);
    assert_eq!(admin.get(project).await.status, 404, "it is another action");
    let other = world.caller("ada", "other", "admin");
    assert_eq!(
        other.get("/admin/projects").await.each("name"),
        Vec::<Value>::new()
    );
    assert_eq!(
        world.as_person("alice").get("/admin/projects").await.status,
        403
    );
}

async fn hides_what_is_deleted(world: &World, project: &str) {
    let [alice, bob] = ["alice", "bob"].map(|name| world.as_person(name));
    assert_eq!(bob.delete(project).await.status, 404, "an editor");
    assert_eq!(alice.delete(project).await.status, 200);
    for path in ["", "/tasks/1", "/members/bob"] {
        assert_ne!(
            alice.get(&format!("{project}{path}")).await.status,
            200,
            "{path}"
        );
    }
    assert_eq!(alice.get("/projects").await.each("id"), Vec::<Value>::new());
    let again = json!({ "title": "More" });
    assert_eq!(
        alice.post(&format!("{project}/tasks"), again).await.status,
        404
    );
}
