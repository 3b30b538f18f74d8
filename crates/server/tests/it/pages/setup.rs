//! The link of the first administrator.

use std::time::Duration;

use airside_testkit::Answer;
use serde_json::json;

use super::{assert_guarded, attempt, form};
use crate::world::{PASSWORD, Setting, World};

async fn empty() -> World {
    World::with(Setting {
        nobody: true,
        ..Setting::default()
    })
    .await
}

/// The token of a new link.
fn link(world: &World) -> String {
    let token = world
        .issuer
        .setup
        .begin(world.issuer.now(), &world.issuer.draw());
    token.expose().to_owned()
}

async fn open(world: &World, token: &str) -> Answer {
    let browser = world.browser();
    browser
        .get(&world.at(&format!("/setup?token={token}")))
        .await
}

async fn create(world: &World, token: &str, name: &str, password: &str) -> Answer {
    let fields = [("token", token), ("username", name), ("password", password)];
    world.browser().post(&world.at("/setup"), &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_makes_one_administrator_who_can_sign_in() {
    let world = empty().await;
    let token = link(&world);
    for _ in 0..2 {
        assert_eq!(
            open(&world, &token).await.status,
            200,
            "looking uses nothing up"
        );
    }
    let made = create(&world, &token, "root", PASSWORD).await;
    assert_eq!(made.status, 200);
    assert_guarded(&made, "made");
    let shown = world.admin("GET", "/users/root", json!(null)).await.json();
    assert_eq!(shown["administrator"], true);
    let app = world.app("spa");
    let (_, sealed) = form(&app).await;
    assert_eq!(attempt(&app, &sealed, "root", PASSWORD).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_works_once() {
    let world = empty().await;
    let token = link(&world);
    assert_eq!(create(&world, &token, "root", PASSWORD).await.status, 200);
    let again = [
        create(&world, &token, "evil", PASSWORD).await,
        open(&world, &token).await,
    ];
    for answer in again {
        assert_eq!(answer.status, 200, "a second click, or Back");
        let created = "Administrator <bdi>root</bdi> was created";
        assert!(answer.text().contains(created));
    }
    let evil = world.admin("GET", "/users/evil", json!(null)).await;
    assert_eq!(evil.status, 404);
    let late = create(&world, &link(&world), "evil", PASSWORD).await;
    assert_eq!(late.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_with_the_link_make_one_administrator() {
    // decision 1
    let world = empty().await;
    let token = link(&world);
    let (a, b) = tokio::join!(
        create(&world, &token, "one", PASSWORD),
        create(&world, &token, "two", PASSWORD),
    );
    let made = |name: &str| a.text().contains(name) && b.text().contains(name);
    let (one, two) = (made("<bdi>one</bdi> was"), made("<bdi>two</bdi> was"));
    let refused = [a.status, b.status].contains(&http::StatusCode::NOT_FOUND);
    assert!(one ^ two || refused, "{} {}", a.text(), b.text());
    let users = world.admin("GET", "/users", json!(null)).await.json();
    assert_eq!(users.as_array().map(Vec::len), Some(1), "{users}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_dies_with_the_first_account_however_it_was_made() {
    let world = empty().await;
    let token = link(&world);
    assert_eq!(open(&world, &token).await.status, 200);
    let user = json!({ "username": "alice", "password": PASSWORD });
    assert_eq!(world.admin("POST", "/users", user).await.status, 201);
    assert_eq!(create(&world, &token, "evil", PASSWORD).await.status, 404);
    assert_eq!(open(&world, &token).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_works_for_thirty_minutes() {
    let world = empty().await;
    let token = link(&world);
    world.advance(Duration::from_secs(30 * 60));
    assert_eq!(open(&world, &token).await.status, 200);
    world.advance(Duration::from_millis(1));
    assert_eq!(open(&world, &token).await.status, 404);
    assert_eq!(create(&world, &token, "root", PASSWORD).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_newest_link_works_and_no_other_text() {
    let world = empty().await;
    let old = link(&world);
    let token = link(&world);
    for wrong in ["", "x", &old, &token[1..], &token.to_uppercase()] {
        assert_eq!(open(&world, wrong).await.status, 404, "{wrong}");
        assert_eq!(create(&world, wrong, "evil", PASSWORD).await.status, 404);
    }
    assert_eq!(open(&world, &token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_an_account_is_asked_for_again() {
    // NIST-800-63B-3.1.1.2
    let world = empty().await;
    let token = link(&world);
    let long = "x".repeat(1025);
    for (name, password) in [
        ("root", "elevenchars"),
        ("root", long.as_str()),
        ("", PASSWORD),
        ("a\u{0}b\"><script>", "short"),
    ] {
        let before = world.issuer.hasher.calls();
        let answer = create(&world, &token, name, password).await;
        assert_eq!(answer.status, 400, "{name}");
        assert_eq!(world.issuer.hasher.calls(), before);
        assert!(!answer.text().contains("<script"));
    }
    assert_eq!(create(&world, &token, "root", PASSWORD).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_makes_no_administrator() {
    // A15
    let world = empty().await;
    let token = link(&world);
    let fields = [
        ("token", token.as_str()),
        ("username", "evil"),
        ("password", PASSWORD),
    ];
    for header in super::FOREIGN {
        let url = world.at("/setup");
        let answer = world.browser().post_with(&url, &[header], &fields).await;
        assert_eq!(answer.status, 403, "{header:?}");
        assert!(
            answer
                .text()
                .contains("Nothing was changed. Open the set-up link again.")
        );
    }
    assert_eq!(create(&world, &token, "root", PASSWORD).await.status, 200);
}
