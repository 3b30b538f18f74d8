//! OpenID Connect Back-Channel Logout 1.0 §2.4: what a logout token says, who signs it, and what it is
//! not good for.

use airside_jose::{JwkSet, VerifyingKey, base64url};
use serde_json::{Value, json};

use super::{Receiver, deliver, sign_out, signed_in, signed_out, told, world};
use crate::{
    token::{claims, header},
    world::{Setting, World},
};

async fn received() -> (World, String) {
    let receiver = Receiver::new().await;
    let (world, deliverer) = signed_out(&receiver).await;
    assert_eq!(deliver(&deliverer).await, 1);
    (world, receiver.tokens().remove(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_token_has_the_claims_that_a_client_checks() {
    // OIDC-BackChannel-2.4, OIDC-BackChannel-2.6
    let receiver = Receiver::new().await;
    let (world, deliverer) = world(&[&receiver]).await;
    let (app, hint) = signed_in(&world, "public-1").await;
    sign_out(&app, &hint).await;
    deliver(&deliverer).await;
    let token = receiver.tokens().remove(0);

    let (claims, id) = (claims(&token), claims(&hint));
    let now = world.issuer.now().as_seconds().as_i64();
    let events = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    let expected = json!({
        "iss": world.url, "aud": "public-1", "sub": id["sub"], "sid": id["sid"],
        "iat": now, "exp": now + 120, "jti": claims["jti"], "events": events,
    });
    assert_eq!(claims, expected);
    assert_eq!(header(&token)["typ"], "logout+jwt");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_token_is_signed_as_the_clients_id_tokens_are() {
    // OIDC-BackChannel-2.4
    let (world, token) = received().await;
    let header = header(&token);
    assert_eq!(header["alg"], "ES256");
    let jwks = world.browser().get(&world.at("/jwks")).await;
    let jwks = JwkSet::parse(&jwks.body).unwrap();
    let mut keys = jwks
        .keys
        .iter()
        .map(|jwk| VerifyingKey::from_jwk(jwk, None).unwrap());
    let key = keys
        .find(|key| key.kid() == header["kid"].as_str())
        .unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = base64url::decode(signature).unwrap();
    assert!(key.verify(message.as_bytes(), &signature).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_token_is_good_for_nothing_else() {
    // OIDC-BackChannel-2.4, T15
    let (world, token) = received().await;
    let app = world.app("public-1").scope("openid accounts:read");
    assert_eq!(app.userinfo(&token).await.status, 401);
    let refreshed = app.refresh(&token).await;
    assert_eq!(refreshed.outcome(), "400 invalid_grant");
    let introspected = world.app("bank-api").introspect(&token).await;
    assert_eq!(introspected.json(), json!({ "active": false }));
    // as a hint it ends no session
    app.sign_in("alice").await;
    let url = world.at(&format!("/sign-out?id_token_hint={token}"));
    let page = app.browser.get(&url).await;
    assert!(page.text().contains("<form"), "it is asked first");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_plain_https_or_loopback_in_development() {
    // OIDC-BackChannel-2.2
    let world = World::new().await;
    let create = async |id: &str, uri: &str| {
        let mut client = told(id, uri);
        client["backchannel_logout_session_required"] = Value::Bool(true);
        world
            .admin("POST", "/clients", client)
            .await
            .status
            .as_u16()
    };
    for uri in [
        "http://app.example/logout",
        "https://app.example/logout#fragment",
        "https://user:pass@app.example/logout",
        "/logout",
        "javascript:alert(1)",
        "",
    ] {
        assert_eq!(create("public-bad", uri).await, 400, "{uri}");
    }
    for (id, uri) in [
        ("public-https", "https://app.example/logout?tenant=1"),
        ("public-private", "https://10.0.0.1:8443/logout"),
        ("public-local", "http://127.0.0.1:9/logout"),
    ] {
        assert_eq!(create(id, uri).await, 201, "{uri}");
        let shown = world
            .admin("GET", &format!("/clients/{id}"), json!({}))
            .await;
        assert_eq!(shown.json()["backchannel_logout_uri"], uri);
        assert_eq!(shown.json()["backchannel_logout_session_required"], true);
    }
    let without = json!({ "remove": ["backchannel_logout_uri"] });
    world.admin("PATCH", "/clients/public-local", without).await;
    let shown = world.admin("GET", "/clients/public-local", json!({})).await;
    assert_eq!(shown.json().get("backchannel_logout_uri"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_says_that_logout_tokens_are_sent_with_a_session() {
    // OIDC-BackChannel-2.1
    let world = World::with(Setting::default()).await;
    let url = world.at("/.well-known/openid-configuration");
    let metadata = world.browser().get(&url).await.json();
    assert_eq!(metadata["backchannel_logout_supported"], true);
    assert_eq!(metadata["backchannel_logout_session_supported"], true);
}
