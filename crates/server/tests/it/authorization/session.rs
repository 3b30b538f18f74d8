//! A session or a consent is enough until the app or the scope wants more.

use std::time::Duration;

use crate::world::{App, World};

/// The page that the app's browser is sent to, or the error or code that it comes back with.
async fn led_to(app: &App<'_>) -> String {
    let answer = app.authorize().await;
    let location = answer.header("location");
    match location.strip_prefix(&app.world.url) {
        Some(path) => path.split('?').next().unwrap().to_owned(),
        None => answer
            .returned("error")
            .unwrap_or_else(|| "code".to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prompt_none_never_shows_a_page() {
    // OIDC-Core-3.1.2.6
    let world = World::new().await;
    let app = world.app("spa").with("prompt", "none");
    assert_eq!(led_to(&app).await, "login_required");
    let app = app.with("prompt", "");
    app.code("alice").await;
    let app = app.with("prompt", "none");
    assert_eq!(led_to(&app).await, "code");
    assert_eq!(led_to(&app.scope("openid email")).await, "consent_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_used_until_the_app_wants_a_new_sign_in() {
    // OIDC-Core-3.1.2.1
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    world.advance(Duration::from_secs(601));
    assert_eq!(led_to(&app).await, "code");
    for (name, value) in [("prompt", "login"), ("max_age", "0"), ("max_age", "600")] {
        let app = world.app("spa");
        app.code("alice").await;
        world.advance(Duration::from_secs(601));
        let app = app.with(name, value);
        assert_eq!(led_to(&app).await, "/sign-in", "{name}={value}");
        app.code("alice").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_is_remembered_until_something_grows() {
    let world = World::new().await;
    let app = world.app("spa").scope("openid");
    app.code("alice").await;
    assert_eq!(led_to(&app).await, "code");
    let app = app.scope("openid profile");
    assert_eq!(led_to(&app).await, "/consent");
    app.code("alice").await;
    assert_eq!(
        led_to(&app.scope("openid").with("prompt", "consent")).await,
        "/consent"
    );
}
