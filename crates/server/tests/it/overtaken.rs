//! Tokens that are issued while a revocation is on its way.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    token::claims,
    world::{Tokens, World, basic},
};

const ROUNDS: usize = 8;
const TICK: Duration = Duration::from_millis(1);

async fn is_active(world: &World, token: &str) -> bool {
    world.app("bank-api").introspect(token).await.json()["active"] == true
}

/// Lets time pass and asks for tokens until `done`.
async fn until<T>(world: &World, done: &AtomicBool, ask: impl AsyncFn() -> Option<T>) -> Vec<T> {
    let mut all = Vec::new();
    while !done.load(Ordering::SeqCst) {
        world.advance(TICK);
        all.extend(ask().await);
    }
    all
}

async fn administer(world: &World, done: &AtomicBool, call: (&str, &str, Value)) {
    let (method, path, body) = call;
    let answer = world.admin(method, path, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    done.store(true, Ordering::SeqCst);
}

/// T14: the time of a revocation is not before what was decided without it.
#[tokio::test(flavor = "multi_thread")]
async fn no_token_outlives_a_role_by_being_issued_while_it_is_taken_away() {
    let world = World::new().await;
    let roles = |roles: Value| ("PATCH", "/users/alice", json!({ "roles": roles }));
    let idle = AtomicBool::new(false);
    administer(&world, &idle, roles(json!(["teller"]))).await;
    for _ in 0..ROUNDS {
        let mut apps = Vec::new();
        for app in [world.app("spa"), world.app("spa")] {
            let first = app.sign_in("alice").await;
            apps.push((app, first));
        }
        let done = AtomicBool::new(false);
        let refreshes = apps.iter().map(async |(app, first)| {
            let last = std::sync::Mutex::new(first.refresh().to_owned());
            let ask = async || {
                let token = last.lock().unwrap().clone();
                let tokens = Tokens::of(&app.refresh(&token).await);
                tokens.refresh().clone_into(&mut last.lock().unwrap());
                Some(tokens.access)
            };
            until(&world, &done, ask).await
        });
        let change = administer(&world, &done, roles(json!([])));
        let (issued, ()) = tokio::join!(futures_util::future::join_all(refreshes), change);
        for token in issued.iter().flatten() {
            let has_role = claims(token)["roles"] == json!(["teller"]);
            assert!(!has_role || !is_active(&world, token).await);
        }
        world.advance(TICK);
        // the control: what is issued afterwards lives
        let after = world.app("spa").sign_in("alice").await;
        assert!(is_active(&world, &after.access).await);
        administer(&world, &idle, roles(json!(["teller"]))).await;
    }
}

/// T14
#[tokio::test(flavor = "multi_thread")]
async fn no_token_outlives_a_client_by_being_issued_while_it_is_deleted() {
    let world = World::new().await;
    for round in 0..ROUNDS {
        let name = format!("robot-{round}");
        let robot = json!({
            "client_id": name, "grant_types": ["client_credentials"], "scope": "accounts:read",
        });
        let created = world.admin("POST", "/clients", robot).await;
        let basic = basic(&name, &created.member("client_secret"));
        let (done, url) = (AtomicBool::new(false), world.at("/token"));
        let machines = (0..3).map(async |_| {
            let browser = world.browser();
            let ask = async || {
                let header = [("authorization", basic.as_str())];
                let form = [("grant_type", "client_credentials")];
                let answer = browser.post_with(&url, &header, &form).await;
                (answer.status == 200).then(|| answer.member("access_token"))
            };
            until(&world, &done, ask).await
        });
        let path = format!("/clients/{name}");
        let deletion = administer(&world, &done, ("DELETE", &path, Value::Null));
        let (issued, ()) = tokio::join!(futures_util::future::join_all(machines), deletion);
        for token in issued.iter().flatten() {
            assert!(!is_active(&world, token).await);
        }
    }
}
