//! Assertions that are refused.

use airside_jose::{Signer, SigningKey, Typ, base64url};
use serde_json::json;

use super::{TYPE, claims, given, key, present, robot, sign};
use crate::client_auth::world_with;

#[tokio::test(flavor = "multi_thread")]
async fn the_audience_is_the_issuer_as_one_string() {
    // T09, RFC7523-3
    let (world, key) = given(json!({})).await;
    let (issuer, endpoint) = (world.url.clone(), world.at("/token"));
    for aud in wrong_audiences(&issuer, &endpoint) {
        let assertion = sign(key, &claims(&world, "1", json!({ "aud": aud })));
        assert_eq!(
            present(&world, &assertion).await.outcome(),
            "401 invalid_client",
            "{aud}"
        );
    }
    let good = sign(key, &claims(&world, "1", json!({})));
    assert_eq!(present(&world, &good).await.status, 200);
}

/// Audiences that are not the issuer as one string.
fn wrong_audiences(issuer: &str, endpoint: &str) -> [serde_json::Value; 7] {
    [
        json!(endpoint),
        json!([issuer]),
        json!([issuer, "https://other.example"]),
        json!("https://other.example"),
        json!(format!("{issuer}/")),
        json!(null),
        json!(7),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_with_a_claim_missing_or_wrong_is_refused() {
    // T09, RFC7523-3
    let (world, key) = given(json!({})).await;
    let now = world.issuer.now().as_seconds().as_i64();
    for wrong in wrong_claims(now) {
        let assertion = sign(key, &claims(&world, "1", wrong.clone()));
        assert_eq!(
            present(&world, &assertion).await.outcome(),
            "401 invalid_client",
            "{wrong}"
        );
    }
    // none of them used the jti up
    let good = sign(key, &claims(&world, "1", json!({})));
    assert_eq!(present(&world, &good).await.status, 200);
}

/// Claims that are missing or wrong.
fn wrong_claims(now: i64) -> [serde_json::Value; 12] {
    [
        json!({ "jti": null }),
        json!({ "jti": "" }),
        json!({ "exp": null }),
        json!({ "exp": now - 31 }),
        json!({ "exp": "soon" }),
        json!({ "nbf": now + 120 }),
        json!({ "iat": now + 120 }),
        json!({ "iat": now - 3600 }),
        json!({ "iss": "web" }),
        json!({ "sub": "web" }),
        json!({ "iss": null }),
        json!({ "sub": null }),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_signed_by_anything_but_the_clients_key_is_refused() {
    // T09, J01
    let (world, own) = given(json!({})).await;
    let claims = claims(&world, "1", json!({}));
    let payload = base64url::encode(claims.to_string().as_bytes());
    let none = base64url::encode(br#"{"alg":"none"}"#);
    let public = Signer::new(
        SigningKey::from_secret(own.jwk.to_json().as_slice()).unwrap(),
        "k1",
    );
    let mut tampered = sign(own, &claims);
    tampered.truncate(tampered.len() - 4);
    for forged in [
        sign(&key("k1"), &claims),
        sign(&key("k2"), &claims),
        format!("{none}.{payload}."),
        public
            .sign_compact(Typ::Jwt, claims.to_string().as_bytes())
            .unwrap(),
        own.signer
            .sign_compact(Typ::AccessToken, claims.to_string().as_bytes())
            .unwrap(),
        tampered,
        "x".to_owned(),
        "..".to_owned(),
        format!("{none}.{payload}.{}", "A".repeat(30_000)),
    ] {
        let answer = present(&world, &forged).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{forged}");
    }
    assert_eq!(present(&world, &sign(own, &claims)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_clients_key_does_not_speak_for_a_client() {
    // T09
    let (mine, theirs) = (key("k1"), key("k1"));
    let other = robot(&theirs, json!({ "client_id": "robot-2" }));
    let world = world_with(vec![robot(&mine, json!({})), other]).await;
    let claims = claims(&world, "1", json!({}));
    let answer = present(&world, &sign(&theirs, &claims)).await;
    assert_eq!(answer.outcome(), "401 invalid_client");
    assert_eq!(present(&world, &sign(&mine, &claims)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn assertion_and_type_belong_together_and_client_id_beside_them_must_be_equal() {
    // RFC7521-4.2
    let (world, key) = given(json!({})).await;
    let good = sign(key, &claims(&world, "1", json!({})));
    let kind = ("client_assertion_type", TYPE);
    let assertion = ("client_assertion", good.as_str());
    let (other, own) = (("client_id", "billing"), ("client_id", "robot"));
    for (more, outcome) in [
        (&[assertion][..], "400 invalid_request"),
        (&[kind], "400 invalid_request"),
        (&[assertion, SAML], "401 invalid_client"),
        (&[kind, assertion, other], "401 invalid_client"),
        (&[kind, assertion, own], "200"),
    ] {
        let fields = [&[("grant_type", "client_credentials")], more].concat();
        let answer = world.browser().post(&world.at("/token"), &fields).await;
        assert_eq!(answer.outcome(), outcome, "{fields:?}");
    }
}

const SAML: (&str, &str) = (
    "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
);

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_of_an_unknown_client_is_refused_like_one_with_a_wrong_key() {
    // T08
    let (world, key) = given(json!({})).await;
    for name in ["nobody", "billing", "spa"] {
        let claims = claims(&world, "1", json!({ "iss": name, "sub": name }));
        let answer = present(&world, &sign(key, &claims)).await;
        assert_eq!(answer.outcome(), "401 invalid_client", "{name}");
    }
}
