//! Authorization: function level, object level, and every source of an owner.

use serde_json::json;

use crate::world::{Answer, OPERATIONS, World, raw};

fn not_found(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (404, r#"{"error":"not_found"}"#)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_sees_only_verified_callers() {
    let world = World::new().await;
    assert_eq!(world.get("", "/health").await.status, 200);
    assert_eq!(world.reached(), 1);
    let alice = world.token("alice", "read");
    let seen = world.get(&alice, "/echo?x=1&y=%20").await;
    assert_eq!(seen.status, 200, "{seen:?}");
    let seen = seen.json();
    assert_eq!(seen["uri"], "/echo?x=1&y=%20");
    let headers = seen["headers"].to_string();
    for line in [
        "airside-subject: alice",
        "airside-client: app",
        "airside-scope: read",
        "x-forwarded-for: 127.0.0.1",
        "x-forwarded-proto: http",
        "x-forwarded-host: api.example.com",
    ] {
        assert!(headers.contains(line), "{line}: {headers}");
    }
    assert!(!headers.contains("authorization"), "{headers}");
    assert_eq!(world.reached(), 1);

    for token in ["", "nonsense", &alice[..alice.len() - 4]] {
        let refused = world.get(token, "/echo").await;
        assert_eq!(refused.status, 401);
        let metadata =
            r#"resource_metadata="https://api.example.com/.well-known/oauth-protected-resource""#;
        assert!(refused.head.contains(metadata), "{}", refused.head);
    }
    assert_eq!(world.reached(), 0);
    let metadata = world
        .get("", "/.well-known/oauth-protected-resource")
        .await
        .json();
    assert_eq!(metadata["scopes_supported"], json!(["read", "write"]));
}

/// G16
#[tokio::test(flavor = "multi_thread")]
async fn a_function_needs_its_scope_and_role() {
    let world = World::new().await;
    let alice = world.token("alice", "read");
    let refused = world.send(&alice, "POST /echo", "", "{}").await;
    assert_eq!(refused.status, 403);
    assert!(
        refused
            .head
            .contains(r#"error="insufficient_scope", scope="write""#),
        "{}",
        refused.head
    );
    let refused = world
        .send(&alice, "POST /admin/delete-user", "", "{}")
        .await;
    assert_eq!(refused.status, 403);
    // other methods, versions, formats, operations that nobody declared
    assert_eq!(world.send(&alice, "PUT /echo", "", "").await.status, 405);
    for path in [
        "/v2/echo",
        "/echo.json",
        "/ECHO",
        "/internal/owner-of/1",
        "/admin",
    ] {
        not_found(&world.get(&alice, path).await);
    }
    // declared, but not who may
    assert_eq!(world.get(&alice, "/later/1").await.status, 403);
    assert_eq!(world.reached(), 0);
    // the controls
    let admin = world.token_with("carol", "write", &json!({ "roles": ["admin"] }));
    assert_eq!(
        world
            .send(&admin, "POST /admin/delete-user", "", "{}")
            .await
            .status,
        200
    );
    assert_eq!(world.send(&admin, "POST /echo", "", "{}").await.status, 200);
    assert_eq!(world.reached(), 2);
}

/// G15
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_with_the_request_is_the_callers() {
    let world = World::new().await;
    let alice = world.token("alice", "read write");
    assert_eq!(world.get(&alice, "/users/alice/orders").await.status, 200);
    assert_eq!(world.get(&alice, "/orders?user=alice").await.status, 200);
    let post = async |body: &str| world.send(&alice, "POST /orders", "", body).await;
    let sent = post(r#"{"user":"alice","n":1}"#).await.json();
    assert_eq!(sent["body"], r#"{"user":"alice","n":1}"#);
    assert_eq!(world.reached(), 3);

    for path in [
        "/users/bob/orders",
        "/users/ALICE/orders",
        "/users/%61lice%20/orders",
        "/orders?user=bob",
        "/orders",
    ] {
        not_found(&world.get(&alice, path).await);
    }
    for path in [
        "/orders?user=alice&user=bob",
        "/orders?user[]=alice",
        "/orders?User=alice",
        "/orders?user=alice&user[x]=bob",
    ] {
        assert_eq!(world.get(&alice, path).await.status, 400, "{path}");
    }
    for body in [
        r#"{"user":"bob"}"#,
        r#"{"user":{"$ne":1}}"#,
        r#"{"user":["alice"]}"#,
        "{}",
        "[]",
    ] {
        not_found(&post(body).await);
    }
    for body in [
        r#"{"user":"alice","user":"bob"}"#,
        r#"{"user":"alice","User":"bob"}"#,
        r#"{"user":"alice","uſer":"bob"}"#,
        r#"{"USER":"alice"}"#,
        "{",
        "alice",
    ] {
        assert_eq!(post(body).await.status, 400, "{body}");
    }
    let typed = world.send(
        &alice,
        "POST /orders",
        "Content-Encoding: gzip\r\n",
        r#"{"user":"alice"}"#,
    );
    assert_eq!(typed.await.status, 415);
    // a machine that has a person's name
    let machine = world.token_with("app", "read", &json!({}));
    not_found(&world.get(&machine, "/users/app/orders").await);
    assert_eq!(world.reached(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_held_until_it_is_the_callers() {
    let world = World::new().await;
    let alice = world.token("alice", "read");
    let own = world.get(&alice, "/accounts/1").await;
    assert_eq!(own.json(), json!({ "id": "1", "owner": "alice" }));
    let all = world.token("alice", "read pii");
    assert_eq!(
        world.get(&all, "/accounts/1").await.json()["ssn"],
        "078-05-1120"
    );
    let head = world.send(&alice, "HEAD /accounts/1", "", "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    // somebody else's, nobody's, none: the same answer, headers included
    let mut answers = Vec::new();
    for id in ["2", "no-owner", "99"] {
        let answer = world.get(&alice, &format!("/accounts/{id}")).await;
        not_found(&answer);
        let head = answer
            .head
            .lines()
            .filter(|line| !line.starts_with("date:"));
        answers.push(head.map(str::to_owned).collect::<Vec<_>>());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    // nothing can be learned by asking conditionally or in parts
    let conditional = "If-None-Match: *\r\nRange: bytes=0-1\r\nAccept-Encoding: gzip\r\n";
    not_found(&world.send(&alice, "GET /accounts/2", conditional, "").await);
}

async fn delete(world: &World, token: &str, id: &str) -> Answer {
    let line = format!("DELETE /accounts/{id}");
    world.send(token, &line, "", "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_looked_up_first() {
    let world = World::new().await;
    let alice = world.token("alice", "write");
    let delete = async |id: &str| delete(&world, &alice, id).await;
    assert_eq!(delete("1").await.status, 200);
    assert_eq!(world.reached(), 1);
    for id in ["2", "99", "1%20", "%C3%A9"] {
        not_found(&delete(id).await);
    }
    assert_eq!(world.reached(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_only_the_callers_items() {
    let world = World::new().await;
    let list = world.get(&world.token("alice", "read"), "/accounts").await;
    assert_eq!(
        list.json(),
        json!({ "items": [{ "id": 1, "owner": "alice" }] })
    );
    let nobody = world.get(&world.token("nobody", "read"), "/accounts").await;
    assert_eq!(nobody.json(), json!({ "items": [] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_can_carry_what_it_is_for() {
    let world = World::new().await;
    let alice = world.token_with("alice", "", &json!({ "cards": ["7", 8] }));
    for (id, status) in [("7", 200), ("8", 200), ("9", 404), ("07", 404)] {
        assert_eq!(
            world.get(&alice, &format!("/cards/{id}")).await.status,
            status,
            "{id}"
        );
    }
    assert_eq!(
        world
            .get(&world.token("alice", ""), "/cards/7")
            .await
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn observing_notes_what_would_be_refused_and_lets_it_pass() {
    let keys = "mode = \"observe\"\noperations_listen = \"127.0.0.1:0\"";
    let world = World::with(keys, OPERATIONS).await;
    let alice = world.token("alice", "read");
    for path in ["/users/bob/orders", "/nowhere", "/accounts/2"] {
        assert_eq!(world.get(&alice, path).await.status, 200, "{path}");
    }
    assert_eq!(world.send(&alice, "POST /echo", "", "{}").await.status, 200);
    // authentication, and what can be read in two ways, stays as it is
    assert_eq!(world.get("", "/users/bob/orders").await.status, 401);
    assert_eq!(world.get(&alice, "/users/../echo").await.status, 400);
    let report = raw(
        world.operations.unwrap(),
        b"GET /observed HTTP/1.1\r\nHost: guard\r\nConnection: close\r\n\r\n",
    );
    let report = report.await.json();
    let operations: Vec<_> = report
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["operation"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        operations,
        [
            "GET /accounts/{id}",
            "GET /nowhere",
            "GET /users/{user}/orders",
            "POST /echo"
        ]
    );
    assert_eq!(
        report[3]["reason"],
        "the access token lacks the scope `write`"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_too_often_waits() {
    let keys = "rate_limit = { subject = \"2/h\" }";
    let world = World::with(keys, OPERATIONS).await;
    let (alice, bob) = (world.token("alice", ""), world.token("bob", ""));
    let first = world.get(&alice, "/echo").await;
    let policy = "ratelimit-policy: \"subject\";q=2;w=3600";
    assert!(first.head.contains(policy), "{}", first.head);
    let left = "ratelimit: \"subject\";r=1";
    assert!(first.head.contains(left), "{}", first.head);
    assert_eq!(world.get(&alice, "/echo").await.status, 200);
    let refused = world.get(&alice, "/echo").await;
    assert_eq!(refused.status, 429);
    assert!(refused.head.contains("retry-after: "), "{}", refused.head);
    assert_eq!(world.get(&bob, "/echo").await.status, 200);
    assert_eq!(world.reached(), 3);
    // who tries one object after the other is limited, although nothing is reached
    let carol = world.token("carol", "read");
    for (id, status) in [("1", 404), ("2", 404), ("3", 429)] {
        let answer = world.get(&carol, &format!("/accounts/{id}")).await;
        assert_eq!(answer.status, status, "{id}");
    }
}

/// API9:2023: what callers use although nobody declared it.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_declared_and_somebody_asks_for_is_counted() {
    let world = World::with("operations_listen = \"127.0.0.1:0\"", OPERATIONS).await;
    let alice = world.token("alice", "read");
    for token in [alice.as_str(), alice.as_str(), "", "nonsense"] {
        assert_eq!(world.get(token, "/v1/old").await.status, 404);
    }
    // what is declared and refused is not news
    assert_eq!(world.get(&alice, "/users/bob/orders").await.status, 404);
    let report = raw(
        world.operations.unwrap(),
        b"GET /observed HTTP/1.1\r\nHost: guard\r\nConnection: close\r\n\r\n",
    );
    let expected = json!([{
        "operation": "GET /v1/old", "client_id": "app", "refused": true, "requests": 2,
        "reason": "no such operation is declared",
    }]);
    assert_eq!(report.await.json(), expected);
}

/// G01
#[tokio::test(flavor = "multi_thread")]
async fn the_upstream_is_told_as_many_roles_as_the_token_has() {
    let world = World::with("", OPERATIONS).await;
    for (roles, told) in [
        (json!(["viewer", "editor"]), "airside-roles: editor viewer"),
        (
            json!(["viewer admin", "", "a\u{0}b", "x,y", "editor"]),
            "airside-roles: editor\"",
        ),
    ] {
        let token = world.token_with("alice", "write", &json!({ "roles": roles }));
        let seen = world.send(&token, "POST /echo", "", "{}").await.json();
        assert!(seen["headers"].to_string().contains(told), "{seen}");
    }
    let token = world.token_with("alice", "write", &json!({ "roles": ["viewer admin"] }));
    let seen = world.send(&token, "POST /echo", "", "{}").await.json();
    assert!(
        !seen["headers"].to_string().contains("airside-roles"),
        "{seen}"
    );
}

/// G01
#[tokio::test(flavor = "multi_thread")]
async fn only_a_trusted_proxy_names_the_callers_address() {
    for (keys, address) in [
        ("", "127.0.0.1"),
        ("trusted_proxies = [\"127.0.0.1\"]", "192.0.2.7"),
    ] {
        let world = World::with(keys, OPERATIONS).await;
        let named = "X-Forwarded-For: 192.0.2.7\r\n";
        let seen = world.send("", "GET /health", named, "").await.json();
        let told = format!("x-forwarded-for: {address}");
        assert!(seen["headers"].to_string().contains(&told), "{seen}");
    }
}

/// G12: without keys, and without an answer about an owner, nothing passes.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_decided_is_refused() {
    let world = World::new().await;
    let alice = world.token("alice", "write");
    let delete = async |id: &str| delete(&world, &alice, id).await;
    assert_eq!(delete("1").await.status, 200);
    assert_eq!(world.reached(), 1);
    // G13: an answer without end, one that is no JSON, one that fails
    for id in ["huge", "html", "broken"] {
        assert_eq!(delete(id).await.status, 503, "{id}");
    }
    // an issuer that nobody answers for
    let text = std::fs::read_to_string(world.configuration_path()).unwrap();
    let nowhere = text.replace(
        &format!("issuer = \"{}\"", world.issuer),
        "issuer = \"http://127.0.0.1:1\"",
    );
    std::fs::write(world.configuration_path(), nowhere).unwrap();
    world.reload();
    assert_eq!(world.get(&alice, "/echo").await.status, 503);
    assert_eq!(world.reached(), 0);
    assert_eq!(world.get("", "/health").await.status, 200);
}
