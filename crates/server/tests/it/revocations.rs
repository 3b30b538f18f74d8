//! `/revocations`, and the library that follows it.

use std::{future::IntoFuture as _, sync::Arc};

use airside_jose::base64url;
use airside_oauth::{
    key::secret::Digest,
    state::{
        decide::{Commit, Effect, Pivot},
        feed::{FeedEntry, FeedSubject},
    },
};
use airside_resource::{
    Feed, FeedOptions, IssuerConnection, Rejection, ResourceServer, Revocations, clock::Clock,
};
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};

use crate::world::{BANK, Setting, World, secret_of};

/// What a resource server is answered.
async fn ask(world: &World, fields: &[(&str, &str)]) -> Value {
    let answer = world.app("bank-api").revocations(fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_kills_a_token_is_told_in_order() {
    let world = World::new().await;
    let first = ask(&world, &[]).await;
    assert_eq!(
        (&first["reset"], &first["revocations"]),
        (&json!(true), &json!([]))
    );
    let app = world.app("spa");
    let alice = app.sign_in("alice").await;
    world.app("spa").sign_in("bob").await;
    assert_eq!(app.revoke(alice.refresh()).await.status, 200);
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", "accounts:read"),
    ];
    let machine = world
        .app("billing")
        .token(&fields)
        .await
        .member("access_token");
    assert_eq!(world.app("billing").revoke(&machine).await.status, 200);
    let body = json!({ "disabled": true });
    assert_eq!(world.admin("PATCH", "/users/bob", body).await.status, 200);

    let all = ask(&world, &[]).await;
    let kinds: Vec<_> = all["revocations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let kinds = ["grant", "jti", "client", "user", "kid"];
            kinds
                .into_iter()
                .find(|kind| one.get(kind).is_some())
                .unwrap()
        })
        .collect();
    assert_eq!(kinds, ["grant", "jti", "grant"]);
    // from a position on, there is what came after it; nothing after the last
    let (epoch, position) = (all["epoch"].to_string(), all["position"].to_string());
    let rest = ask(&world, &[("epoch", &epoch), ("position", &position)]).await;
    assert_eq!(
        (&rest["reset"], &rest["revocations"]),
        (&json!(false), &json!([]))
    );
    assert_eq!(rest["position"], all["position"]);
    // of another store: all anew
    let other = ask(&world, &[("epoch", "77"), ("position", &position)]).await;
    assert_eq!(
        (&other["reset"], &other["revocations"]),
        (&json!(true), &all["revocations"])
    );
}

