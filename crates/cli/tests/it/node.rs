//! Several nodes on one PostgreSQL database, and what happens to it.

mod failure;
mod refused;

use std::time::{Duration, Instant};

use airside_jose::{JwkSet, KeySet, StatusListName, base64url, verify_status_list};
use airside_server::clock::{Clock, SystemClock};
use airside_testkit::{Answer, Browser, postgres};
use serde_json::Value;

use crate::{
    app::{App, CONFIGURATION, post, redeem, refresh},
    server::{Place, Server},
};

const CLIENTS: usize = 32;

/// The same on every node: 32 bytes of a test.
pub const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Places for nodes with one store, called by the address of the first.
fn places<const N: usize>(store: &str) -> [Place; N] {
    places_of(CONFIGURATION, store)
}

/// The same with a configuration of one's own.
fn places_of<const N: usize>(configuration: &str, store: &str) -> [Place; N] {
    let mut places = [(); N].map(|()| Place::new(configuration));
    let issuer = format!("http://{}", places[0].address());
    for place in &mut places {
        place.set("AIRSIDE_STORE__URL", store);
        place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", KEY);
        place.set("AIRSIDE_ISSUER", &issuer);
    }
    places
}

/// Returns the address at which a node itself can be reached.
fn own(place: &Place) -> String {
    format!("http://{}", place.address())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_goes_on_at_whichever_node_is_asked() {
    // T11, T14
    let places = places::<3>(&postgres::schema());
    let nodes = places.each_ref().map(Place::serve);
    let urls = places.each_ref().map(own);
    let app = App::sign_in(&nodes[0].url).await;
    let first = redeem(&urls[1], &app.code().await).await.unwrap();
    let second = refresh(&urls[2], &first.member("refresh_token"))
        .await
        .unwrap();
    let third = refresh(&urls[0], &second.member("refresh_token"))
        .await
        .unwrap();
    assert_eq!(third.status, 200);
    // the alarm is heard everywhere at once: what it ended is dead on every node
    let reused = refresh(&urls[1], &first.member("refresh_token"))
        .await
        .unwrap();
    assert_eq!(reused.member("error"), "invalid_grant");
    for url in &urls {
        let token = third.member("refresh_token");
        assert_eq!(refresh(url, &token).await.unwrap().status, 400);
        let access = third.member("access_token");
        assert!(!is_active(url, &access).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_is_added_at_one_node_has_tokens_at_the_others() {
    let places = places::<2>(&postgres::schema());
    let _nodes = places.each_ref().map(Place::serve);
    let [here, there] = &places;
    let api = "https://orders.example";
    here.run(&["resource", "create", api, "--scope", "orders:read"])
        .assert_code(0);
    let metadata = format!("{}/.well-known/oauth-authorization-server", own(there));
    let has_api = async || {
        let metadata = Browser::new().get(&metadata).await.json();
        let apis = metadata["protected_resources"].as_array().cloned();
        apis.unwrap_or_default().contains(&Value::from(api))
    };
    soon("the new API is known", has_api).await;
    there.run(&["resource", "delete", api]).assert_code(0);
    let is_gone = async || here.run(&["resource", "show", api]).code == 3;
    soon("the API is gone", is_gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_changes_at_one_node_is_in_force_at_the_others() {
    // T14, T50
    let places = places::<2>(&postgres::schema());
    let _nodes = places.each_ref().map(Place::serve);
    let [here, there] = &places;
    let url = own(there);

    let made = here.run("-o json client create billing --auth-method client_secret_post --grant-type client_credentials --scope read");
    let secret = made.json()["client_secret"].as_str().unwrap().to_owned();
    let works = async || credentials(&url, &secret).await == 200;
    soon("the new client works", works).await;

    here.run("-o json key rotate --alg ES256 --emergency")
        .assert_code(0);
    let mine = jwks(&own(here)).await;
    soon("the keys are the same", async || jwks(&url).await == mine).await;

    here.run("client delete billing").assert_code(0);
    let gone = async || credentials(&url, &secret).await == 401;
    soon("the client is gone", gone).await;
}

/// An operator sees at any node whether a key has arrived everywhere.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_one_node_counts_at_the_others() {
    let follower = "\n[[client]]\nclient_id = \"bank-api\"\nclient_secret = \"a secret of the test\"\n\
                    token_endpoint_auth_method = \"client_secret_post\"\n\
                    resource_server_for = [\"https://api.example\"]\n";
    let configuration = format!("{CONFIGURATION}{follower}");
    let places = places_of::<2>(&configuration, &postgres::schema());
    let nodes = places.each_ref().map(Place::serve);
    let keys = || places[1].json("key list");
    assert_eq!(keys()[0]["followers"], 0);
    let kid = keys()[0]["kid"].as_str().unwrap().to_owned();
    for (node, instance, kids) in [(0, "a", kid.as_str()), (0, "b", "other"), (1, "c", &kid)] {
        let fields = [
            ("client_id", "bank-api"),
            ("client_secret", "a secret of the test"),
            ("instance", instance),
            ("kids", kids),
        ];
        let url = format!("{}/revocations", own(&places[node]));
        let answer = Browser::new().post(&url, &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let all = async || {
        let keys = keys();
        (keys[0]["followers"].as_u64(), keys[0]["held_by"].as_u64()) == (Some(3), Some(2))
    };
    soon("all three are counted", all).await;
    drop(nodes);
}

/// Whichever node made the grant, and whichever ended it.
#[tokio::test(flavor = "multi_thread")]
async fn a_grant_has_one_place_in_the_status_lists_of_all_nodes() {
    let places = places::<2>(&postgres::schema());
    let nodes = places.each_ref().map(Place::serve);
    let urls = places.each_ref().map(own);
    let app = App::sign_in(&nodes[0].url).await;
    let mut grants = Vec::new();
    for url in [&urls[0], &urls[1], &urls[0]] {
        grants.push(redeem(url, &app.code().await).await.unwrap());
    }
    let indexes: Vec<u64> = grants.iter().map(|one| place(one).1).collect();
    let distinct: std::collections::HashSet<_> = indexes.iter().collect();
    assert_eq!(distinct.len(), 3, "{indexes:?}");

    let token = grants[1].member("refresh_token");
    let fields = [("token", token.as_str())];
    post(&format!("{}/revoke", urls[0]), &fields).await.unwrap();
    let keys = Browser::new().get(&format!("{}/jwks", urls[1])).await;
    let keys = KeySet::from_jwks(&JwkSet::parse(&keys.body).unwrap());
    let (uri, _) = place(&grants[1]);
    for url in &urls {
        let own = uri.replace(&urls[0], url);
        let dead = async || {
            let list = Browser::new().get(&own).await;
            let now = SystemClock.now().as_seconds();
            let name = StatusListName {
                issuer: &urls[0],
                uri: &uri,
            };
            let list = verify_status_list(&list.text(), &keys, name, now).unwrap();
            let statuses = indexes.iter().map(|idx| list.list.status(*idx).unwrap());
            statuses.eq([0, 1, 0])
        };
        soon("the list says which one is dead", dead).await;
    }
}

/// Returns the place of an access token's status: the address of a list, and the index in it.
fn place(tokens: &Answer) -> (String, u64) {
    let token = tokens.member("access_token");
    let claims = base64url::decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let list = &claims["status"]["status_list"];
    let uri = list["uri"].as_str().unwrap().to_owned();
    (uri, list["idx"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_together_agree() {
    let places = places::<3>(&postgres::schema());
    let starting = places.each_ref().map(|place| {
        let (address, mut command) = (place.address(), place.command());
        std::thread::spawn(move || Server::start(command.args(["serve", "--listen", &address])))
    });
    let _nodes = starting.map(|thread| thread.join().unwrap());
    let sets = [
        jwks(&own(&places[0])).await,
        jwks(&own(&places[1])).await,
        jwks(&own(&places[2])).await,
    ];
    assert_eq!(sets[0], sets[1]);
    assert_eq!(sets[1], sets[2]);
    // one key an algorithm: none was made twice
    assert_eq!(sets[0]["keys"].as_array().unwrap().len(), 2);
}

/// Waits until something is so: a second is promised, a busy machine gets more.
async fn soon(what: &str, holds: impl AsyncFn() -> bool) {
    let asked = Instant::now();
    while !holds().await {
        assert!(asked.elapsed() < Duration::from_secs(10), "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn credentials(url: &str, secret: &str) -> u16 {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", "billing"),
        ("client_secret", secret),
    ];
    let answer = Browser::new().post(&format!("{url}/token"), &fields).await;
    answer.status.as_u16()
}

async fn is_active(url: &str, token: &str) -> bool {
    let fields = [("token", token)];
    let answer = post(&format!("{url}/introspect"), &fields).await.unwrap();
    answer.json()["active"] == true
}

async fn jwks(url: &str) -> Value {
    Browser::new().get(&format!("{url}/jwks")).await.json()
}
