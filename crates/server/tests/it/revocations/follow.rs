//! The resource library follows the feed of a server.

use std::sync::Arc;

use airside_jose::base64url;
use airside_resource::{Feed, Rejection, ResourceServer, Revocations, clock::Clock};
use serde_json::json;

use super::{ask, options};
use crate::world::{App, BANK, Setting, Tokens, World, secret_of};

/// The way in which a person's access dies.
#[derive(Clone, Copy, Debug)]
enum Way {
    Revoked,
    GrantEnded,
    Disabled,
    Replayed,
}

impl Way {
    /// Ends the access of alice.
    async fn end(self, app: &App<'_>, alice: &Tokens) {
        let world = app.world;
        match self {
            Way::Revoked => assert_eq!(app.revoke(alice.refresh()).await.status, 200),
            Way::GrantEnded => {
                let grants = world.admin("GET", "/users/alice/grants", json!(null)).await;
                let id = grants.json()[0]["id"].as_str().unwrap().to_owned();
                let path = format!("/grants/{id}");
                world.administer("DELETE", &path, json!(null)).await;
            }
            Way::Replayed => {
                let next = app.refresh(alice.refresh()).await.member("refresh_token");
                app.refresh(&next).await;
                assert_eq!(app.refresh(alice.refresh()).await.status, 400);
            }
            Way::Disabled => {
                let disabled = json!({ "disabled": true });
                world.administer("PATCH", "/users/alice", disabled).await;
            }
        }
    }
}

/// J25: many APIs that verify offline, each by itself, hear of every way in which a token dies.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_dies_at_every_api_that_follows() {
    let world = World::with(Setting::default()).await;
    let bob = world.app("spa").sign_in("bob").await;
    let apis: Vec<_> = (0..APIS).map(|_| api(&world)).collect();
    for (_, feed) in &apis {
        let feed = feed.clone();
        tokio::spawn(async move { feed.follow().await });
    }
    for (_, feed) in &apis {
        feed.wait_until_connected().await;
    }
    for way in [Way::Revoked, Way::GrantEnded, Way::Replayed, Way::Disabled] {
        let app = world.app("spa");
        let alice = app.sign_in("alice").await;
        for (airside, _) in &apis {
            assert!(airside.verify_token(&alice.access).await.is_ok());
        }
        way.end(&app, &alice).await;
        let position = ask(&world, &[]).await["position"].as_i64().unwrap();
        for (airside, feed) in &apis {
            feed.wait_for_position(position).await;
            let refused = airside.verify_token(&alice.access).await.unwrap_err();
            assert!(
                matches!(refused, Rejection::InvalidToken(_)),
                "{way:?}: {refused}"
            );
            // the control
            assert!(airside.verify_token(&bob.access).await.is_ok(), "{way:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_lost_says_so_and_comes_back() {
    let world = World::new().await;
    let (_, feed) = api(&world);
    let following = feed.clone();
    tokio::spawn(async move { following.follow().await });
    feed.wait_until_connected().await;
    world
        .failing
        .store(true, std::sync::atomic::Ordering::SeqCst);
    feed.wait_until_lost().await;
    world
        .failing
        .store(false, std::sync::atomic::Ordering::SeqCst);
    feed.wait_until_connected().await;
}

pub(super) fn api(world: &World) -> (ResourceServer, Feed) {
    let revocations = Revocations::new();
    let options = options(&world.at("/revocations"), &secret_of("bank-api"));
    let issuer = Arc::clone(&world.issuer);
    let clock: Clock = Arc::new(move || issuer.now().as_seconds());
    let airside = ResourceServer::trusting(&world.url)
        .for_audience(BANK)
        .allow_loopback_http()
        .revocations(revocations.clone())
        .clock(Arc::clone(&clock))
        .build();
    (
        airside.unwrap(),
        Feed::with_clock(options, revocations, clock).unwrap(),
    )
}

const APIS: usize = 100;

/// An operator sees whether a new key has arrived everywhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_held_by_those_who_say_so() {
    let world = World::new().await;
    let keys = world.admin("GET", "/keys", json!(null)).await.json();
    let kid = keys[0]["kid"].as_str().unwrap().to_owned();
    let both = format!("{kid} other");
    ask(&world, &[("instance", "a"), ("kids", &both)]).await;
    ask(&world, &[("instance", "b"), ("kids", "other")]).await;
    // the library says it by itself
    let (airside, feed) = api(&world);
    feed.report_keys(&airside);
    let following = feed.clone();
    tokio::spawn(async move { following.follow().await });
    feed.wait_until_connected().await;
    let keys = world.admin("GET", "/keys", json!(null)).await.json();
    assert_eq!(
        (&keys[0]["followers"], &keys[0]["held_by"]),
        (&json!(3), &json!(2))
    );
}

/// J21: nobody's flood keeps a new key from being fetched, and a valid token from being taken.
#[tokio::test(flavor = "multi_thread")]
async fn new_keys_are_fetched_at_once_although_unknown_ones_are_asked_for() {
    let world = World::new().await;
    let (airside, feed) = api(&world);
    feed.report_keys(&airside);
    let following = feed.clone();
    tokio::spawn(async move { following.follow().await });
    feed.wait_until_connected().await;
    let mut good = world.machine_token().await;
    assert!(airside.verify_token(&good).await.is_ok());
    for _ in 0..3 {
        // the clock stands still: this uses up the fetch that unknown keys have in 30 seconds
        for kid in 0..20 {
            let header =
                json!({ "alg": "RS256", "typ": "at+jwt", "kid": format!("unknown-{kid}") });
            let (_, rest) = good.split_once('.').unwrap();
            let unknown = format!("{}.{rest}", base64url::encode(header.to_string()));
            assert!(airside.verify_token(&unknown).await.is_err());
        }
        let held = airside.key_ids().await;
        let rotated = world.admin("POST", "/keys/rotate", json!({ "emergency": true }));
        assert_eq!(rotated.await.status, 200);
        let old = std::mem::replace(&mut good, world.machine_token().await);
        let arrived = async {
            while airside.key_ids().await == held {
                tokio::task::yield_now().await;
            }
        };
        let arrived = tokio::time::timeout(std::time::Duration::from_secs(10), arrived).await;
        assert!(
            arrived.is_ok(),
            "the new keys are here without a token that asks for them"
        );
        let verified = airside.verify_token(&good).await;
        assert!(verified.is_ok(), "{verified:?}");
        assert!(airside.verify_token(&old).await.is_err(), "the control");
    }
}