/// After a failover to a standby that had not got the last writes, or a restored file: what comes next
/// has positions that the reader believes to know.
#[tokio::test(flavor = "multi_thread")]
async fn a_position_ahead_of_the_end_is_answered_with_everything() {
    let world = World::new().await;
    let app = world.app("spa");
    let alice = app.sign_in("alice").await;
    app.revoke(alice.refresh()).await;
    let all = ask(&world, &[]).await;
    let (epoch, end) = (all["epoch"].to_string(), all["position"].as_i64().unwrap());
    let at = async |position: i64| {
        let position = position.to_string();
        let fields = [
            ("epoch", epoch.as_str()),
            ("position", &position),
            ("wait", "25"),
        ];
        ask(&world, &fields).await
    };
    let ahead = at(end + 1).await;
    assert_eq!(
        (&ahead["reset"], &ahead["revocations"], &ahead["position"]),
        (&json!(true), &all["revocations"], &all["position"])
    );
    // the controls
    assert_eq!(at(end - 1).await["reset"], false);
    let known = ask(&world, &[("epoch", &epoch), ("position", &end.to_string())]).await;
    assert_eq!(
        (&known["reset"], &known["revocations"]),
        (&json!(false), &json!([]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_resource_servers_hear_of_revocations() {
    let world = World::new().await;
    assert_eq!(world.app("bank-api").revocations(&[]).await.status, 200);
    for client in ["spa", "web", "billing"] {
        let refused = world.app(client).revocations(&[]).await;
        assert_eq!(refused.json()["error"], "invalid_client", "{client}");
    }
    for wrong in [("position", "x"), ("epoch", "-1"), ("wait", "1s")] {
        let refused = world.app("bank-api").revocations(&[wrong]).await;
        assert_eq!(refused.json()["error"], "invalid_request", "{wrong:?}");
    }
}

/// How a person's access dies.
#[derive(Clone, Copy, Debug)]
enum Way {
    Revoked,
    GrantEnded,
    Disabled,
    Replayed,
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
        match way {
            Way::Revoked => assert_eq!(app.revoke(alice.refresh()).await.status, 200),
            Way::GrantEnded => {
                let grants = world.admin("GET", "/users/alice/grants", json!(null)).await;
                let id = grants.json()[0]["id"].as_str().unwrap().to_owned();
                let path = format!("/grants/{id}");
                let ended = world.admin("DELETE", &path, json!(null)).await;
                assert_eq!(ended.status, 200);
            }
            Way::Replayed => {
                let next = app.refresh(alice.refresh()).await.member("refresh_token");
                app.refresh(&next).await;
                assert_eq!(app.refresh(alice.refresh()).await.status, 400);
            }
            Way::Disabled => {
                let disabled = json!({ "disabled": true });
                let answer = world.admin("PATCH", "/users/alice", disabled).await;
                assert_eq!(answer.status, 200);
            }
        }
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

fn api(world: &World) -> (ResourceServer, Feed) {
    let revocations = Revocations::new();
    let options = FeedOptions {
        endpoint: world.at("/revocations").parse().unwrap(),
        client_id: "bank-api".to_owned(),
        client_secret: secret_of("bank-api"),
        connection: IssuerConnection {
            loopback_http: true,
            ..IssuerConnection::default()
        },
    };
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
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", "accounts:read"),
    ];
    let token = async || {
        world
            .app("billing")
            .token(&fields)
            .await
            .member("access_token")
    };
    let mut good = token().await;
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
        let old = std::mem::replace(&mut good, token().await);
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

/// An issuer that answers with the pages that it is handed, one a question.
async fn paged() -> (Feed, mpsc::UnboundedSender<Value>) {
    let (hand, pages) = mpsc::unbounded_channel::<Value>();
    let pages = Arc::new(Mutex::new(pages));
    let next = axum::routing::post(async move || {
        let page = pages.lock().await.recv().await;
        page.unwrap_or_default().to_string()
    });
    let router = axum::Router::new().route("/revocations", next);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/revocations", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    let options = FeedOptions {
        endpoint: endpoint.parse().unwrap(),
        client_id: "bank-api".to_owned(),
        client_secret: "secret".to_owned(),
        connection: IssuerConnection {
            loopback_http: true,
            ..IssuerConnection::default()
        },
    };
    let feed = Feed::new(options, Revocations::new()).unwrap();
    let following = feed.clone();
    tokio::spawn(async move { following.follow().await });
    (feed, hand)
}

/// A page with one revocation.
fn page(position: i64, more: &Value) -> Value {
    let revocations = json!([{ "jti": position.to_string(), "at": 1, "until": i64::MAX / 2 }]);
    let mut page = json!({ "epoch": 1, "reset": position == 1, "position": position, "revocations": revocations });
    if !more.is_null() {
        page["more"] = more.clone();
    }
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_connected_when_the_whole_snapshot_was_heard() {
    let (feed, hand) = paged().await;
    for position in [1, 2] {
        hand.send(page(position, &json!(true))).unwrap();
        feed.wait_for_position(position).await;
        assert!(!feed.is_connected(), "{position}");
    }
    hand.send(page(3, &json!(false))).unwrap();
    feed.wait_until_connected().await;
    // from then on several pages are no loss
    hand.send(page(4, &json!(true))).unwrap();
    feed.wait_for_position(4).await;
    assert!(feed.is_connected());
    // a new beginning is
    hand.send(page(1, &json!(true))).unwrap();
    feed.wait_until_lost().await;
    hand.send(page(5, &json!(false))).unwrap();
    feed.wait_until_connected().await;
    // and so is an answer that nobody understands
    hand.send(json!({})).unwrap();
    feed.wait_until_lost().await;
    hand.send(page(6, &json!(true))).unwrap();
    feed.wait_for_position(6).await;
    assert!(!feed.is_connected());
    hand.send(page(7, &json!(false))).unwrap();
    feed.wait_until_connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_issuer_that_does_not_say_more_an_empty_page_is_the_last() {
    let (feed, hand) = paged().await;
    hand.send(page(1, &Value::Null)).unwrap();
    feed.wait_for_position(1).await;
    assert!(!feed.is_connected());
    hand.send(json!({ "epoch": 1, "position": 1, "revocations": [] }))
        .unwrap();
    feed.wait_until_connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_whether_there_is_more() {
    let world = World::new().await;
    let now = world.issuer.now();
    let commits = (0..1_001).map(|n: u32| {
        let digest = Digest::of(&n.to_be_bytes());
        let subject = FeedSubject::Jti(n.to_string());
        let entry = Effect::Feed(FeedEntry { subject, at: now });
        world
            .store
            .commit(Commit::new(Pivot::UseOnce { digest, until: now }).and(entry))
    });
    for committed in futures_util::future::join_all(commits).await {
        committed.unwrap();
    }
    let first = ask(&world, &[]).await;
    assert_eq!(
        (
            &first["more"],
            first["revocations"].as_array().unwrap().len()
        ),
        (&json!(true), 1_000)
    );
    let (epoch, position) = (first["epoch"].to_string(), first["position"].to_string());
    let rest = ask(&world, &[("epoch", &epoch), ("position", &position)]).await;
    assert_eq!(
        (&rest["more"], rest["revocations"].as_array().unwrap().len()),
        (&json!(false), 1)
    );
}
