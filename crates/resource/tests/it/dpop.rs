//! Tokens that are bound to a key or a certificate, and those who stole them.

mod world;

use std::sync::atomic::Ordering;

use airside_jose::certificate_thumbprint;
use airside_resource::{AuthenticationLayer, Caller, ClientCertificate, Rejection};
use axum::{Router, body::Body, routing::get};
use http::Request;
use serde_json::json;
use tower::ServiceExt as _;

use self::world::{World, request};
use crate::bank::{AUDIENCE, NOW};

#[tokio::test]
async fn a_stolen_token_is_worth_nothing_without_the_key() {
    // T26
    let world = World::new();
    let api = world.api().dpop(AUDIENCE.parse().unwrap()).build().unwrap();
    let (client, thief) = (world.client(), world.client());
    let token = &client.token;
    let sent = async |scheme: &str, token: &str, proofs: &[&str]| {
        let verified = api.verify(&request(scheme, token, proofs)).await;
        verified.map(|caller| caller.token().subject().to_owned())
    };

    // the control, twice: the second time the token is remembered
    for jti in ["1", "2"] {
        let proof = client.proof(token, jti, NOW, None);
        assert_eq!(sent("DPoP", token, &[&proof]).await.as_deref(), Ok("alice"));
        // and every theft of it beside: as a bearer token, with a proof of another key
        assert!(sent("Bearer", token, &[]).await.is_err());
        assert!(sent("Bearer", token, &[&proof]).await.is_err());
        let stolen = thief.proof(token, jti, NOW, None);
        assert!(sent("DPoP", token, &[&stolen]).await.is_err());
    }
    // a proof is used once, also by its owner
    let again = client.proof(token, "2", NOW, None);
    let replayed = sent("DPoP", token, &[&again]).await;
    assert_eq!(replayed, Err(Rejection::BadProof("it was used before")));
    // a proof beside a token that is refused is not used up by it
    let kept = client.proof(token, "kept", NOW, None);
    assert!(sent("DPoP", &format!("{token}x"), &[&kept]).await.is_err());
    assert!(sent("DPoP", token, &[&kept]).await.is_ok());
    assert!(sent("DPoP", token, &[&kept]).await.is_err());
    // none, two, one for another token
    let (one, two) = (
        client.proof(token, "3", NOW, None),
        client.proof(token, "4", NOW, None),
    );
    assert!(sent("DPoP", token, &[]).await.is_err());
    assert!(sent("DPoP", token, &[&one, &two]).await.is_err());
    let other = client.proof("a.b.c", "5", NOW, None);
    assert!(sent("DPoP", token, &[&other]).await.is_err());
    // a bearer token with a proof is not made better by it
    let free = world.token(None);
    let proof = client.proof(&free, "6", NOW, None);
    assert!(sent("DPoP", &free, &[&proof]).await.is_err());
    assert_eq!(sent("Bearer", &free, &[]).await.as_deref(), Ok("alice"));
    // an API that was not set up for it takes none
    let plain = world.api().build().unwrap();
    let proof = client.proof(token, "7", NOW, None);
    assert!(
        plain
            .verify(&request("DPoP", token, &[&proof]))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_nonce_shows_that_a_proof_was_made_now() {
    // T26
    let world = World::new();
    let origin = AUDIENCE.parse().unwrap();
    let api = world.api().dpop_with_nonces(origin).build().unwrap();
    let client = world.client();
    let token = &client.token;
    let send = async |jti: &str, nonce: Option<&str>| {
        let proof = client.proof(token, jti, world.now(), nonce);
        api.verify(&request("DPoP", token, &[&proof]))
            .await
            .map(drop)
    };
    let Err(Rejection::NonceNeeded { nonce }) = send("1", None).await else {
        panic!("no nonce was asked for");
    };
    assert_eq!(send("2", Some(&nonce)).await, Ok(()));
    world.time.fetch_add(300, Ordering::SeqCst);
    assert_eq!(send("3", Some(&nonce)).await, Ok(()));
    world.time.fetch_add(300, Ordering::SeqCst);
    assert!(matches!(
        send("4", Some(&nonce)).await,
        Err(Rejection::NonceNeeded { .. })
    ));
}

#[tokio::test]
async fn a_token_bound_to_a_certificate_needs_that_certificate() {
    // T27
    let world = World::new();
    let api = world.api().build().unwrap();
    let (own, other) = (b"own certificate".to_vec(), b"another".to_vec());
    let token = world.token(Some(json!({ "x5t#S256": certificate_thumbprint(&own) })));
    let verify = async |certificate: Option<&Vec<u8>>| {
        let mut parts = request("Bearer", &token, &[]);
        if let Some(certificate) = certificate {
            parts
                .extensions
                .insert(ClientCertificate(certificate.clone()));
        }
        api.verify(&parts).await.is_ok()
    };
    for _ in 0..2 {
        assert!(verify(Some(&own)).await);
        assert!(!verify(Some(&other)).await);
        assert!(!verify(None).await);
    }
}

/// T26: a proof is used once, and a request that is asked about twice is verified once.
#[tokio::test]
async fn several_arguments_of_a_handler_use_a_proof_once() {
    let world = World::new();
    let alice = world.client();
    let api = world.api().dpop(AUDIENCE.parse().unwrap()).build().unwrap();
    let two = async |one: Caller, other: Caller| {
        assert_eq!(one.token().subject(), other.token().subject());
    };
    let router = Router::new()
        .route("/accounts/1", get(two))
        .layer(AuthenticationLayer::new(api.clone()))
        .with_state(api);
    let proof = alice.proof(&alice.token, "1", NOW, None);
    let ask = async || {
        let request = Request::get("/accounts/1")
            .header("authorization", format!("DPoP {}", alice.token))
            .header("dpop", &proof);
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap());
        response.await.unwrap().status().as_u16()
    };
    assert_eq!(ask().await, 200);
    // the control
    assert_eq!(ask().await, 401, "the proof was used");
}

#[tokio::test]
async fn the_headers_of_another_framework_use_a_proof_once() {
    let world = World::new();
    let api = world.api().dpop(AUDIENCE.parse().unwrap()).build().unwrap();
    let client = world.client();
    let proof = client.proof(&client.token, "a", NOW, None);
    let authorization = format!("DPoP {}", client.token);
    let headers = [
        ("Host", b"evil.example.com".as_slice()),
        ("Authorization", authorization.as_bytes()),
        ("DPoP", proof.as_bytes()),
    ];
    let verify = async |method: &str, path: &str| {
        let verified = api.verify_headers(method, path, headers).await;
        verified.map(|caller| caller.token().subject().to_owned())
    };
    for (method, path) in [("POST", "/accounts/1"), ("GET", "/accounts/2")] {
        let refused = verify(method, path).await;
        assert!(
            matches!(refused, Err(Rejection::BadProof(_))),
            "{method} {path}"
        );
    }
    assert_eq!(verify("GET", "/accounts/1?page=2").await.unwrap(), "alice");
    let again = verify("GET", "/accounts/1?page=2").await;
    assert!(matches!(again, Err(Rejection::BadProof(_))), "{again:?}");
}
