use airside_jose::{StatusList, Typ, base64url};
use http::StatusCode;
use serde_json::{Value, json};

use super::{cached::below, *};
use crate::{
    ResourceServer,
    fixture::{AUDIENCE, Issuer, Key},
};

const LIST: &str = "/status/0";
const TTL: i64 = 60;
const LIFE: i64 = 30 * 60;

/// An issuer with one key and one list, and an API that reads it.
struct World {
    issuer: Issuer,
    key: Key,
    api: ResourceServer,
}

impl World {
    async fn new() -> Self {
        Self::with(OnUnavailable::FailOpen).await
    }

    async fn with(on_unavailable: OnUnavailable) -> Self {
        let (issuer, key) = (Issuer::start().await, Key::new("1"));
        issuer.publish(&[&key]);
        let api = issuer.api().status_lists(on_unavailable).build().unwrap();
        let world = Self { issuer, key, api };
        world.publish(&[]);
        world
    }

    fn uri(&self) -> String {
        format!("{}{LIST}", self.issuer.url)
    }

    /// The claims of a good list in which these are invalid.
    fn claims(&self, invalid: &[usize]) -> Value {
        let now = self.issuer.now();
        let list = StatusList::with_invalid(1 << 17, invalid.iter().copied());
        json!({
            "iss": self.issuer.url, "sub": self.uri(), "iat": now, "exp": now + LIFE, "ttl": TTL,
            "status_list": list.members(),
        })
    }

    fn publish(&self, invalid: &[usize]) {
        self.publish_claims(&self.claims(invalid));
    }

    fn publish_claims(&self, claims: &Value) {
        let list = self.key.sign_as(Typ::StatusList, claims);
        self.issuer.set(LIST, StatusCode::OK, &list);
    }

    /// A token that names an index of the list, and lives for 15 minutes from now on.
    fn token(&self, idx: u64) -> String {
        let status = json!({ "status_list": { "idx": idx, "uri": self.uri() } });
        self.issuer.token_with(&self.key, "status", status)
    }

    async fn status(&self, token: &str) -> u16 {
        match self.api.verify_token(token).await {
            Ok(_) => 200,
            Err(rejection) => rejection.status().as_u16(),
        }
    }

    /// Verifies a token, and waits for the fetch that this starts in the background.
    async fn status_and_refresh(&self, token: &str) -> u16 {
        let lists = self.api.lists().unwrap();
        let mut finished = lists.entry(&self.uri()).unwrap().list.finished();
        let status = self.status(token).await;
        finished.changed().await.unwrap();
        status
    }
}

#[tokio::test]
async fn a_token_is_refused_as_soon_as_its_list_says_so_whether_it_was_seen_before_or_not() {
    let world = World::new().await;
    let (alice, bob) = (world.token(7), world.token(8));
    assert_eq!(
        (world.status(&alice).await, world.status(&bob).await),
        (200, 200)
    );
    world.publish(&[7]);
    world.issuer.advance(TTL * 3 / 4 - 1);
    assert_eq!(world.status(&alice).await, 200, "the list is fresh");
    world.issuer.advance(1);
    assert_eq!(world.status_and_refresh(&alice).await, 200);
    assert_eq!(world.status(&alice).await, 401);
    assert_eq!(
        world.status(&world.token(7)).await,
        401,
        "one that was never seen"
    );
    assert_eq!(world.status(&bob).await, 200, "the control");
}

#[tokio::test]
async fn a_fresh_list_costs_no_request() {
    let world = World::new().await;
    for idx in 0..100 {
        assert_eq!(world.status(&world.token(idx)).await, 200);
    }
    assert_eq!(world.issuer.asked(LIST), 1);
    assert_eq!(world.api.reads_status_lists(), Some(true));
}

#[tokio::test]
async fn many_first_tokens_share_one_fetch() {
    let world = World::new().await;
    let first = (0..50).map(|idx| {
        let (api, token) = (world.api.clone(), world.token(idx));
        tokio::spawn(async move { api.verify_token(&token).await.is_ok() })
    });
    for accepted in first.collect::<Vec<_>>() {
        assert!(accepted.await.unwrap());
    }
    assert_eq!(world.issuer.asked(LIST), 1);
}

