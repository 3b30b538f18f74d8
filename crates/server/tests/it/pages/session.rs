//! Sessions: what ends one, and what only shows a page.

use super::session_cookie;
use crate::world::{Tokens, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_sign_in_changes_the_cookie_and_ends_the_old_session() {
    // ASVS-7.2.4, A18
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let (name, old) = session_cookie(&app);
    let app = app.with("prompt", "login");
    app.code("alice").await;
    assert_ne!(session_cookie(&app).1, old);
    let app = app.with("prompt", "none");
    assert!(app.authorize().await.returned("code").is_some());
    app.browser.set_cookie(&name, &old);
    assert_eq!(app.authorize().await.outcome(), "303 login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_the_sign_out_page_changes_nothing() {
    // OIDC-RPInitiated-2, A16
    let world = World::new().await;
    let app = world.app("spa").scope("openid accounts:read");
    let tokens = app.sign_in("alice").await;
    let page = app.browser.get(&world.at("/sign-out")).await;
    assert_eq!(page.status, 200);
    assert!(!page.headers.contains_key("set-cookie"));
    assert_eq!(app.userinfo(&tokens.access).await.status, 200);
    assert!(app.authorize().await.returned("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_and_what_was_only_for_it() {
    // OIDC-Core-11
    let world = World::new().await;
    let mut app = world.app("spa").scope("openid accounts:read");
    let online = app.sign_in("alice").await;
    app = app.scope("openid offline_access accounts:read");
    let offline = app.sign_in("alice").await;
    let sealed = app.browser.get(&world.at("/sign-out")).await;
    let sealed = sealed.hidden("interaction");
    let fields = [("interaction", sealed.as_str())];
    let answer = app.browser.post(&world.at("/sign-out"), &fields).await;
    assert_eq!(answer.status, 200);
    assert_eq!(app.userinfo(&online.access).await.status, 401);
    Tokens::of(&app.refresh(offline.refresh()).await);
    let silent = app.with("prompt", "none").authorize().await;
    assert_eq!(silent.outcome(), "303 login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_that_another_site_submits_only_shows_the_page() {
    // OIDC-RPInitiated-6, A16
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let url = world.at("/sign-out");
    let site = [("sec-fetch-site", "cross-site")];
    let answer = app.browser.post_with(&url, &site, &[]).await;
    assert_eq!(answer.status, 303);
    assert!(!answer.headers.contains_key("set-cookie"));
    let sealed = app.browser.get(&url).await.hidden("interaction");
    let fields = [("interaction", sealed.as_str())];
    let answer = app.browser.post_with(&url, &site, &fields).await;
    assert_eq!(answer.status, 403);
    assert!(
        answer
            .text()
            .contains("If you meant to sign out, start again.")
    );
    assert!(app.authorize().await.returned("code").is_some());
}
