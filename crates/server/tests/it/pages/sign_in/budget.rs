//! Limits of attempts, by account and address, and their cost to the server.

use std::{sync::atomic::Ordering, time::Duration};

use airside_server::settings::SignInLimits;
use serde_json::json;

use crate::{
    pages::{attempt, form, sentence},
    world::{PASSWORD, Setting, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_is_answered_like_a_wrong_password_and_costs_as_much() {
    // ASVS-6.3.8, T31
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let wrong = attempt(&app, &sealed, "bob", "wrong").await;
    let disabled = json!({ "disabled": true });
    world.admin("PATCH", "/users/bob", disabled).await;
    let before = world.issuer.hasher.calls();
    let answer = attempt(&app, &sealed, "bob", PASSWORD).await;
    assert_eq!(answer.status, 401);
    assert_eq!(sentence(&answer), sentence(&wrong));
    assert_eq!(world.issuer.hasher.calls() - before, 1);
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_attempt_costs_nothing_once_the_budget_is_spent() {
    // ASVS-6.3.1, T32
    let world = World::with(limited(2, 100)).await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for _ in 0..2 {
        attempt(&app, &sealed, "alice", "wrong").await;
    }
    let before = world.issuer.hasher.calls();
    let answer = attempt(&app, &sealed, "alice", PASSWORD).await;
    assert_eq!(answer.status, 429);
    assert_eq!(world.issuer.hasher.calls(), before);
    assert!(answer.text().contains("value=\"alice\""));
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_tries_many_names_has_to_wait_for_all_of_them() {
    // ASVS-6.3.1, T32
    let world = World::with(limited(10, 3)).await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for name in ["alice", "nobody", "x"] {
        assert_eq!(attempt(&app, &sealed, name, "wrong").await.status, 401);
    }
    assert_eq!(attempt(&app, &sealed, "bob", PASSWORD).await.status, 429);
    world.advance(Duration::from_secs(901));
    assert_eq!(attempt(&app, &sealed, "bob", PASSWORD).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_password_gives_the_attempts_back() {
    // ASVS-6.3.1
    let world = World::with(limited(2, 100)).await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for _ in 0..3 {
        assert_eq!(attempt(&app, &sealed, "alice", "wrong").await.status, 401);
        assert_eq!(attempt(&app, &sealed, "alice", PASSWORD).await.status, 303);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_clears_nobodys_failures() {
    // ASVS-6.3.1, T32
    let world = World::with(limited(3, 100)).await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for _ in 0..2 {
        attempt(&app, &sealed, "alice", "wrong").await;
    }
    world.failing.store(true, Ordering::SeqCst);
    let answer = attempt(&app, &sealed, "alice", PASSWORD).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (503, "1")
    );
    world.failing.store(false, Ordering::SeqCst);
    assert_eq!(attempt(&app, &sealed, "alice", "wrong").await.status, 401);
    assert_eq!(attempt(&app, &sealed, "alice", "wrong").await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_once_are_as_few_as_guesses_in_a_row() {
    // T32: an attempt is taken before the password is looked at
    let world = World::with(limited(3, 100)).await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let before = world.issuer.hasher.calls();
    let guesses = (0..40).map(|_| attempt(&app, &sealed, "alice", "wrong"));
    let answers = futures_util::future::join_all(guesses).await;
    let of = |status: u16| answers.iter().filter(|it| it.status == status).count();
    assert_eq!((of(401), of(429)), (3, 37));
    assert_eq!(world.issuer.hasher.calls() - before, 3);
    assert_eq!(attempt(&app, &sealed, "bob", PASSWORD).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn spellings_of_a_name_share_its_attempts() {
    // T32
    let world = World::with(limited(3, 100)).await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for name in ["alice", "ALICE", "Alice"] {
        assert_eq!(attempt(&app, &sealed, name, "wrong").await.status, 401);
    }
    assert_eq!(attempt(&app, &sealed, "aLiCe", PASSWORD).await.status, 429);
    assert_eq!(attempt(&app, &sealed, "BOB", PASSWORD).await.status, 303);
}

fn limited(account_failures: u32, address_failures: u32) -> Setting {
    Setting {
        sign_in: SignInLimits {
            account_failures,
            address_failures,
            ..SignInLimits::default()
        },
        ..Setting::default()
    }
}
