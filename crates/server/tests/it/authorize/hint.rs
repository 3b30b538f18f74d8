//! `id_token_hint`: whom a client expects (A20, OIDC Core §3.1.2.1).

use std::time::Duration;

use crate::{
    authorize_endpoint::{asked, step},
    world::World,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_may_have_expired() {
    // OIDC-Core-3.1.2.1
    let world = World::new().await;
    let app = world.app("spa");
    let hint = app.sign_in("alice").await.id.unwrap();
    world.advance(Duration::from_secs(60 * 60));
    let app = app.with("prompt", "none").with("id_token_hint", &hint);
    assert_eq!(asked(&app).await, "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_of_another_client_is_none() {
    // A20
    let world = World::new().await;
    let other = world.app("web").sign_in("alice").await.id.unwrap();
    let app = world.app("spa");
    let own = app.sign_in("alice").await.id.unwrap();
    let app = app.with("prompt", "none").with("id_token_hint", &other);
    assert_eq!(asked(&app).await, "login_required");
    assert_eq!(asked(&app.with("id_token_hint", &own)).await, "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_or_a_changed_id_token_is_no_hint() {
    // A20, T15
    let world = World::new().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    let id = tokens.id.unwrap();
    let (signed, signature) = id.rsplit_once('.').unwrap();
    let reversed: String = signature.chars().rev().collect();
    let mut app = app.with("prompt", "none");
    for hint in [
        tokens.access,
        format!("{signed}.{reversed}"),
        format!("{signed}."),
    ] {
        app = app.with("id_token_hint", &hint);
        assert_eq!(asked(&app).await, "login_required");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_hinted_at_signs_in_and_is_still_refused() {
    // OIDC-Core-3.1.2.2
    let world = World::new().await;
    let bob = world.app("spa").sign_in("bob").await.id.unwrap();
    let app = world.app("spa");
    app.code("alice").await;
    let app = app.with("id_token_hint", &bob);
    assert_eq!(asked(&app).await, "sign-in");
    assert_eq!(step(&app.code_answer("alice").await), "login_required");
    assert_eq!(step(&app.code_answer("bob").await), "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_hint_fills_in_the_form_and_decides_nothing() {
    // OIDC-Core-3.1.2.1
    let world = World::new().await;
    let app = world.app("spa").with("login_hint", "bob");
    let page = app.authorize().await.header("location").to_owned();
    let form = app.browser.get(&page).await;
    assert!(form.text().contains("value=\"bob\""));
    app.submit(&page, &form, "alice").await;
    assert_eq!(asked(&app).await, "consent");
}
