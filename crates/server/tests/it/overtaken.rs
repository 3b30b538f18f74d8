//! Tokens that are issued while a revocation is on its way.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    token::claims,
    world::{Tokens, World, basic},
};

const LATER: Duration = Duration::from_secs(2);

async fn is_active(world: &World, token: &str) -> bool {
    world.app("bank-api").introspect(token).await.json()["active"] == true
}

/// Has the administrator end something, and asks for a token when that is decided and not yet written.
async fn overtake<T>(
    world: &World,
    (method, path, body): (&str, &str, Value),
    ask: impl Future<Output = T>,
) -> T {
    world.gate.close();
    let asked = async {
        world.gate.arrival().await;
        world.advance(LATER);
        let token = ask.await;
        world.gate.open();
        token
    };
    let (_, token) = tokio::join!(world.administer(method, path, body), asked);
    token
}

/// T14: the time of a revocation is not before what was decided without it.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_with_a_role_whose_end_is_not_yet_written_ends_with_the_role() {
    let world = World::new().await;
    let roles = |roles: Value| ("PATCH", "/users/alice", json!({ "roles": roles }));
    let (method, path, body) = roles(json!(["teller"]));
    world.administer(method, path, body).await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;

    let refreshed = app.refresh(first.refresh());
    let answer = overtake(&world, roles(json!([])), refreshed).await;

    let token = Tokens::of(&answer).access;
    assert_eq!(claims(&token)["roles"], json!(["teller"]));
    assert!(!is_active(&world, &token).await);
}

/// T14
#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_client_whose_end_is_not_yet_written_ends_with_the_client() {
    let world = World::new().await;
    let robot = json!({
        "client_id": "robot", "grant_types": ["client_credentials"], "scope": "accounts:read",
    });
    let created = world.create("/clients", robot).await;
    let basic = basic("robot", &created.member("client_secret"));
    let (browser, url) = (world.browser(), world.at("/token"));
    let (header, form) = (
        [("authorization", basic.as_str())],
        [("grant_type", "client_credentials")],
    );

    let asked = browser.post_with(&url, &header, &form);
    let deletion = ("DELETE", "/clients/robot", Value::Null);
    let answer = overtake(&world, deletion, asked).await;

    let token = answer.member("access_token");
    assert!(!is_active(&world, &token).await);
}
