//! Retries, lost answers and reuse of refresh tokens.

use airside_oauth::token::refresh_token::RefreshToken;
use airside_testkit::Answer;
use serde_json::json;

use super::{SECOND, assert_dead, refreshed, rotating_till, world_with};
use crate::{
    token::public_client,
    world::{World, basic},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_within_thirty_seconds_gets_the_same_successor_again() {
    // T10, decision 20
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let second = refreshed(&app, &first).await;
    world.advance(30 * SECOND);
    for _ in 0..3 {
        assert_eq!(refreshed(&app, &first).await.refresh(), second.refresh());
    }
    assert_eq!(app.refresh(second.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_retry_gets_a_fresh_successor_and_voids_the_unseen_one() {
    // T10, decision 20
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let lost = refreshed(&app, &first).await;
    world.advance(31 * SECOND);
    let second = refreshed(&app, &first).await;
    assert_ne!(second.refresh(), lost.refresh());
    // control: the window started again
    assert_eq!(refreshed(&app, &first).await.refresh(), second.refresh());
    assert_reuse(&world, app.refresh(lost.refresh()).await).await;
    assert_dead(&app, &second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_eleventh_lost_answer_is_reuse() {
    // T11, decision 20
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    refreshed(&app, &first).await;
    for _ in 0..10 {
        world.advance(31 * SECOND);
        refreshed(&app, &first).await;
    }
    world.advance(31 * SECOND);
    assert_reuse(&world, app.refresh(first.refresh()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_predecessor_whose_successor_was_used_revokes_the_grant() {
    // T11, RFC9700-4.14.2
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let second = refreshed(&app, &first).await;
    let third = refreshed(&app, &second).await;
    assert_reuse(&world, app.refresh(first.refresh()).await).await;
    assert_dead(&app, &third).await;
    assert_eq!(app.userinfo(&first.access).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_of_long_ago_revokes_the_grant() {
    // T11: n-5
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let mut last = first.clone();
    for _ in 0..5 {
        world.advance(60 * SECOND);
        last = refreshed(&app, &last).await;
    }
    assert_reuse(&world, app.refresh(first.refresh()).await).await;
    assert_dead(&app, &last).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reuse_kills_no_other_grant_of_the_same_person_and_client() {
    // T11
    let world = World::new().await;
    let app = world.app("spa");
    let (stolen, other) = (app.sign_in("alice").await, app.sign_in("alice").await);
    let second = refreshed(&app, &stolen).await;
    refreshed(&app, &second).await;
    assert_reuse(&world, app.refresh(stolen.refresh()).await).await;
    assert_eq!(app.refresh(other.refresh()).await.status, 200);
    assert_eq!(app.userinfo(&other.access).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_that_was_never_issued_is_refused_and_changes_nothing() {
    // decision 20: above the current one
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let keys = world.issuer.keys();
    let current = RefreshToken::verify(first.refresh(), &keys.vault).unwrap();
    let token = RefreshToken {
        generation: 1,
        ..current
    };
    let unissued = token.render(&keys.vault, world.issuer.now()).unwrap();
    assert_eq!(app.refresh(&unissued).await.outcome(), "400 invalid_grant");
    let events = world.events().await;
    assert!(events.contains(&"refresh_token.unissued".to_owned()));
    assert_eq!(app.refresh(first.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_in_six_generations_in_a_row_is_reported() {
    // decision 20
    let world = World::new().await;
    let app = world.app("spa");
    let mut tokens = app.sign_in("alice").await;
    for _ in 0..6 {
        assert!(!alarmed(&world).await);
        let next = refreshed(&app, &tokens).await;
        refreshed(&app, &tokens).await;
        tokens = next;
    }
    assert!(alarmed(&world).await);
    assert_eq!(app.refresh(tokens.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_can_ask_that_such_a_follower_ends_the_grant() {
    // decision 20
    let more = json!({ "refresh_token_retry_alarm": "revoke" });
    let world = world_with(public_client("public-strict", more)).await;
    let app = world.app("public-strict");
    let mut tokens = app.sign_in("alice").await;
    for generation in 1..=6 {
        let next = refreshed(&app, &tokens).await;
        let retry = app.refresh(tokens.refresh()).await;
        assert_eq!(retry.status == 200, generation < 6, "{generation}");
        tokens = next;
    }
    assert_dead(&app, &tokens).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reuse_without_client_authentication_revokes_nothing() {
    // T12
    let world = world_with(rotating_till()).await;
    let app = world.app("till");
    let first = app.sign_in("alice").await;
    let second = refreshed(&app, &first).await;
    let third = refreshed(&app, &second).await;
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh()),
    ];
    let wrong = basic("till", "guessed");
    let wrong = [("authorization", wrong.as_str())];
    let (browser, url) = (world.browser(), world.at("/token"));
    let answer = browser.post_with(&url, &wrong, &form).await;
    assert_eq!(answer.outcome(), "401 invalid_client");
    assert_eq!(app.refresh(third.refresh()).await.status, 200);
}

async fn alarmed(world: &World) -> bool {
    let alarm = "refresh_token.retry_alarm".to_owned();
    world.events().await.contains(&alarm)
}

pub(super) async fn assert_reuse(world: &World, answer: Answer) {
    assert_eq!(answer.outcome(), "400 invalid_grant");
    let reused = "refresh_token.reused".to_owned();
    assert!(world.events().await.contains(&reused));
}
