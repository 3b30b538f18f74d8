//! A status list as a document: its claims, its address and how long it may be kept.

use std::{sync::atomic::Ordering, time::Duration};

use http::Method;
use serde_json::json;

use super::{LATER, fetch, is_dead, reference, verified};
use crate::{
    token::{claims, header},
    world::{Setting, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_who_made_it_and_how_long_it_may_be_kept() {
    // draft-ietf-oauth-status-list-21-5.1
    let world = World::new().await;
    let uri = world.at("/status/0");
    let answer = fetch(&world, &uri).await;
    let (head, body) = (header(&answer.text()), claims(&answer.text()));
    assert_eq!(head["alg"], "RS256");
    assert_eq!(head["typ"], "statuslist+jwt");
    let now = world.issuer.now().as_seconds().as_i64();
    let expected = json!({
        "iss": world.url, "sub": uri, "iat": now, "exp": now + 1800, "ttl": 60,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(body[name], *value, "{name}");
    }
    assert_eq!(body["status_list"]["bits"], 1);
    let list = verified(&world, &uri).await.list;
    assert_eq!(list.status(131_071), Some(0));
    assert_eq!(list.status(131_072), None);
    assert_eq!(answer.header("cache-control"), "public, max-age=5");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

/// The tag changes with what the list says, and not with the time.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_known_is_not_sent_again() {
    // RFC9110-13.1.2, draft-ietf-oauth-status-list-21-8.2
    let world = World::new().await;
    let app = world.app("spa");
    let alice = app.sign_in("alice").await;
    let (uri, _) = reference(&alice.access);
    let first = fetch(&world, &uri).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    world.advance(LATER);
    for sent in [&tag, "*", &format!("W/{tag}"), &format!("\"x\", {tag}")] {
        let known = world
            .browser()
            .get_with(&uri, &[("if-none-match", sent)])
            .await;
        assert_eq!(
            (known.status.as_u16(), known.text().as_str()),
            (304, ""),
            "{sent}"
        );
        assert_eq!(known.header("etag"), tag);
        assert_eq!(known.header("cache-control"), "public, max-age=5");
    }
    assert_eq!(
        fetch(&world, &uri).await.body,
        first.body,
        "the same tag, the same bytes"
    );
    app.revoke(alice.refresh()).await;
    world.advance(LATER);
    let changed = world
        .browser()
        .get_with(&uri, &[("if-none-match", &tag)])
        .await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), tag);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_signed_anew_before_it_is_too_old_to_rely_on() {
    let world = World::new().await;
    let uri = world.at("/status/0");
    let issued = async || verified(&world, &uri).await;
    let first = issued().await;
    world.advance(Duration::from_secs(15 * 60));
    assert_eq!(issued().await.issued_at, first.issued_at);
    world.advance(LATER);
    let second = issued().await;
    assert!(second.issued_at > first.issued_at);
    // after an emergency no list of the old key is served, though it says the same
    let kid = header(&fetch(&world, &uri).await.text())["kid"]
        .as_str()
        .unwrap()
        .to_owned();
    let rotate = json!({ "emergency": true, "alg": "RS256" });
    world.administer("POST", "/keys/rotate", rotate).await;
    world.advance(LATER);
    issued().await;
    assert_ne!(header(&fetch(&world, &uri).await.text())["kid"], kid);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_keeps_no_list() {
    let world = World::new().await;
    let uri = world.at("/status/0");
    world.advance(Duration::from_secs(60 * 60));
    let ahead = verified(&world, &uri).await;
    world.set_back(Duration::from_secs(60 * 60));
    let back = verified(&world, &uri).await;
    assert!(back.issued_at < ahead.issued_at);
}

/// Many who ask at once cost the store and the key one look.
#[tokio::test(flavor = "multi_thread")]
async fn within_five_seconds_a_list_is_looked_for_once() {
    let world = World::new().await;
    let app = world.app("spa");
    let alice = app.sign_in("alice").await;
    let (uri, idx) = reference(&alice.access);
    let first = fetch(&world, &uri).await;
    app.revoke(alice.refresh()).await;
    world.failing.store(true, Ordering::SeqCst);
    world.advance(Duration::from_secs(5));
    for _ in 0..20 {
        assert_eq!(fetch(&world, &uri).await.body, first.body);
    }
    world.advance(Duration::from_millis(1));
    assert_eq!(
        fetch(&world, &uri).await.outcome(),
        "503 temporarily_unavailable"
    );
    world.failing.store(false, Ordering::SeqCst);
    assert_eq!(verified(&world, &uri).await.list.status(idx), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_no_grant_can_be_in_does_not_exist() {
    let world = World::new().await;
    let known = fetch(&world, &world.at("/status/0")).await;
    assert_eq!(known.status, 200, "the control");
    for number in ["1", "00", "-1", "x", "99999999999999999999"] {
        let answer = fetch(&world, &world.at(&format!("/status/{number}"))).await;
        assert_eq!(answer.status, 404, "{number}");
        assert_eq!(answer.text(), "", "{number}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    // once a place in it has been leased, a grant can
    let lease = world.store.lease_status_indexes(1 << 17);
    lease.await.unwrap();
    world.advance(LATER);
    assert_eq!(fetch(&world, &world.at("/status/1")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_with_a_path_has_its_lists_below_it() {
    let world = World::with(Setting {
        path: "/tenant",
        ..Setting::default()
    })
    .await;
    let alice = world.app("spa").sign_in("alice").await;
    assert_eq!(reference(&alice.access).0, world.at("/status/0"));
    assert!(!is_dead(&world, &alice.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_any_origin_may_read_a_list_and_nobody_may_write_one() {
    // draft-ietf-oauth-status-list-21-8.1
    let world = World::new().await;
    let uri = world.at("/status/0");
    let asking = [
        ("origin", "https://any.example"),
        ("access-control-request-method", "GET"),
    ];
    let preflight = world
        .browser()
        .send(Method::OPTIONS, &uri, &asking, "")
        .await;
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
    assert_eq!(world.browser().post(&uri, &[]).await.status, 405);
}
