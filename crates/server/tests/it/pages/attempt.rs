//! Sign-in attempts with a wrong or very long password, or too many of them.

use std::time::Duration;

use super::{attempt, form, sentence};
use crate::world::{PASSWORD, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_shows_the_form_again_with_the_name() {
    // ASVS-6.3.8
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let answer = attempt(&app, &sealed, "alice", "wrong").await;
    assert_eq!(answer.status, 401);
    assert!(answer.text().contains("value=\"alice\""));
    assert!(!answer.text().contains("wrong\""));
    let again = answer.hidden("interaction");
    assert_eq!(attempt(&app, &again, "alice", PASSWORD).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_name_is_answered_like_a_wrong_password_and_costs_as_much() {
    // ASVS-6.3.8, T31
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let mut seen = Vec::new();
    for name in ["alice", "nobody"] {
        let before = world.issuer.hasher.calls();
        let answer = attempt(&app, &sealed, name, "wrong").await;
        let calls = world.issuer.hasher.calls() - before;
        let page = answer.text().replace(name, "NAME");
        seen.push((answer.status, sentence(&answer), page, calls));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].3, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_very_long_password_is_refused_before_anything_is_computed() {
    // ASVS-6.2.9, T33
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    let before = world.issuer.hasher.calls();
    let answer = attempt(&app, &sealed, "alice", &"x".repeat(1025)).await;
    assert_eq!(answer.status, 400);
    assert_eq!(world.issuer.hasher.calls(), before);
    let answer = attempt(&app, &sealed, "alice", &"x".repeat(1024)).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_wrong_attempts_a_name_has_to_wait_known_or_not() {
    // ASVS-6.3.1, T31, T32
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for name in ["alice", "nobody"] {
        for _ in 0..10 {
            assert_eq!(attempt(&app, &sealed, name, "wrong").await.status, 401);
        }
        let answer = attempt(&app, &sealed, name, PASSWORD).await;
        assert_eq!(answer.status, 429, "{name}");
        assert!(answer.text().contains("Try again in 15 minutes."));
        let wait: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=900).contains(&wait), "{name} {wait}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_waited_may_try_again() {
    // ASVS-6.3.1
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    for _ in 0..11 {
        attempt(&app, &sealed, "alice", "wrong").await;
    }
    let (_, other) = form(&app).await;
    assert_eq!(attempt(&app, &other, "bob", PASSWORD).await.status, 303);
    world.advance(Duration::from_secs(901));
    assert_eq!(attempt(&app, &sealed, "alice", PASSWORD).await.status, 303);
}
