//! APIs that are added to a running issuer.

use std::time::Duration;

use airside_testkit::Answer;
use serde_json::{Value, json};

use crate::{
    token::{claims, header},
    world::{BANK, Setting, World},
};

const API: &str = "https://orders.example/v1";
/// The same as one segment of a path.
const PATH: &str = "/resources/https%3A%2F%2Forders.example%2Fv1";

async fn create(world: &World, metadata: Value) -> Answer {
    world.admin("POST", "/resources", metadata).await
}

fn orders() -> Value {
    json!({ "identifier": API, "scopes": ["orders:write"], "signing_alg": "EdDSA", "claims": ["tenant"] })
}

/// A machine with this scope.
async fn register(world: &World, client_id: &str, scope: &str) -> Answer {
    let metadata =
        json!({ "client_id": client_id, "grant_types": ["client_credentials"], "scope": scope });
    world.admin("POST", "/clients", metadata).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_is_added_to_a_running_server_and_gets_tokens() {
    let world = World::new().await;
    assert_eq!(register(&world, "m2m", "orders:write").await.status, 400);
    let created = create(&world, orders()).await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(created.json()["origin"], "administration");

    let registered = register(&world, "m2m", "orders:write").await;
    assert_eq!(registered.status, 201, "{}", registered.text());
    let secret = registered.member("client_secret");
    let basic = crate::world::basic("m2m", &secret);
    let fields = [("grant_type", "client_credentials"), ("resource", API)];
    let headers = [("authorization", basic.as_str())];
    let url = world.at("/token");
    let answer = world.browser().post_with(&url, &headers, &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let token = answer.member("access_token");
    assert_eq!(claims(&token)["aud"], API);
    assert_eq!(header(&token)["alg"], "EdDSA");

    let metadata = world.at("/.well-known/oauth-authorization-server");
    let metadata = world.browser().get(&metadata).await.json();
    let apis = metadata["protected_resources"].as_array().unwrap();
    assert!(apis.contains(&json!(API)), "{apis:?}");
    assert!(
        world
            .events()
            .await
            .contains(&"resource.created".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_lives_from_create_to_delete() {
    let world = World::new().await;
    create(&world, orders()).await;
    let shown = world.administer("GET", PATH, json!(null)).await;
    assert_eq!(shown.json()["scopes"], json!(["orders:write"]));
    assert_eq!(shown.json()["claims"], json!(["tenant"]));

    let edit = json!({ "scopes": ["orders:write", "orders:cancel"] });
    let edited = world.administer("PATCH", PATH, edit).await;
    assert_eq!(edited.json()["claims"], json!(["tenant"]));
    assert_eq!(register(&world, "m2m", "orders:cancel").await.status, 201);

    let listed = world.admin("GET", "/resources", json!(null)).await.json();
    let listed: Vec<_> = listed.as_array().unwrap().iter().collect();
    assert_eq!(listed.len(), 3);
    assert_eq!(listed[0]["origin"], "configuration");

    // a client would be left with a scope that no API has
    let stranded = world.admin("DELETE", PATH, json!(null)).await;
    assert_eq!(stranded.status, 409);
    assert!(stranded.text().contains("`m2m`"), "{}", stranded.text());
    let taken = world.admin("PATCH", PATH, json!({ "scopes": [] })).await;
    assert_eq!(taken.status, 409);
    world.admin("DELETE", "/clients/m2m", json!(null)).await;
    world.administer("DELETE", PATH, json!(null)).await;
    assert_eq!(world.admin("GET", PATH, json!(null)).await.status, 404);
    assert_eq!(register(&world, "m2m", "orders:cancel").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_api_is_said_and_nothing_is_added() {
    let world = World::new().await;
    let own = world.at("/api/admin/v1");
    let wrong = wrong(&own);
    for (metadata, expected) in wrong {
        let refused = create(&world, metadata).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert!(refused.text().contains(expected), "{}", refused.text());
    }
    let listed = world.admin("GET", "/resources", json!(null)).await.json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    // the control
    assert_eq!(
        create(&world, json!({ "identifier": API })).await.status,
        201
    );
    assert_eq!(
        create(&world, json!({ "identifier": API })).await.status,
        409
    );
}

/// An API that is refused, and what the answer says of it.
fn wrong(own: &str) -> [(Value, &'static str); 10] {
    [
        (json!({ "identifier": "orders" }), "not an absolute URI"),
        (json!({ "identifier": own }), "the server itself"),
        (
            json!({ "identifier": API, "scopes": ["openid"] }),
            "OpenID Connect",
        ),
        (
            json!({ "identifier": API, "scopes": ["airside:x"] }),
            "own APIs",
        ),
        (
            json!({ "identifier": API, "scopes": ["a b"] }),
            "not a scope name",
        ),
        (
            json!({ "identifier": API, "signing_alg": "HS256" }),
            "configuration file",
        ),
        // it is an algorithm, but there are no keys of it
        (
            json!({ "identifier": API, "signing_alg": "PS256" }),
            "keys.algorithms",
        ),
        (json!({ "identifier": API, "claims": ["sub"] }), "`sub`"),
        (json!({ "identifier": API, "secret": "x" }), "secret"),
        (json!({ "scopes": [] }), "identifier"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_of_the_configuration_is_read_only_and_counts_before_one_of_the_store() {
    let mut world = World::new().await;
    let bank = "/resources/https%3A%2F%2Fbank.example";
    assert_eq!(
        create(&world, json!({ "identifier": BANK })).await.status,
        409
    );
    let edit = json!({ "scopes": [] });
    assert_eq!(world.admin("PATCH", bank, edit).await.status, 409);
    assert_eq!(world.admin("DELETE", bank, json!(null)).await.status, 409);

    create(&world, orders()).await;
    let mut api = world.issuer.profile().resource(BANK).unwrap().clone();
    API.clone_into(&mut api.identifier);
    let setting = || Setting {
        resources: vec![api.clone()],
        ..Setting::default()
    };
    for _ in 0..2 {
        let shown = world.admin("GET", PATH, json!(null)).await.json();
        let origin = &shown["origin"];
        assert!(origin == "administration" || shown["scopes"] != json!(["orders:write"]));
        world.restart(setting()).await;
    }
    let shown = world.admin("GET", PATH, json!(null)).await.json();
    assert_eq!(shown["origin"], "configuration");
    // and when it leaves the file, that of the store is there
    world.restart(Setting::default()).await;
    let shown = world.admin("GET", PATH, json!(null)).await.json();
    assert_eq!(
        (&shown["origin"], &shown["scopes"]),
        (&json!("administration"), &json!(["orders:write"]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_at_a_node_that_knows_an_earlier_api_does_not_bring_that_back() {
    let world = World::new().await;
    create(&world, orders()).await;
    let stale = world.node(Setting::default()).await;
    let first = world.store.resources().await.unwrap()[0].epoch;
    world.administer("DELETE", PATH, json!(null)).await;
    world.advance(Duration::from_secs(2));
    let again = json!({ "identifier": API, "scopes": ["orders:read"] });
    assert_eq!(create(&world, again).await.status, 201);
    assert!(world.store.resources().await.unwrap()[0].epoch > first);

    let edit = json!({ "claims": ["tenant"] });
    let edited = world.admin_of(&stale, "PATCH", PATH, edit).await;

    assert_eq!(edited.status, 200, "{}", edited.text());
    assert_eq!(edited.json()["scopes"], json!(["orders:read"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_of_the_store_outlives_a_restart_and_a_reload_and_is_seen_by_other_nodes() {
    let mut world = World::new().await;
    let node = world.node(Setting::default()).await;
    create(&world, orders()).await;
    assert!(node.profile().resource(API).is_none());
    node.reload_apis().await.unwrap();
    assert!(node.profile().resource(API).is_some());
    world.reload(Setting::default()).await.unwrap();
    assert!(world.issuer.profile().resource(API).is_some());
    world.restart(Setting::default()).await;
    assert!(world.issuer.profile().resource(API).is_some());
}
