//! Pages that are stale or were made for somebody else sign nobody out.

use std::time::Duration;

use super::{confirm, open};
use crate::{
    authorize_endpoint::asked,
    pages::{attempt, form},
    world::{PASSWORD, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_another_browser_signs_nobody_out() {
    // A16
    let world = World::new().await;
    let (attacker, victim) = (world.app("spa"), world.app("spa"));
    attacker.code("bob").await;
    victim.code("alice").await;
    let page = open(&attacker, &[]).await;
    assert_eq!(confirm(&victim, &page).await.status, 403);
    assert_eq!(asked(&victim).await, "code");
    assert_eq!(confirm(&attacker, &page).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_page_signs_nobody_out() {
    // A16
    let world = World::new().await;
    let app = world.app("spa");
    app.code("alice").await;
    let page = open(&app, &[]).await;
    world.advance(Duration::from_secs(601));
    let again = confirm(&app, &page).await;
    assert_eq!(again.status, 303, "it is asked again");
    assert!(again.header("location").contains("/sign-out?interaction="));
    assert_eq!(asked(&app).await, "code");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seal_of_another_page_signs_nobody_out() {
    // A16
    let world = World::new().await;
    let app = world.app("spa");
    let (_, sign_in) = form(&app).await;
    attempt(&app, &sign_in, "alice", PASSWORD).await;
    let (_, consent) = form(&app).await;
    for wrong in [&sign_in, &consent] {
        let fields = [("interaction", wrong.as_str())];
        let answer = app.browser.post(&world.at("/sign-out"), &fields).await;
        assert_eq!(answer.status, 303);
        assert!(answer.header("location").contains("/sign-out?"));
    }
    assert_eq!(asked(&app).await, "consent");
}
