//! Tests what is answered while the store cannot be read or written: never a success (RFC 7009 §2.2.1).

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use airside_oauth::key::secret::Secret;
use airside_testkit::Answer;
use serde_json::json;
use tokio::{
    sync::Notify,
    task::{JoinHandle, JoinSet},
};

use crate::{
    client_auth::{
        assertion::{claims, key, present, robot, sign},
        world_with,
    },
    world::{App, Tokens, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_needs_the_store_succeeds_without_it() {
    // T18
    let world = World::new().await;
    let app = world.app("web");
    let (tokens, code) = (app.sign_in("alice").await, app.code("alice").await);
    fail(&world, true);
    assert_unavailable(&app.redeem(&code).await);
    assert_unavailable(&app.refresh(tokens.refresh()).await);
    assert_unavailable(&app.revoke(tokens.refresh()).await);
    assert_unavailable(&app.revoke(&tokens.access).await);
    assert_unavailable(&app.introspect(&tokens.access).await);
    assert_unavailable(&app.userinfo(&tokens.access).await);
    fail(&world, false);
    assert_whole(&app, &tokens, &code).await;
}

async fn assert_whole(app: &App<'_>, tokens: &Tokens, code: &str) {
    assert_eq!(app.userinfo(&tokens.access).await.status, 200);
    assert_eq!(app.refresh(tokens.refresh()).await.status, 200);
    assert_eq!(app.redeem(code).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_gets_tokens_without_the_store() {
    // D07: client credentials need no transaction
    let world = World::new().await;
    fail(&world, true);
    let app = world.app("billing");
    let answer = app.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(world.browser().get(&world.at("/jwks")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_whose_use_cannot_be_recorded_is_not_accepted() {
    // T09, T18
    let key = key("k1");
    let world = world_with(vec![robot(&key, json!({}))]).await;
    let assertion = sign(&key, &claims(&world, "1", json!({})));
    fail(&world, true);
    assert_unavailable(&present(&world, &assertion).await);
    fail(&world, false);
    assert_eq!(present(&world, &assertion).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_keeps_its_token_is_tried_again_and_not_signed_out() {
    // decision 20: 503 means keep the token and retry
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    fail(&world, true);
    for _ in 0..3 {
        assert_unavailable(&app.refresh(first.refresh()).await);
        world.advance(Duration::from_secs(60));
    }
    fail(&world, false);
    let second = Tokens::of(&app.refresh(first.refresh()).await);
    assert_eq!(app.refresh(second.refresh()).await.status, 200);
}

fn fail(world: &World, failing: bool) {
    world.failing.store(failing, Ordering::SeqCst);
}

fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.outcome(), "503 temporarily_unavailable");
    assert!(matches!(answer.header("retry-after"), "1" | "2" | "3"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.text().contains("disk"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_of_passwords_refuses_sign_ins_and_nothing_else() {
    // T33, D07, D08
    let world = World::new().await;
    let filling = fill_the_queue(&world).await;

    // somebody may come just when a place in the queue is free
    let mut tried = Vec::new();
    let (app, location, form, refused) = loop {
        let app = world.app("spa");
        let location = app.authorize().await.header("location").to_owned();
        let form = app.browser.get(&location).await;
        let answer = app.submit(&location, &form, "alice").await;
        if answer.status == 503 {
            break (app, location, form, answer);
        }
        tried.push(answer.status);
        assert!(tried.len() < 20, "{tried:?}");
    };
    assert!(!refused.header("retry-after").is_empty());
    let machine = world.app("billing");
    let answer = machine.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(world.browser().get(&world.at("/jwks")).await.status, 200);

    filling.abort();
    drop(filling.await);
    let mut answer = refused;
    while answer.status == 503 {
        answer = app.submit(&location, &form, "alice").await;
    }
    assert_eq!(answer.status, 303);
}

/// Has more passwords checked than wait in the queue, until it is told to stop.
async fn fill_the_queue(world: &World) -> JoinHandle<()> {
    let issuer = Arc::clone(&world.issuer);
    let full = Arc::new(Notify::new());
    let found = Arc::clone(&full);
    let filling = tokio::spawn(async move {
        let mut waiting = JoinSet::new();
        loop {
            let issuer = Arc::clone(&issuer);
            let check = async move { issuer.hasher.verify(Secret::new("x"), None).await };
            waiting.spawn(check);
            if let Some(Ok(Err(_))) = waiting.try_join_next() {
                found.notify_one();
                tokio::task::yield_now().await;
            }
        }
    });
    full.notified().await;
    filling
}