/// A caller comes back after an hour without any: the cached list says nothing about now.
#[tokio::test]
async fn a_list_that_is_older_than_its_ttl_is_not_used_before_a_fetch_was_tried() {
    let world = World::new().await;
    assert_eq!(world.status(&world.token(7)).await, 200);
    world.issuer.advance(TTL);
    world.publish(&[7]);
    assert_eq!(world.status(&world.token(7)).await, 401);
    assert_eq!(world.issuer.asked(LIST), 2);
}

#[tokio::test]
async fn a_token_that_names_no_list_is_accepted() {
    let world = World::new().await;
    let status = |status: Value| world.issuer.token_with(&world.key, "status", status);
    assert_eq!(world.status(&world.issuer.token(&world.key)).await, 200);
    assert_eq!(world.status(&status(json!({ "other": {} }))).await, 200);
    assert_eq!(world.issuer.asked(LIST), 0);
    // a status that cannot be read is refused
    for malformed in [json!("valid"), json!({ "status_list": { "idx": 7 } })] {
        assert_eq!(world.status(&status(malformed)).await, 401);
    }
    let off = world.issuer.api().build().unwrap();
    world.publish(&[7]);
    assert!(off.verify_token(&world.token(7)).await.is_ok());
    assert_eq!(off.reads_status_lists(), None);
}

#[tokio::test]
async fn an_index_beyond_the_list_is_refused() {
    let world = World::new().await;
    assert_eq!(
        world.status(&world.token((1 << 17) - 1)).await,
        200,
        "the control"
    );
    assert_eq!(world.status(&world.token(1 << 17)).await, 401);
    assert_eq!(world.status(&world.token(u64::MAX)).await, 401);
}

/// A token names the address of its list, which must be below the issuer's.
#[tokio::test]
async fn no_list_is_fetched_that_is_not_the_issuers_own() {
    let (world, stranger) = (
        World::with(OnUnavailable::FailOpen).await,
        Issuer::start().await,
    );
    let (own, other) = (&world.issuer.url, &stranger.url);
    let at = |uri: String| {
        let status = json!({ "status_list": { "idx": 7, "uri": uri } });
        world.issuer.token_with(&world.key, "status", status)
    };
    assert_eq!(world.status(&at(world.uri())).await, 200, "the control");
    for foreign in [
        format!("{other}{LIST}"),
        format!("{own}.evil.example{LIST}"),
        format!("{own}@evil.example{LIST}"),
        own.replace("http://", "http://user@") + LIST,
        own.replace("http://", "https://") + LIST,
        format!("{own}{LIST}?idx=7"),
        format!("{own}{LIST}#7"),
        LIST.to_owned(),
        String::new(),
    ] {
        assert_eq!(world.status(&at(foreign.clone())).await, 401, "{foreign}");
    }
    assert_eq!(stranger.asked(LIST), 0);
}

#[test]
fn a_list_of_an_issuer_with_a_path_is_below_that_path() {
    let issuer = "https://id.example/tenant";
    assert!(below(issuer, "https://id.example/tenant/status/0").is_some());
    for foreign in [
        "https://id.example/status/0",
        "https://id.example/tenants/status/0",
        "https://id.example/tenant/../status/0",
        "https://id.example/tenant/%2e%2e/status/0",
        "https://id.example:8443/tenant/status/0",
        "http://id.example/tenant/status/0",
    ] {
        assert!(below(issuer, foreign).is_none(), "{foreign}");
    }
}

