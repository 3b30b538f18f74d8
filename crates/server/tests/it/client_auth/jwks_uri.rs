//! Keys by address (RFC 7591 §2 `jwks_uri`): fetched, cached, and fetched again for a new `kid`.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, routing::get};
use serde_json::{Value, json};

use super::{
    assertion::{Key, claims, key, present, sign},
    world_with,
};
use crate::world::World;

/// A client's server, which publishes keys.
struct Publisher {
    url: String,
    page: Page,
}

#[derive(Clone, Default)]
struct Page {
    body: Arc<Mutex<String>>,
    fetches: Arc<AtomicUsize>,
}

impl Publisher {
    async fn new(keys: &[&Key]) -> Self {
        let page = Page::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/jwks", get(serve))
            .with_state(page.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let publisher = Self { url, page };
        publisher.publish(keys);
        publisher
    }

    fn publish(&self, keys: &[&Key]) {
        let keys: Vec<_> = keys.iter().map(|key| &key.jwk).collect();
        self.publish_text(&json!({ "keys": keys }).to_string());
    }

    fn publish_text(&self, text: &str) {
        text.clone_into(&mut self.page.body.lock().unwrap());
    }

    fn fetches(&self) -> usize {
        self.page.fetches.load(Ordering::SeqCst)
    }
}

async fn serve(State(page): State<Page>) -> String {
    page.fetches.fetch_add(1, Ordering::SeqCst);
    page.body.lock().unwrap().clone()
}

fn robot(publisher: &Publisher) -> Value {
    json!({
        "client_id": "robot", "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["client_credentials"], "scope": "accounts:read",
        "jwks_uri": publisher.url,
    })
}

async fn try_with(world: &World, key: &Key, jti: &str) -> u16 {
    let assertion = sign(key, &claims(world, jti, json!({})));
    present(world, &assertion).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn published_keys_are_fetched_once_and_used_again() {
    // T09
    let one = key("k1");
    let publisher = Publisher::new(&[&one]).await;
    let world = world_with(vec![robot(&publisher)]).await;
    assert_eq!(try_with(&world, &one, "1").await, 200);
    assert_eq!(try_with(&world, &one, "2").await, 200);
    assert_eq!(publisher.fetches(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn assertions_that_come_at_once_share_the_first_fetch() {
    // T09
    let one = key("k1");
    let publisher = Publisher::new(&[&one]).await;
    let world = world_with(vec![robot(&publisher)]).await;
    let jtis: Vec<_> = (0..10).map(|jti| jti.to_string()).collect();
    let all = jtis.iter().map(|jti| try_with(&world, &one, jti));
    let statuses = futures_util::future::join_all(all).await;
    assert_eq!(statuses, [200; 10]);
    assert_eq!(publisher.fetches(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_key_is_not_accepted_after_five_minutes() {
    // T09
    let (one, two) = (key("k1"), key("k2"));
    let publisher = Publisher::new(&[&one, &two]).await;
    let world = world_with(vec![robot(&publisher)]).await;
    assert_eq!(try_with(&world, &one, "1").await, 200);
    publisher.publish(&[&two]);
    world.advance(Duration::from_secs(301));
    assert_eq!(try_with(&world, &one, "2").await, 401);
    assert_eq!(try_with(&world, &two, "3").await, 200, "the control");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_be_fetched_for_a_day_are_not_accepted() {
    // J22: fail closed
    let one = key("k1");
    let publisher = Publisher::new(&[&one]).await;
    let world = world_with(vec![robot(&publisher)]).await;
    assert_eq!(try_with(&world, &one, "1").await, 200);
    publisher.publish_text("<html>");
    world.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(try_with(&world, &one, "2").await, 200, "the control");
    world.advance(Duration::from_secs(301));
    assert_eq!(try_with(&world, &one, "3").await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_found_by_its_unknown_kid() {
    // T09: the client rotates
    let (one, two) = (key("k1"), key("k2"));
    let publisher = Publisher::new(&[&one]).await;
    let world = world_with(vec![robot(&publisher)]).await;
    assert_eq!(try_with(&world, &one, "1").await, 200);
    publisher.publish(&[&two]);
    world.advance(Duration::from_secs(31));
    assert_eq!(try_with(&world, &two, "2").await, 200);
    // the old key went with the fetch
    assert_eq!(try_with(&world, &one, "3").await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_kids_cause_one_fetch_in_thirty_seconds() {
    // J21
    let one = key("k1");
    let publisher = Publisher::new(&[&one]).await;
    let world = world_with(vec![robot(&publisher)]).await;
    for n in 0..20 {
        let stranger = key(&format!("x{n}"));
        assert_eq!(try_with(&world, &stranger, &n.to_string()).await, 401);
    }
    assert_eq!(publisher.fetches(), 1);
    world.advance(Duration::from_secs(31));
    try_with(&world, &key("y"), "21").await;
    assert_eq!(publisher.fetches(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_good_keys_serve_while_the_client_publishes_nonsense() {
    // J22
    let one = key("k1");
    let publisher = Publisher::new(&[&one]).await;
    let world = world_with(vec![robot(&publisher)]).await;
    assert_eq!(try_with(&world, &one, "1").await, 200);
    let private = r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#;
    for (n, text) in ["<html>", "{}", private, "", "[]"].into_iter().enumerate() {
        publisher.publish_text(text);
        world.advance(Duration::from_secs(301));
        assert_eq!(
            try_with(&world, &one, &format!("n{n}")).await,
            200,
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_keys_cannot_be_fetched_is_refused() {
    // J22: fail closed
    let one = key("k1");
    let publisher = Publisher::new(&[]).await;
    publisher.publish_text("not found");
    let world = world_with(vec![robot(&publisher)]).await;
    assert_eq!(try_with(&world, &one, "1").await, 401);
    publisher.publish(&[&one]);
    world.advance(Duration::from_secs(31));
    assert_eq!(try_with(&world, &one, "2").await, 200);
}
