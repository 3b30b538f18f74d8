//! `private_key_jwt`: a valid assertion, and each way in which it can be none.

mod claim;

use std::{
    future::ready,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use airside_jose::{Algorithm, Signer, SigningKey, Typ, VerifyingKey, base64url};
use serde_json::{Map, Value, json};

use super::*;
use crate::client::AssertionAudience;

/// A key pair of the client.
struct Pair {
    signer: Signer,
    public: VerifyingKey,
}

fn pair(algorithm: Algorithm) -> Pair {
    let key = SigningKey::generate(algorithm).unwrap();
    let public = VerifyingKey::from_jwk(&key.public_jwk("one"), Some(algorithm)).unwrap();
    Pair {
        signer: Signer::new(key, "one"),
        public,
    }
}

fn now() -> i64 {
    fixture::START.as_seconds().as_i64()
}

/// Valid claims with some of them replaced, or removed by `null`.
fn claims(deviation: Value) -> Map<String, Value> {
    let valid = json!({
        "iss": "spa",
        "sub": "spa",
        "aud": fixture::ISSUER,
        "iat": now(),
        "exp": now() + 60,
        "jti": "first",
    });
    let mut claims = valid.as_object().unwrap().clone();
    claims.extend(deviation.as_object().unwrap().clone());
    claims.retain(|_, value| !value.is_null());
    claims
}

fn signed(signer: &Signer, deviation: Value) -> String {
    let payload = serde_json::to_vec(&claims(deviation)).unwrap();
    signer.sign_compact(Typ::Jwt, &payload).unwrap()
}

fn body(assertion: &str) -> String {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    format!("client_assertion_type={kind}&client_assertion={assertion}")
}

fn registered(assertion_audience: AssertionAudience) -> Client {
    let mut client = with_method(AuthMethod::PrivateKeyJwt);
    client.settings.assertion_audience = assertion_audience;
    client
}

fn prove(
    assertion: &str,
    keys: &[VerifyingKey],
    client: Client,
) -> Result<AssertedClient, OAuthError> {
    let presented = ClientCredential::parse(&[], &form(&body(assertion)))?;
    let (client, profile) = (Arc::new(client), fixture::profile());
    match authenticate(&presented, client, keys, &profile, fixture::START)? {
        Authentication::Asserted(client) => Ok(client),
        Authentication::Authenticated(client) => panic!("{client:?} has used up no assertion"),
    }
}

/// Returns the outcome of an assertion with these claims.
fn with(deviation: Value) -> Result<AssertedClient, OAuthError> {
    let pair = pair(Algorithm::ES256);
    let assertion = signed(&pair.signer, deviation);
    prove(
        &assertion,
        &[pair.public],
        registered(AssertionAudience::Issuer),
    )
}

#[track_caller]
fn assert_refused(result: Result<AssertedClient, OAuthError>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidClient, "{error}");
    error.description
}

#[test]
fn a_valid_assertion_proves_the_client_once() {
    // RFC7523-3
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
        let pair = pair(algorithm);
        let assertion = signed(&pair.signer, json!({}));
        let proved = prove(
            &assertion,
            &[pair.public],
            registered(AssertionAudience::Issuer),
        );
        let used = proved.unwrap().assertion;
        assert_eq!(used.until, fixture::START.plus(Duration::from_secs(90)));
    }
}

#[test]
fn only_the_commit_of_its_use_makes_an_assertion_a_proof() {
    // RFC7523-3
    let asserted = with(json!({})).unwrap();
    let digest = asserted.assertion.digest;
    let client = at_once(asserted.use_up(|commit| {
        let Pivot::UseOnce { digest: used, .. } = commit.pivot else {
            panic!("{commit:?} does not use the assertion up");
        };
        assert!(used.matches(&digest));
        ready(Ok::<_, &str>(()))
    }));
    assert_eq!(client.unwrap().client_id.as_str(), "spa");
    let again = with(json!({})).unwrap();
    let conflict = at_once(again.use_up(|_| ready(Err("used before"))));
    assert_eq!(conflict.unwrap_err(), "used before");
}

