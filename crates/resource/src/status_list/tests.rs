mod address;
mod unusable;

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
