//! Clients: what is refused when one is made, and what is answered about one that is unknown.

use serde_json::json;

use crate::world::{Setting, World, basic};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_asks_for_no_id_tokens_that_no_key_signs() {
    let world = World::new().await;
    let client = |alg: &str| {
        json!({
            "client_id": "made", "token_endpoint_auth_method": "none", "scope": "openid",
            "redirect_uris": ["https://app.example/cb"], "id_token_signed_response_alg": alg,
        })
    };
    let refused = world.admin("POST", "/clients", client("PS256")).await;
    assert_eq!(refused.status, 400);
    let message = refused.member("detail");
    assert!(message.contains("`keys.algorithms` lacks it"), "{message}");
    let made = world.admin("POST", "/clients", client("ES256")).await;
    assert_eq!(made.status, 201, "{}", made.text());
    for (alg, status) in [("PS256", 400), ("EdDSA", 200)] {
        let patch = json!({ "id_token_signed_response_alg": alg });
        let answer = world.admin("PATCH", "/clients/made", patch).await;
        assert_eq!(answer.status, status, "{alg}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_keeps_the_secret_that_another_node_has_rotated_in() {
    let world = World::new().await;
    let robot = json!({ "client_id": "robot", "grant_types": ["client_credentials"],
        "scope": "accounts:read" });
    world.create("/clients", robot).await;
    let other = world.node(Setting::default()).await;
    let rotated = world.admin_of(&other, "POST", "/clients/robot/secret", json!({}));
    let secret = rotated.await.member("client_secret");
    // this node has heard nothing of it
    let patch = json!({ "client_name": "Robot" });
    world.administer("PATCH", "/clients/robot", patch).await;
    let (url, basic) = (world.at("/token"), basic("robot", &secret));
    let (headers, form) = (
        [("authorization", basic.as_str())],
        [("grant_type", "client_credentials")],
    );
    let answer = world.browser().post_with(&url, &headers, &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_client_is_told_with_the_nearest_one() {
    let world = World::new().await;
    for (id, nearest) in [("biling", Some("billing")), ("reports", None)] {
        let answer = world
            .admin("GET", &format!("/clients/{id}"), json!(null))
            .await;
        assert_eq!(answer.status, 404);
        let told = answer.text();
        assert!(told.contains(&format!("`{id}`")), "{told}");
        assert_eq!(told.contains("the nearest is"), nearest.is_some(), "{told}");
        assert!(
            nearest.is_none_or(|nearest| told.contains(nearest)),
            "{told}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_is_no_redirect_uri_and_the_answer_says_why() {
    // RFC9700-2.1, A01
    let world = World::new().await;
    let client = |uri: &str| {
        json!({
            "client_id": "public-new", "token_endpoint_auth_method": "none",
            "redirect_uris": [uri],
        })
    };
    for uri in ["https://*.app.example/cb", "https://app.example/*"] {
        let answer = world.admin("POST", "/clients", client(uri)).await;
        assert_eq!(answer.status, 400, "{uri}");
        assert!(answer.text().contains("no patterns"), "{}", answer.text());
    }
    let good = client("https://app.example/cb");
    assert_eq!(world.admin("POST", "/clients", good).await.status, 201);
    let patch = json!({ "post_logout_redirect_uris": ["https://app.example/*"] });
    let answer = world.admin("PATCH", "/clients/public-new", patch).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("no patterns"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_that_an_earlier_release_registered_stops_no_start_and_matches_nothing_else() {
    // RFC9700-2.1, A01
    let world = World::new().await;
    let client = json!({
        "client_id": "public-old", "token_endpoint_auth_method": "none", "scope": "openid",
        "redirect_uris": ["https://app.example/cb"],
    });
    assert_eq!(world.admin("POST", "/clients", client).await.status, 201);
    let change = "UPDATE client SET metadata = replace(metadata, 'app.example/cb', 'app.example/*') \
                  WHERE client_id = 'public-old'";
    assert_eq!(world.database().execute(change, []).unwrap(), 1);
    let node = world.node(Setting::default()).await;
    let client = node.client(&"public-old".parse().unwrap()).unwrap();
    let [uri] = client.redirect_uris.as_slice() else {
        panic!("{:?}", client.redirect_uris);
    };
    assert!(uri.matches("https://app.example/*") && !uri.matches("https://app.example/cb"));
}
