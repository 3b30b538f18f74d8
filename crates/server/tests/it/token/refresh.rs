//! Refresh: rotation, retries, reuse, and how long a grant lives (RFC 6749 §6, RFC 9700 §4.14).

mod reuse;

use std::time::Duration;

use airside_oauth::profile::Lifetimes;
use serde_json::{Value, json};

use self::reuse::assert_reuse;
use super::{claims, public_client};
use crate::world::{App, Setting, Tokens, World};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test(flavor = "multi_thread")]
async fn the_current_refresh_token_is_exchanged_for_a_new_one() {
    // RFC9700-4.14.2
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let second = refreshed(&app, &first).await;
    assert_ne!(first.refresh(), second.refresh());
    assert_ne!(first.access, second.access);
    assert_eq!(app.refresh(second.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confidential_client_keeps_its_refresh_token() {
    // RFC9700-4.14.2, decision 20
    let world = World::new().await;
    let app = world.app("web");
    let first = app.sign_in("alice").await;
    for _ in 0..3 {
        world.advance(DAY);
        assert_eq!(refreshed(&app, &first).await.refresh(), first.refresh());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confidential_client_can_be_told_to_rotate() {
    // RFC9700-4.14.2
    let world = world_with(rotating_till()).await;
    let app = world.app("till");
    let first = app.sign_in("alice").await;
    let second = refreshed(&app, &first).await;
    refreshed(&app, &second).await;
    assert_reuse(&world, app.refresh(first.refresh()).await).await;
}

/// A confidential client whose refresh tokens rotate.
fn rotating_till() -> Value {
    let more = json!({
        "token_endpoint_auth_method": "client_secret_basic", "refresh_token_rotation": true,
    });
    public_client("till", more)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_of_another_client_is_refused_and_its_grant_lives_on() {
    // T12, RFC6749-6
    let world = world_with(public_client("public-other", json!({}))).await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let second = refreshed(&app, &first).await;
    let third = refreshed(&app, &second).await;
    for thief in ["public-other", "web"] {
        // an old one too: whose it is comes before what state it is in
        for token in [&third, &first] {
            let theft = world.app(thief).refresh(token.refresh()).await;
            assert_eq!(theft.outcome(), "400 invalid_grant", "{thief}");
        }
    }
    assert_eq!(app.refresh(third.refresh()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_ends_thirty_days_after_the_grant_began_however_often_it_is_used() {
    // RFC9700-4.14.2
    let world = World::new().await;
    let app = world.app("spa");
    let mut tokens = app.sign_in("alice").await;
    for _ in 0..30 {
        world.advance(DAY);
        tokens = refreshed(&app, &tokens).await;
    }
    world.advance(SECOND);
    let late = app.refresh(tokens.refresh()).await;
    assert_eq!(late.outcome(), "400 invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unused_refresh_token_ends_after_the_idle_lifetime() {
    // RFC9700-4.14.2
    let lifetimes = Lifetimes {
        refresh_token_idle: DAY,
        ..Lifetimes::default()
    };
    let world = World::with(Setting {
        lifetimes,
        ..Setting::default()
    })
    .await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    world.advance(DAY);
    let second = refreshed(&app, &first).await;
    world.advance(DAY + SECOND);
    let late = app.refresh(second.refresh()).await;
    assert_eq!(late.outcome(), "400 invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_offline_access_refresh_ends_with_the_session() {
    // OIDC-Core-11
    let world = World::new().await;
    let app = world.app("spa").scope("openid accounts:read");
    let first = app.sign_in("alice").await;
    let second = refreshed(&app, &first).await;
    world.advance(14 * DAY + SECOND);
    let late = app.refresh(second.refresh()).await;
    assert_eq!(late.outcome(), "400 invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_out_ends_the_grants_that_are_not_offline_and_their_access_tokens() {
    // OIDC-Core-11
    let world = World::new().await;
    let app = world.app("spa");
    let offline = app.sign_in("alice").await;
    let app = app.scope("openid accounts:read");
    let online = app.sign_in("alice").await;
    sign_out(&app).await;
    assert_dead(&app, &online).await;
    assert_eq!(app.refresh(offline.refresh()).await.status, 200);
    assert_eq!(app.userinfo(&offline.access).await.status, 200);
}

async fn sign_out(app: &App<'_>) {
    let url = app.world.at("/sign-out");
    let page = app.browser.get(&url).await;
    let sealed = page.hidden("interaction");
    let answer = app.browser.post(&url, &[("interaction", &sealed)]).await;
    assert!(answer.status.as_u16() < 400, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_token_after_refresh_is_about_the_same_sign_in_and_has_no_nonce() {
    // OIDC-Core-12.2
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    world.advance(600 * SECOND);
    let second = refreshed(&app, &first).await;
    let (before, after) = (claims(&first.id.unwrap()), claims(&second.id.unwrap()));
    for name in ["iss", "sub", "aud", "auth_time", "sid"] {
        assert_eq!(before[name], after[name], "{name}");
    }
    assert_eq!(
        after["iat"].as_i64().unwrap() - before["iat"].as_i64().unwrap(),
        600
    );
    assert!(after.get("nonce").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_id_token_without_openid() {
    // OIDC-Core-3.1.2.1
    let world = World::new().await;
    let app = world.app("spa").scope("accounts:read");
    let first = app.sign_in("alice").await;
    assert_eq!(first.id, None);
    assert_eq!(refreshed(&app, &first).await.id, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_not_registered_for_refresh_gets_no_refresh_token() {
    // RFC7591-2
    let more = json!({ "grant_types": ["authorization_code"] });
    let world = world_with(public_client("public-short", more)).await;
    let tokens = world.app("public-short").sign_in("alice").await;
    assert_eq!(tokens.refresh, None);
    let other = world.app("spa").sign_in("alice").await;
    let answer = world.app("public-short").refresh(other.refresh()).await;
    assert_eq!(answer.outcome(), "400 unauthorized_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_refresh_token_is_refused_and_changes_nothing() {
    // T19
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    for altered in super::kind::altered(first.refresh()) {
        let answer = app.refresh(&altered).await;
        assert_eq!(answer.outcome(), "400 invalid_grant", "{altered}");
    }
    assert_eq!(app.refresh(first.refresh()).await.status, 200);
}

async fn world_with(client: serde_json::Value) -> World {
    World::with_clients([client]).await
}

async fn refreshed(app: &App<'_>, tokens: &Tokens) -> Tokens {
    Tokens::of(&app.refresh(tokens.refresh()).await)
}

async fn assert_dead(app: &App<'_>, tokens: &Tokens) {
    let refresh = app.refresh(tokens.refresh()).await;
    assert_eq!(refresh.outcome(), "400 invalid_grant");
    assert_eq!(app.userinfo(&tokens.access).await.status, 401);
}