/// Each list lies in one respect. The last good list stays in use.
#[tokio::test]
async fn a_lying_list_does_not_replace_the_last_good_one() {
    let world = World::new().await;
    world.publish(&[7]);
    let (dead, alive) = (world.token(7), world.token(8));
    assert_eq!(
        (world.status(&dead).await, world.status(&alive).await),
        (401, 200)
    );
    let with = |name: &str, value: Value| {
        let mut claims = world.claims(&[8]);
        claims[name] = value;
        world.key.sign_as(Typ::StatusList, &claims)
    };
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0xff; 4 << 20], 9);
    let bomb = json!({ "bits": 1, "lst": base64url::encode(bomb) });
    let other = format!("{}/status/1", world.issuer.url);
    let now = world.issuer.now();
    for (what, lie) in [
        ("no list", "<html>".to_owned()),
        ("an access token", world.key.sign(&world.claims(&[8]))),
        (
            "an ID token",
            world.key.sign_as(Typ::Jwt, &world.claims(&[8])),
        ),
        (
            "a stranger's",
            Key::new("1").sign_as(Typ::StatusList, &world.claims(&[8])),
        ),
        (
            "an unknown key's",
            Key::new("2").sign_as(Typ::StatusList, &world.claims(&[8])),
        ),
        ("another list", with("sub", json!(other))),
        (
            "another issuer's",
            with("iss", json!("https://evil.example")),
        ),
        ("expired", with("exp", json!(now - 31))),
        ("of the future", with("iat", json!(now + 9_999))),
        ("a bomb", with("status_list", bomb)),
        ("too large", "x".repeat(300 * 1024)),
    ] {
        world.issuer.set(LIST, StatusCode::OK, &lie);
        world.issuer.advance(TTL);
        let asked = world.issuer.asked(LIST);
        assert_eq!(world.status(&world.token(7)).await, 401, "{what}");
        assert_eq!(world.status(&world.token(8)).await, 200, "{what}");
        assert_eq!(world.issuer.asked(LIST), asked + 1, "{what}");
        assert_eq!(world.api.reads_status_lists(), Some(false), "{what}");
        // the control
        world.publish(&[7]);
        world.issuer.advance(TTL);
        assert_eq!(world.status(&world.token(8)).await, 200);
        assert_eq!(world.api.reads_status_lists(), Some(true), "{what}");
    }
}

#[tokio::test]
async fn a_good_list_serves_until_it_expires_while_the_issuer_is_down() {
    for (on_unavailable, lost) in [
        (OnUnavailable::FailOpen, 200),
        (OnUnavailable::FailClosed, 503),
    ] {
        let world = World::with(on_unavailable).await;
        world.publish(&[7]);
        assert_eq!(world.status(&world.token(8)).await, 200);
        world.issuer.go_down();
        for _ in 0..LIFE / TTL - 1 {
            world.issuer.advance(TTL);
            assert_eq!(world.status(&world.token(7)).await, 401);
            assert_eq!(world.status(&world.token(8)).await, 200);
        }
        world.issuer.advance(TTL);
        assert_eq!(
            world.status(&world.token(7)).await,
            lost,
            "{on_unavailable:?}"
        );
        assert_eq!(
            world.status(&world.token(8)).await,
            lost,
            "{on_unavailable:?}"
        );
    }
}

#[tokio::test]
async fn without_any_list_a_token_is_accepted_or_refused_as_configured() {
    for (on_unavailable, lost) in [
        (OnUnavailable::FailOpen, 200),
        (OnUnavailable::FailClosed, 503),
    ] {
        let world = World::with(on_unavailable).await;
        world.issuer.set(LIST, StatusCode::NOT_FOUND, "");
        let token = world.token(7);
        for _ in 0..10 {
            assert_eq!(world.status(&token).await, lost);
        }
        assert_eq!(world.issuer.asked(LIST), 1, "it is not asked again at once");
        // and used as soon as it is there
        world.publish(&[7]);
        world.issuer.advance(2);
        assert_eq!(world.status_and_refresh(&token).await, lost);
        assert_eq!(world.status(&token).await, 401);
    }
}

#[tokio::test]
async fn a_list_of_a_new_key_fetches_the_key() {
    let world = World::new().await;
    assert_eq!(world.status(&world.token(7)).await, 200);
    let second = Key::new("2");
    world.issuer.publish(&[&world.key, &second]);
    let list = second.sign_as(Typ::StatusList, &world.claims(&[7]));
    world.issuer.set(LIST, StatusCode::OK, &list);
    world.issuer.advance(TTL);
    assert_eq!(world.status(&world.token(7)).await, 401);
    assert_eq!(world.issuer.asked("/jwks"), 2);
}

/// A dropped key could sign that nothing is revoked.
#[tokio::test]
async fn a_list_is_not_used_once_its_key_is_dropped() {
    let world = World::with(OnUnavailable::FailClosed).await;
    let (second, third) = (Key::new("2"), Key::new("3"));
    world.issuer.publish(&[&world.key, &second, &third]);
    let sign = |key: &Key| {
        let list = key.sign_as(Typ::StatusList, &world.claims(&[]));
        world.issuer.set(LIST, StatusCode::OK, &list);
    };
    sign(&second);
    assert_eq!(world.status(&world.token(7)).await, 200);
    // it leaves the JWKS: the list is cached and fresh, and not used any more
    world.issuer.publish(&[&world.key, &third]);
    let source = world.api.key_source().unwrap();
    assert!(source.fetch_for_unknown_kid().await);
    assert_eq!(world.status(&world.token(7)).await, 503);
    // a key that is still listed, and removed by the operator
    sign(&third);
    world.api.remove_key("3");
    world.issuer.advance(TTL);
    assert_eq!(world.status(&world.token(7)).await, 503);
    sign(&world.key);
    world.issuer.advance(TTL);
    assert_eq!(world.status(&world.token(7)).await, 200, "the control");
}

