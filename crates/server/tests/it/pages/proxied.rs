//! Signing in through a proxy: whose failures count for whom.

use airside_oauth::state::event::EventKind;
use airside_server::settings::SignInLimits;
use airside_store::EventQuery;
use airside_testkit::Answer;

use super::form;
use crate::world::{App, PASSWORD, Setting, World};

async fn world() -> World {
    World::with(Setting {
        trusted_proxies: &["127.0.0.1"],
        sign_in: SignInLimits {
            account_failures: 3,
            address_failures: 5,
            ..SignInLimits::default()
        },
        ..Setting::default()
    })
    .await
}

async fn attempt(
    app: &App<'_>,
    forwarded: &[(&str, &str)],
    username: &str,
    password: &str,
) -> Answer {
    let (_, sealed) = form(app).await;
    let fields = [
        ("interaction", sealed.as_str()),
        ("username", username),
        ("password", password),
    ];
    let url = app.world.at("/sign-in");
    app.browser.post_with(&url, forwarded, &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_proxy_that_names_nobody_the_account_alone_counts() {
    // T32: one person's failures lock nobody else out
    let world = world().await;
    let app = world.app("spa");
    for i in 0..10 {
        let wrong = attempt(&app, &[], &format!("nobody{i}"), "wrong").await;
        assert_eq!(wrong.status, 401);
    }
    for _ in 0..3 {
        assert_eq!(attempt(&app, &[], "bob", "wrong").await.status, 401);
    }
    assert_eq!(attempt(&app, &[], "bob", PASSWORD).await.status, 429);
    assert_eq!(attempt(&app, &[], "alice", PASSWORD).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_chooses_no_address_with_a_second_header() {
    // T32
    let world = world().await;
    let app = world.app("spa");
    for i in 0..5 {
        let chosen = format!("for=198.51.100.{i}");
        let headers = both(&chosen, "192.0.2.1");
        let wrong = attempt(&app, &headers, &format!("nobody{i}"), "wrong").await;
        assert_eq!(wrong.status, 401);
    }
    let hidden = both("for=198.51.100.9", "192.0.2.1");
    let refused = attempt(&app, &hidden, "alice", PASSWORD).await;
    assert_eq!(refused.status, 429);
    let other = both("for=192.0.2.1", "192.0.2.2");
    assert_eq!(attempt(&app, &other, "alice", PASSWORD).await.status, 303);
}

fn both<'a>(forwarded: &'a str, forwarded_for: &'a str) -> [(&'a str, &'a str); 2] {
    [("forwarded", forwarded), ("x-forwarded-for", forwarded_for)]
}

#[tokio::test(flavor = "multi_thread")]
async fn events_name_the_client_and_never_the_proxy() {
    let world = world().await;
    let app = world.app("spa");
    attempt(&app, &[("x-forwarded-for", "192.0.2.1")], "alice", "wrong").await;
    attempt(&app, &[], "bob", "wrong").await;
    world.events().await;
    let query = EventQuery {
        limit: 100,
        ..EventQuery::default()
    };
    let events = world.store.events(&query).await.unwrap();
    let refused = (events.iter()).filter(|event| event.kind == EventKind::SignInRefused);
    let addresses: Vec<_> = refused.map(|event| event.origin.address).collect();
    let names = |address: &str| addresses.contains(&address.parse().ok());
    assert!(names("192.0.2.1"), "{addresses:?}");
    assert!(addresses.contains(&None), "{addresses:?}");
    assert!(!names("127.0.0.1"), "{addresses:?}");
}