/// The output of a future that waits for nothing.
fn at_once<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future waits"),
    }
}

#[test]
fn the_same_jti_is_the_same_use_and_another_is_another() {
    // RFC7523-3
    let digest = |deviation| *with(deviation).unwrap().assertion.digest.as_bytes();
    assert_eq!(digest(json!({})), digest(json!({"exp": now() + 120})));
    assert_ne!(digest(json!({})), digest(json!({"jti": "second"})));
}

#[test]
fn a_client_id_beside_the_assertion_must_be_the_same() {
    // RFC7521-4.2
    let pair = pair(Algorithm::ES256);
    let body = body(&signed(&pair.signer, json!({})));
    assert!(ClientCredential::parse(&[], &form(&format!("{body}&client_id=spa"))).is_ok());
    let error =
        ClientCredential::parse(&[], &form(&format!("{body}&client_id=other"))).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidClient);
}

#[test]
fn only_a_key_of_the_client_signs_for_it() {
    let (own, other) = (pair(Algorithm::ES256), pair(Algorithm::ES256));
    let forged = signed(&other.signer, json!({}));
    let client = || registered(AssertionAudience::Issuer);
    assert_refused(prove(&forged, &[own.public], client()));
    assert_refused(prove(&forged, &[], client()));
    assert!(prove(&forged, &[other.public], client()).is_ok());
}

fn other_headers() -> [Value; 5] {
    [
        json!({"alg": "none"}),
        json!({"alg": "HS256", "kid": "one"}),
        json!({"alg": "EdDSA", "kid": "one"}),
        json!({"alg": "ES256", "kid": "one", "crit": ["x"], "x": 1}),
        json!({"alg": "ES256", "kid": "one", "typ": "at+jwt"}),
    ]
}

#[test]
fn a_header_that_says_something_else_is_refused() {
    // RFC8725-3.1, RFC8725-3.11
    let own = pair(Algorithm::ES256);
    let valid = signed(&own.signer, json!({}));
    let keys = [own.public];
    let mut parts = valid.split('.').skip(1);
    let (payload, signature) = (parts.next().unwrap(), parts.next().unwrap());
    for header in other_headers() {
        let header = base64url::encode(header.to_string().as_bytes());
        for signature in [signature, ""] {
            let assertion = format!("{header}.{payload}.{signature}");
            assert_refused(prove(
                &assertion,
                &keys,
                registered(AssertionAudience::Issuer),
            ));
        }
    }
    assert!(prove(&valid, &keys, registered(AssertionAudience::Issuer)).is_ok());
}

#[test]
fn what_is_no_assertion_is_refused() {
    for text in ["x", "x.y", "x.y.z", "e30.e30.", "a.b.c.d"] {
        assert_refused(prove(text, &[], registered(AssertionAudience::Issuer)));
    }
    let other = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    let error =
        ClientCredential::parse(&[], &form(&format!("{other}&client_assertion=x"))).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidClient);
    for half in [
        "client_assertion=x.y.z",
        other,
        "client_assertion_type=&client_assertion=x",
    ] {
        let error = ClientCredential::parse(&[], &form(half)).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest, "{half}");
    }
}

#[test]
fn a_client_registered_for_a_secret_gets_no_further_with_an_assertion() {
    // OIDC-Core-9
    let pair = pair(Algorithm::ES256);
    let assertion = signed(&pair.signer, json!({}));
    assert_refused(prove(
        &assertion,
        &[pair.public],
        fixture::confidential_client(),
    ));
}

#[test]
fn a_key_without_an_algorithm_verifies_every_one_that_it_fits() {
    // RFC7517-4.4
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let mut jwk = serde_json::to_value(key.public_jwk("one")).unwrap();
    jwk.as_object_mut().unwrap().remove("alg");
    let jwks = serde_json::from_value(json!({"keys": [jwk]})).unwrap();
    let assertion = signed(&Signer::new(key, "one"), json!({}));
    let found = keys(&jwks);
    assert_eq!(found.len(), 1);
    assert!(prove(&assertion, &found, registered(AssertionAudience::Issuer)).is_ok());
}