/// An API that is set up again, as for another configuration, while the issuer is down.
#[tokio::test]
async fn cached_lists_stay_with_the_revocations() {
    let world = World::new().await;
    world.publish(&[7]);
    assert_eq!(world.status(&world.token(7)).await, 401);
    world.issuer.set(LIST, StatusCode::SERVICE_UNAVAILABLE, "");
    world.issuer.advance(TTL);
    let again = |revocations: &Revocations| {
        let api = world.issuer.api().revocations(revocations.clone());
        api.status_lists(OnUnavailable::FailOpen).build().unwrap()
    };
    let api = again(world.api.revocations());
    assert!(api.verify_token(&world.token(7)).await.is_err());
    assert!(api.verify_token(&world.token(8)).await.is_ok());
    let without = again(&Revocations::new());
    assert!(without.verify_token(&world.token(7)).await.is_ok());
}

/// Each issuer's lists are verified with its own keys, for its own name.
#[tokio::test]
async fn lists_of_two_issuers_are_apart() {
    let (one, other) = (World::new().await, World::new().await);
    other.publish(&[7]);
    let both = one.api.clone().and(other.api.clone());
    assert!(both.verify_token(&one.token(7)).await.is_ok());
    assert!(both.verify_token(&other.token(7)).await.is_err());
    let status = json!({ "status_list": { "idx": 7, "uri": other.uri() } });
    let crossed = one.issuer.token_with(&one.key, "status", status);
    assert!(both.verify_token(&crossed).await.is_err());
}

#[tokio::test]
async fn plain_http_is_not_fetched_outside_development() {
    let world = World::new().await;
    let keys =
        airside_jose::JwkSet::parse(json!({ "keys": [world.key.jwk()] }).to_string().as_bytes());
    let keys = KeySet::from_jwks(&keys.unwrap());
    let api = ResourceServer::trusting(&world.issuer.url)
        .for_audience(AUDIENCE)
        .keys(keys)
        .status_lists(OnUnavailable::FailClosed)
        .clock(world.issuer.clock())
        .build()
        .unwrap();
    let refused = api.verify_token(&world.token(7)).await.unwrap_err();
    assert_eq!(refused, Rejection::RevocationsUnknown);
    assert_eq!(world.issuer.asked(LIST), 0);
}

#[tokio::test]
async fn ttl_and_exp_of_a_list_are_honoured_within_bounds() {
    let world = World::new().await;
    let now = world.issuer.now();
    let keys =
        airside_jose::JwkSet::parse(json!({ "keys": [world.key.jwk()] }).to_string().as_bytes());
    let keys = KeySet::from_jwks(&keys.unwrap());
    let of = |ttl: Option<i64>, lives: Option<i64>| {
        let mut claims = world.claims(&[]);
        claims["ttl"] = json!(ttl);
        claims["exp"] = json!(lives.map(|seconds| now + seconds));
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, claim| !claim.is_null());
        let token = world.key.sign_as(Typ::StatusList, &claims);
        let uri = world.uri();
        let name = StatusListName {
            issuer: &world.issuer.url,
            uri: &uri,
        };
        let list = verify_status_list(&token, &keys, name, UnixSeconds::new(now)).unwrap();
        let Freshness {
            refresh_at,
            wait_at,
            expires_at,
            ..
        } = freshness(&list, UnixSeconds::new(now));
        [refresh_at - now, wait_at - now, expires_at - now]
    };
    assert_eq!(of(Some(60), Some(900)), [45, 60, 900]);
    assert_eq!(of(Some(1), Some(900)), [6, 10, 900]);
    assert_eq!(of(None, None), [225, 300, DAY_SECONDS]);
    let longest = [DAY_SECONDS / 4 * 3, DAY_SECONDS, DAY_SECONDS];
    assert_eq!(of(Some(i64::MAX / 2), Some(2 * DAY_SECONDS)), longest);
}
