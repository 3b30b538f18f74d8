//! Health and metrics.

use std::{sync::atomic::Ordering, time::Duration};

use airside_net::{Drain, Peer, PeerAddress};
use airside_server::settings::Ready;
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::world::{Setting, World};

/// The status of a path, asked from `address` beside the listener.
async fn status(world: &World, drain: &Drain, path: &str, address: &str) -> u16 {
    status_with(world, drain, path, address, None).await
}

/// The same, with a header.
async fn status_with(
    world: &World,
    drain: &Drain,
    path: &str,
    address: &str,
    header: Option<&str>,
) -> u16 {
    let address = PeerAddress::Tcp(address.parse().unwrap());
    let peer = Peer {
        address,
        tls: false,
    };
    let mut request = Request::get(path).extension(peer);
    if let Some(name) = header {
        request = request.header(name, "127.0.0.1");
    }
    let request = request.body(Body::empty());
    let router = airside_server::route::router(&world.issuer, drain.clone()).unwrap();
    let answer = router.oneshot(request.unwrap()).await.unwrap();
    answer.status().as_u16()
}

const HERE: &str = "127.0.0.1:1";

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_is_alive_but_not_ready() {
    let world = World::new().await;
    let drain = Drain::new();
    assert_eq!(status(&world, &drain, "/health/ready", HERE).await, 200);
    drain.start();
    assert_eq!(status(&world, &drain, "/health/ready", HERE).await, 503);
    assert_eq!(status(&world, &drain, "/health/live", HERE).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_its_store_is_alive_but_not_ready() {
    let world = World::new().await;
    world.failing.store(true, Ordering::SeqCst);
    let browser = world.browser();
    let ready = browser.get(&world.at("/health/ready")).await;
    assert_eq!(ready.status, 503);
    assert_eq!(browser.get(&world.at("/health/live")).await.status, 200);
    world.failing.store(false, Ordering::SeqCst);
    assert_eq!(browser.get(&world.at("/health/ready")).await.status, 200);
}

/// The status and the body of `/health/ready`, later than any attempt to write.
async fn ready(world: &World) -> (u16, Value) {
    world.advance(Duration::from_secs(1));
    let answer = world.browser().get(&world.at("/health/ready")).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_write_is_degraded_and_says_no_more() {
    let world = World::new().await;
    let good = (200, json!({ "status": "ready" }));
    assert_eq!(ready(&world).await, good);
    world.read_only.store(true, Ordering::SeqCst);
    let degraded = json!({ "status": "degraded", "reason": "the store cannot be written" });
    assert_eq!(ready(&world).await, (200, degraded));
    world.failing.store(true, Ordering::SeqCst);
    let gone = json!({ "status": "store unavailable" });
    assert_eq!(ready(&world).await, (503, gone), "reads fail, too");
    world.failing.store(false, Ordering::SeqCst);
    world.read_only.store(false, Ordering::SeqCst);
    assert_eq!(ready(&world).await, good);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_must_write_to_be_ready_is_not_ready_while_it_cannot() {
    let world = World::with(Setting {
        ready: Ready::Writes,
        ..Setting::default()
    })
    .await;
    assert_eq!(ready(&world).await.0, 200);
    world.read_only.store(true, Ordering::SeqCst);
    let (status, body) = ready(&world).await;
    assert_eq!((status, &body["status"]), (503, &json!("degraded")));
    world.read_only.store(false, Ordering::SeqCst);
    assert_eq!(ready(&world).await.0, 200);
}

/// Anybody may ask, and a write costs more than an answer.
#[tokio::test(flavor = "multi_thread")]
async fn however_often_health_is_asked_for_one_write_is_tried_in_half_a_second() {
    let world = World::new().await;
    assert_eq!(ready(&world).await.0, 200);
    world.read_only.store(true, Ordering::SeqCst);
    let ask = || async { world.browser().get(&world.at("/health/ready")).await.json() };
    for _ in 0..10 {
        assert_eq!(ask().await["status"], "ready", "no other was tried");
    }
    world.advance(Duration::from_millis(501));
    assert_eq!(ask().await["status"], "degraded");
    world.read_only.store(false, Ordering::SeqCst);
    // a clock that is set back makes no attempt last longer
    world.set_back(Duration::from_secs(3600));
    assert_eq!(ask().await["status"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_for_this_machine_only() {
    // A31
    let world = World::new().await;
    let drain = Drain::new();
    for (address, expected) in [
        (HERE, 200),
        ("[::1]:1", 200),
        ("[::ffff:127.0.0.1]:1", 200),
        ("192.0.2.1:1", 404),
        ("[2001:db8::1]:1", 404),
    ] {
        assert_eq!(
            status(&world, &drain, "/metrics", address).await,
            expected,
            "{address}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_not_for_whom_a_proxy_on_this_machine_speaks() {
    // A31
    let world = World::new().await;
    let drain = Drain::new();
    for header in [
        "forwarded",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
    ] {
        let asked = status_with(&world, &drain, "/metrics", HERE, Some(header)).await;
        assert_eq!(asked, 404, "{header}");
    }
    let asked = status_with(&world, &drain, "/metrics", HERE, Some("x-request-id")).await;
    assert_eq!(asked, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_for_metrics_answers_whoever_reaches_it_and_nothing_else() {
    let world = World::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let listener = airside_net::Listener::tcp(listener);
    let serving = airside_server::serve_metrics(world.issuer.clone(), listener, Drain::new());
    tokio::spawn(serving);
    let browser = world.browser();
    let elsewhere = [("x-forwarded-for", "192.0.2.1")];
    let url_of = |path: &str| format!("{url}{path}");
    let answer = browser.get_with(&url_of("/metrics"), &elsewhere).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("airside_password_hashes"));
    for path in NOT_FOR_METRICS {
        assert_eq!(browser.get(&url_of(path)).await.status, 404, "{path}");
    }
}

/// Addresses of the issuer, none of which the listener for metrics has.
const NOT_FOR_METRICS: [&str; 5] = [
    "/",
    "/jwks",
    "/token",
    "/health/live",
    "/api/admin/v1/users",
];

#[tokio::test(flavor = "multi_thread")]
async fn metrics_name_routes_and_never_addresses_that_were_asked_for() {
    // A31
    let world = World::new().await;
    let browser = world.browser();
    browser.get(&world.at("/secret-path?code=secret")).await;
    world.app("spa").with("state", "secret").authorize().await;
    let answer = browser.get(&world.at("/metrics")).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("/authorize"));
    assert!(!answer.text().contains("secret"));
}
