//! The claims of an assertion.

use super::*;

#[test]
fn required_claims_are_required_and_of_their_type() {
    // RFC7523-3
    for name in ["iss", "sub", "aud", "exp", "jti"] {
        for value in [json!(null), json!({}), json!(["spa"]), json!(true)] {
            let deviation = json!({ name: value });
            assert_refused(with(deviation));
        }
    }
    assert_refused(with(json!({"jti": ""})));
    assert_refused(with(json!({"jti": "a".repeat(256)})));
    assert_refused(with(json!({"exp": (now() + 60).to_string()})));
    assert_refused(with(json!({"iat": "now"})));
    assert!(with(json!({"jti": "a".repeat(255)})).is_ok());
    assert!(with(json!({"iat": null})).is_ok());
}

#[test]
fn the_audience_is_the_issuer_as_one_string() {
    // RFC7523-3
    let endpoint = format!("{}/token", fixture::ISSUER);
    for aud in [
        json!(endpoint),
        json!("https://other.example"),
        json!("https://id.example/"),
        json!([fixture::ISSUER]),
        json!([fixture::ISSUER, "https://other.example"]),
    ] {
        assert_refused(with(json!({"aud": aud})));
    }
}

#[test]
fn a_client_marked_so_may_name_the_token_endpoint() {
    let pair = pair(Algorithm::ES256);
    let keys = [pair.public];
    let prove = |aud: &str| {
        let assertion = signed(&pair.signer, json!({"aud": aud}));
        prove(
            &assertion,
            &keys,
            registered(AssertionAudience::TokenEndpoint),
        )
    };
    assert!(prove("https://id.example/token").is_ok());
    assert!(prove("https://id.example").is_ok());
    assert_refused(prove("https://other.example/token"));
}

#[test]
fn an_assertion_lives_five_minutes_at_most() {
    // RFC7523-3
    assert!(with(json!({"exp": now() + 330})).is_ok());
    let said = assert_refused(with(json!({"exp": now() + 331})));
    assert!(said.contains("5 minutes"), "{said}");
    assert!(with(json!({"exp": now() - 29})).is_ok());
    assert_refused(with(json!({"exp": now() - 30})));
    assert!(with(json!({"iat": now() + 30})).is_ok());
    assert_refused(with(json!({"iat": now() + 31})));
    assert!(with(json!({"iat": now() - 330})).is_ok());
    assert_refused(with(json!({"iat": now() - 331})));
    assert_refused(with(json!({"nbf": now() + 31})));
    assert_refused(with(json!({"exp": i64::MAX})));
    assert_refused(with(json!({"exp": i64::MIN, "iat": i64::MIN})));
}

#[test]
fn issuer_and_subject_are_the_client() {
    // RFC7523-3
    assert_refused(with(json!({"iss": "other"})));
    assert_refused(with(json!({"sub": "other"})));
    assert_refused(with(json!({"iss": "other", "sub": "other"})));
}
