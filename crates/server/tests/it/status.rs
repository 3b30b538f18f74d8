//! Status lists (draft-ietf-oauth-status-list-21).

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use airside_jose::{JwkSet, KeySet, StatusListName, StatusListToken, verify_status_list};
use airside_resource::{OnUnavailable, ResourceServer};
use airside_testkit::Answer;
use http::Method;
use serde_json::{Value, json};

use crate::{
    token::{claims, header},
    world::{App, BANK, PASSWORD, Setting, Tokens, World},
};

/// Longer than an answer is remembered.
const LATER: Duration = Duration::from_millis(5_001);

/// Where a token says that its status stands.
fn reference(token: &str) -> (String, u64) {
    let list = &claims(token)["status"]["status_list"];
    let uri = list["uri"].as_str().unwrap().to_owned();
    (uri, list["idx"].as_u64().unwrap())
}

async fn fetch(world: &World, uri: &str) -> Answer {
    world.browser().get(uri).await
}

/// The list as a resource server takes it.
async fn verified(world: &World, uri: &str) -> StatusListToken {
    let answer = fetch(world, uri).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/statuslist+jwt");
    let jwks = world.browser().get(&world.at("/jwks")).await;
    let keys = KeySet::from_jwks(&JwkSet::parse(&jwks.body).unwrap());
    let now = world.issuer.now().as_seconds();
    verify_status_list(
        &answer.text(),
        &keys,
        StatusListName {
            issuer: &world.url,
            uri,
        },
        now,
    )
    .unwrap()
}

/// Whether a new list says that the token's grant is dead.
async fn is_dead(world: &World, token: &str) -> bool {
    world.advance(LATER);
    let (uri, idx) = reference(token);
    verified(world, &uri).await.list.status(idx).unwrap() == 1
}

