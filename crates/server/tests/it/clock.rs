//! A clock that jumps: a machine that was asleep, a battery that was empty, a hand on the clock.

use std::time::Duration;

use airside_oauth::time::Time;
use http::Method;
use serde_json::json;

use crate::world::{App, Tokens, World};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Somebody who is signed in, and what must stay dead.
struct Held {
    living: Tokens,
    revoked: Tokens,
    reused: Tokens,
}

impl Held {
    async fn by(app: &App<'_>) -> Self {
        let living = app.sign_in("alice").await;
        let revoked = app.sign_in("bob").await;
        assert_eq!(app.revoke(revoked.refresh()).await.status, 200);
        let code = app.code("bob").await;
        let reused = Tokens::of(&app.redeem(&code).await);
        assert_eq!(app.redeem(&code).await.outcome(), "400 invalid_grant");
        Self {
            living,
            revoked,
            reused,
        }
    }

    async fn assert_dead_is_dead(&self, app: &App<'_>, when: &str) {
        for dead in [&self.revoked, &self.reused] {
            let answer = app.refresh(dead.refresh()).await;
            assert_eq!(answer.outcome(), "400 invalid_grant", "{when}");
            assert_eq!(app.userinfo(&dead.access).await.status, 401, "{when}");
            let answer = app.introspect(&dead.access).await;
            assert_eq!(answer.json()["active"], false, "{when}");
        }
    }
}

async fn assert_whole(world: &World, when: &str) {
    for path in [
        "/health/live",
        "/jwks",
        "/metrics",
        "/.well-known/openid-configuration",
    ] {
        let answer = world
            .browser()
            .send(Method::GET, &world.at(path), &[], "")
            .await;
        assert_eq!(answer.status, 200, "{when}: {path}");
    }
    let fresh = world.app("web");
    let tokens = fresh.sign_in("alice").await;
    assert_eq!(fresh.userinfo(&tokens.access).await.status, 200, "{when}");
    assert_eq!(fresh.refresh(tokens.refresh()).await.status, 200, "{when}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_jump_back_of_a_day_everybody_goes_on_and_nothing_revoked_is_alive() {
    let world = World::new().await;
    let app = world.app("web");
    let held = Held::by(&app).await;
    world.set_back(DAY);
    world.housekeeping().await;
    held.assert_dead_is_dead(&app, "a day back").await;
    let next = app.refresh(held.living.refresh()).await;
    assert_eq!(next.status, 200, "{}", next.text());
    assert_whole(&world, "a day back").await;
    world.advance(DAY);
    world.housekeeping().await;
    held.assert_dead_is_dead(&app, "and forth").await;
    assert_whole(&world, "and forth").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_jump_ahead_of_a_year_people_sign_in_again_and_back_again_nothing_revoked_is_alive()
{
    let world = World::new().await;
    let app = world.app("web");
    let held = Held::by(&app).await;
    world.advance(YEAR);
    world.housekeeping().await;
    held.assert_dead_is_dead(&app, "a year ahead").await;
    assert_eq!(app.userinfo(&held.living.access).await.status, 401);
    let old = app.refresh(held.living.refresh()).await;
    assert_eq!(old.outcome(), "400 invalid_grant");
    assert_whole(&world, "a year ahead").await;
    // the sweep has forgotten what ended: what it forgot must not count as good
    world.set_back(YEAR);
    world.housekeeping().await;
    held.assert_dead_is_dead(&app, "and back").await;
    assert_whole(&world, "and back").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_dropped_stays_so_after_a_jump_back() {
    let world = World::new().await;
    let app = world.app("web");
    world.advance(DAY);
    let tokens = app.sign_in("alice").await;
    let rotated = json!({ "alg": "ES256", "emergency": true });
    let answer = world.admin("POST", "/keys/rotate", rotated).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    assert_eq!(app.userinfo(&tokens.access).await.status, 401);
    world.set_back(DAY);
    world.housekeeping().await;
    assert_eq!(app.userinfo(&tokens.access).await.status, 401);
    assert_whole(&world, "a day back").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_that_were_used_up_before_a_jump_back_are_not_used_up_for_longer() {
    let world = World::new().await;
    for attempt in 0..11 {
        let status = sign_in(&world, "wrong").await;
        assert_eq!(status, if attempt < 10 { 401 } else { 429 }, "{attempt}");
    }
    world.set_back(DAY);
    assert_eq!(
        sign_in(&world, "wrong").await,
        429,
        "a jump gives nothing back"
    );
    world.advance(Duration::from_secs(15 * 60 + 1));
    assert_eq!(sign_in(&world, "correct horse battery").await, 303);
}

async fn sign_in(world: &World, password: &str) -> u16 {
    let app = world.app("spa");
    let location = app.authorize().await.header("location").to_owned();
    let page = app.browser.get(&location).await;
    let sealed = page.hidden("interaction");
    let fields = [
        ("interaction", sealed.as_str()),
        ("username", "alice"),
        ("password", password),
    ];
    let answer = app.browser.post(&world.at("/sign-in"), &fields).await;
    answer.status.as_u16()
}

/// The very ends of time are times like any other.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_without_a_battery_starts_at_1970_and_still_nothing_panics() {
    let world = World::new().await;
    let app = world.app("web");
    let held = Held::by(&app).await;
    world.set(Time::from_millis(0));
    world.housekeeping().await;
    held.assert_dead_is_dead(&app, "1970").await;
    let answer = world.browser().get(&world.at("/health/live")).await;
    assert_eq!(answer.status, 200);
}
