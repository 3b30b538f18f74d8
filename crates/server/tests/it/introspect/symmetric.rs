//! Tokens that are signed with the secret of an API.

use airside_oauth::{
    key::secret::Secret,
    profile::{Resource, ResourceSigning},
};
use serde_json::json;

use crate::{
    token::claims,
    world::{Setting, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_symmetric_token_tells_something_only_to_the_api_that_shares_its_secret() {
    let world = legacy_world().await;
    let app = world.app("web-legacy");
    let answer = app.token(&[("grant_type", "client_credentials")]).await;
    let token = answer.member("access_token");
    assert_eq!(crate::token::header(&token)["alg"], "HS256");
    assert_eq!(
        world.app("legacy-api").introspect(&token).await.json()["aud"],
        LEGACY
    );
    for other in ["bank-api", "web-legacy"] {
        let seen = world.app(other).introspect(&token).await.json();
        assert_eq!(seen, json!({ "active": false }), "{other}");
    }
    assert_eq!(app.userinfo(&token).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_a_symmetric_api_forges_nothing_for_another() {
    // J02
    let world = legacy_world().await;
    let app = world.app("spa");
    let tokens = app.sign_in("alice").await;
    let key = airside_jose::SigningKey::from_secret(SHARED.as_bytes()).unwrap();
    let signer = airside_jose::Signer::new(key, "hs256");
    let payload = claims(&tokens.access).to_string();
    let kind = airside_jose::Typ::AccessToken;
    let forged = signer.sign_compact(kind, payload.as_bytes()).unwrap();
    for api in ["bank-api", "legacy-api"] {
        let seen = world.app(api).introspect(&forged).await.json();
        assert_eq!(seen, json!({ "active": false }), "{api}");
    }
    assert_eq!(app.userinfo(&forged).await.status, 401);
}

const LEGACY: &str = "https://legacy.example";
const SHARED: &str = "0123456789abcdef0123456789abcdef";

async fn legacy_world() -> World {
    let resource = Resource {
        identifier: LEGACY.to_owned(),
        scopes: "legacy:read".parse().unwrap(),
        signing: ResourceSigning::Hs256(Secret::new(SHARED)),
        claims: airside_oauth::token::released_claim::ReleasedClaims::default(),
    };
    let machine = json!({
        "client_id": "web-legacy", "grant_types": ["client_credentials"], "scope": "legacy:read",
    });
    let api = json!({ "client_id": "legacy-api", "resource_server_for": [LEGACY] });
    World::with(Setting {
        resources: vec![resource],
        clients: vec![machine, api],
        ..Setting::default()
    })
    .await
}