/// Alice's token, which dies, and Bob's, which does not.
async fn assert_kills(world: &World, alice: &Tokens, kill: impl AsyncFnOnce()) {
    let bob = world.app("spa").sign_in("bob").await;
    assert!(!is_dead(world, &alice.access).await);
    kill().await;
    assert!(is_dead(world, &alice.access).await);
    assert!(!is_dead(world, &bob.access).await, "the control");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_token_of_a_grant_names_its_own_place_and_a_machines_none() {
    let world = World::new().await;
    let (alice, bob) = (world.app("spa"), world.app("spa"));
    let (first, other) = (alice.sign_in("alice").await, bob.sign_in("bob").await);
    let refreshed = Tokens::of(&alice.refresh(first.refresh()).await);
    assert_eq!(reference(&first.access), reference(&refreshed.access));
    assert_ne!(reference(&first.access), reference(&other.access));
    assert_eq!(reference(&first.access).0, world.at("/status/0"));
    let id = claims(&first.id.unwrap());
    assert_eq!(id.get("status"), None);
    let fields = [("grant_type", "client_credentials")];
    let machine = world.app("billing").token(&fields).await;
    let machine = claims(&machine.member("access_token"));
    assert_eq!(machine.get("status"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_refresh_token_or_access_token_is_in_the_list() {
    let world = World::new().await;
    let app = world.app("spa");
    let alice = app.sign_in("alice").await;
    assert_kills(&world, &alice, async || {
        app.revoke(alice.refresh()).await;
    })
    .await;
    let again = app.sign_in("alice").await;
    assert_kills(&world, &again, async || {
        app.revoke(&again.access).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_used_twice_is_in_the_list() {
    // RFC6749-4.1.2
    let world = World::new().await;
    let app = world.app("spa");
    let code = app.code("alice").await;
    let alice = Tokens::of(&app.redeem(&code).await);
    assert_kills(&world, &alice, async || {
        assert_eq!(app.redeem(&code).await.status, 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_used_twice_is_in_the_list() {
    // RFC9700-4.14.2
    let world = World::new().await;
    let app = world.app("spa");
    let first = app.sign_in("alice").await;
    let second = Tokens::of(&app.refresh(first.refresh()).await);
    let third = Tokens::of(&app.refresh(second.refresh()).await);
    assert_kills(&world, &third, async || {
        assert_eq!(app.refresh(first.refresh()).await.status, 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_ends_is_in_the_list() {
    let world = World::new().await;
    let password = json!({ "password": "another horse battery" });
    for (name, method, path, body) in [
        (
            "carol",
            "PATCH",
            "/users/carol",
            json!({ "disabled": true }),
        ),
        ("dave", "POST", "/users/dave/password", password),
        ("erin", "DELETE", "/users/erin", Value::Null),
    ] {
        let user = json!({ "username": name, "password": PASSWORD });
        assert_eq!(world.admin("POST", "/users", user).await.status, 201);
        let tokens = world.app("spa").sign_in(name).await;
        assert_kills(&world, &tokens, async || {
            assert_eq!(world.admin(method, path, body).await.status, 200);
        })
        .await;
    }
    let alice = world.app("spa").sign_in("alice").await;
    assert_kills(&world, &alice, async || {
        let token = json!({ "token": alice.access });
        let revoked = world.admin("POST", "/tokens/revoke", token).await;
        assert_eq!(revoked.status, 200, "{}", revoked.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grants_of_a_deleted_client_are_in_the_list() {
    let world = World::new().await;
    let client = json!({
        "client_id": "public-gone", "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://app.example/cb"], "scope": "openid accounts:read",
    });
    let made = world.admin("POST", "/clients", client).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let app = world.app("public-gone").scope("openid accounts:read");
    let alice = app.sign_in("alice").await;
    assert_kills(&world, &alice, async || {
        let path = "/clients/public-gone";
        let deleted = world.admin("DELETE", path, Value::Null).await;
        assert_eq!(deleted.status, 200, "{}", deleted.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_takes_what_was_only_for_it_into_the_list() {
    // OIDC-Core-11
    let world = World::new().await;
    let app = world.app("spa").scope("openid accounts:read");
    let bound = app.sign_in("alice").await;
    assert_kills(&world, &bound, async || sign_out(&app).await).await;

    let bound = app.sign_in("alice").await;
    let app = app.with("prompt", "login");
    assert_kills(&world, &bound, async || {
        let other = app.through(app.authorize().await, "bob").await;
        assert!(other.returned("code").is_some());
    })
    .await;

    let app = app
        .with("prompt", "")
        .scope("openid offline_access accounts:read");
    let offline = app.sign_in("bob").await;
    sign_out(&app).await;
    assert!(!is_dead(&world, &offline.access).await);
}

async fn sign_out(app: &App<'_>) {
    let url = app.world.at("/sign-out");
    let page = app.browser.get(&url).await;
    let sealed = page.hidden("interaction");
    let done = app.browser.post(&url, &[("interaction", &sealed)]).await;
    assert_eq!(done.status, 200, "{}", done.text());
}

/// Until the last verifier, whose clock may be late, takes none of its tokens any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_bit_is_set_as_long_as_a_token_may_live_and_no_longer() {
    let world = World::new().await;
    let app = world.app("spa");
    let alice = app.sign_in("alice").await;
    app.revoke(alice.refresh()).await;
    assert!(is_dead(&world, &alice.access).await);
    world.advance(Duration::from_secs(15 * 60 + 40));
    assert!(is_dead(&world, &alice.access).await);
    world.advance(Duration::from_secs(20));
    assert!(!is_dead(&world, &alice.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_who_made_it_and_how_long_it_may_be_kept() {
    // draft-ietf-oauth-status-list-21-5.1
    let world = World::new().await;
    let uri = world.at("/status/0");
    let answer = fetch(&world, &uri).await;
    let (head, body) = (header(&answer.text()), claims(&answer.text()));
    assert_eq!(
        (&head["alg"], &head["typ"]),
        (&json!("RS256"), &json!("statuslist+jwt"))
    );
    let now = world.issuer.now().as_seconds().as_i64();
    assert_eq!(
        [
            &body["iss"],
            &body["sub"],
            &body["iat"],
            &body["exp"],
            &body["ttl"]
        ],
        [
            &json!(world.url),
            &json!(uri),
            &json!(now),
            &json!(now + 1800),
            &json!(60)
        ]
    );
    assert_eq!(body["status_list"]["bits"], 1);
    let list = verified(&world, &uri).await.list;
    assert_eq!(
        (list.status(131_071), list.status(131_072)),
        (Some(0), None)
    );
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
    assert_eq!(
        world.admin("POST", "/keys/rotate", rotate).await.status,
        200
    );
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
    assert_eq!(
        fetch(&world, &world.at("/status/0")).await.status,
        200,
        "the control"
    );
    let others = [
        "/status/1",
        "/status/00",
        "/status/-1",
        "/status/x",
        "/status/99999999999999999999",
    ];
    for path in others {
        let answer = fetch(&world, &world.at(path)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text().as_str()),
            (404, ""),
            "{path}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    // once a place in it has been leased, a grant can
    let lease = world.store.lease_status_indexes(1 << 17);
    lease.await.unwrap();
    world.advance(LATER);
    assert_eq!(fetch(&world, &world.at("/status/1")).await.status, 200);
}

/// More grants than one block has places.
#[tokio::test(flavor = "multi_thread")]
async fn no_two_grants_get_the_same_place_and_none_waits_for_a_block() {
    let world = World::new().await;
    let places = &world.issuer.status_indexes;
    let mut seen = HashSet::new();
    for _ in 0..3_000 {
        assert!(seen.insert(places.take(world.store.as_ref()).await.unwrap()));
    }
    // what was leased ahead needs no store
    places.refill(world.store.as_ref()).await.unwrap();
    world.failing.store(true, Ordering::SeqCst);
    for _ in 0..512 {
        assert!(seen.insert(places.take(world.store.as_ref()).await.unwrap()));
    }
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

/// The whole way: from `/revoke` to an API that has no credentials here and asks nobody about a token.
#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_reads_status_lists_refuses_a_revoked_token_when_its_list_is_old() {
    let world = World::new().await;
    let app = world.app("spa");
    let (alice, bob) = (
        app.sign_in("alice").await,
        world.app("spa").sign_in("bob").await,
    );
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", "accounts:read"),
    ];
    let machine = world
        .app("billing")
        .token(&fields)
        .await
        .member("access_token");
    let issuer = std::sync::Arc::clone(&world.issuer);
    let api = ResourceServer::trusting(&world.url)
        .for_audience(BANK)
        .allow_loopback_http()
        .clock(std::sync::Arc::new(move || issuer.now().as_seconds()))
        .status_lists(OnUnavailable::FailClosed)
        .build()
        .unwrap();
    let takes = async |token: &str| api.verify_token(token).await.is_ok();
    for token in [&alice.access, &bob.access, &machine] {
        assert!(takes(token).await);
    }
    app.revoke(alice.refresh()).await;
    world.advance(Duration::from_secs(40));
    assert!(takes(&alice.access).await, "the list is fresh");
    world.advance(Duration::from_secs(20));
    assert!(!takes(&alice.access).await);
    for token in [&bob.access, &machine] {
        assert!(takes(token).await, "the controls");
    }
    // while the store is down, what is known is known
    world.failing.store(true, Ordering::SeqCst);
    world.advance(Duration::from_secs(10 * 60));
    assert!(!takes(&alice.access).await);
    assert!(takes(&bob.access).await);
}

/// All who find no place wait for the same block, also when the one that leases it gives up.
#[tokio::test(flavor = "multi_thread")]
async fn many_that_wait_for_a_block_share_it() {
    let world = World::new().await;
    let mut seen = HashSet::new();
    for _ in 0..3 {
        let waiting: Vec<_> = (0..3000)
            .map(|_| {
                let (issuer, store) = (Arc::clone(&world.issuer), Arc::clone(&world.store));
                tokio::spawn(async move { issuer.status_indexes.take(store.as_ref()).await })
            })
            .collect();
        for (number, taking) in waiting.into_iter().enumerate() {
            if number % 100 == 0 {
                taking.abort();
            }
            if let Ok(place) = taking.await {
                assert!(seen.insert(place.unwrap()));
            }
        }
    }
    assert!(seen.len() >= 3 * 2970);
}
