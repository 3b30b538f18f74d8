//! Claims that an administrator gives to accounts.

use serde_json::{Value, json};

use super::{edit, notes, releasing};
use crate::{token::claims, world::World};

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_api_takes_claims_by_their_types() {
    // OIDC-Core-5.1, J09
    let world = World::new().await;
    for (name, value) in wrong_types() {
        let claims = json!({ name: value });
        let new = json!({ "username": "carol", "claims": claims });
        for answer in [
            world.admin("POST", "/users", new).await,
            edit(&world, "alice", json!({ "claims": claims })).await,
            edit(&world, "alice", json!({ "set_claims": claims })).await,
        ] {
            assert_eq!(answer.status, 400, "{claims}");
            let said = answer.text();
            assert!(said.contains(&format!("`{name}`")), "{said}");
        }
    }
    let new = json!({ "username": "carol", "claims": legal() });
    let created = world.create("/users", new).await;
    assert_eq!(created.json()["claims"], legal());
}

/// Claims of the types that they have.
fn legal() -> Value {
    json!({
        "email_verified": true, "birthdate": "1990", "address": { "locality": "Bonn" },
        "updated_at": 1, "org": "acme", "groups": ["a"],
    })
}

/// A claim, and a value that it cannot have.
fn wrong_types() -> [(&'static str, Value); 7] {
    [
        ("email_verified", json!("yes")),
        ("birthdate", json!(1990)),
        ("address", json!("Bonn")),
        ("updated_at", json!("today")),
        ("sub", json!("bob")),
        ("roles", json!(["teller"])),
        ("org", Value::Null),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_are_changed_one_by_one_or_all_at_once() {
    let world = World::new().await;
    let claims = async || {
        let alice = world.admin("GET", "/users/alice", Value::Null).await;
        alice.json()["claims"].clone()
    };
    let change =
        json!({ "set_claims": { "org": "acme" }, "remove_claims": ["email", "email_verified"] });
    assert_eq!(edit(&world, "alice", change).await.status, 200);
    assert_eq!(
        claims().await,
        json!({ "name": "alice Example", "org": "acme" })
    );
    for contradiction in contradictions() {
        assert_eq!(edit(&world, "alice", contradiction).await.status, 400);
    }
    assert_eq!(
        edit(&world, "alice", json!({ "claims": {} })).await.status,
        200
    );
    assert_eq!(claims().await, json!({}));
}

/// Changes of claims that contradict themselves.
fn contradictions() -> [Value; 3] {
    [
        json!({ "claims": {}, "set_claims": { "org": "x" } }),
        json!({ "claims": {}, "remove_claims": ["org"] }),
        json!({ "set_claims": { "org": "x" }, "remove_claims": ["org"] }),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stored_under_other_rules_breaks_nothing() {
    let world = World::with(releasing(&["org", "birthdate"])).await;
    let stored = json!({ "birthdate": 1990, "sub": "bob", "email_verified": "yes", "exp": 1 });
    let sql = "UPDATE \"user\" SET claims = ?1 WHERE username = 'alice'";
    world.database().execute(sql, [stored.to_string()]).unwrap();
    let app = notes(&world);
    let tokens = app.sign_in("alice").await;
    let access = claims(&tokens.access);
    assert_ne!(access["sub"], "bob");
    assert_eq!(access["birthdate"], 1990);
    let userinfo = app.userinfo(&tokens.access).await.json();
    assert_eq!(userinfo["sub"], access["sub"]);
    // other changes of the account, also by who writes back what was read
    for change in harmless(&stored) {
        assert_eq!(edit(&world, "alice", change).await.status, 200);
    }
}

/// Changes of an account with the claims `stored`, none of which makes a claim that is wrong.
fn harmless(stored: &Value) -> [Value; 4] {
    let mut all = stored.clone();
    all["org"] = json!("acme");
    [
        json!({ "roles": ["teller"] }),
        json!({ "set_claims": { "org": "other" } }),
        json!({ "claims": all }),
        json!({ "remove_claims": ["sub", "exp"] }),
    ]
}
