use serde_json::json;

use super::*;
use crate::{
    Algorithm, Signer, SigningKey, SymmetricKey, Typ,
    jwt::fixture::{CLOCK, ISSUER, NOW},
};

fn claims() -> serde_json::Value {
    json!({
        "iss": "billing", "sub": "billing", "aud": ISSUER, "exp": NOW + 60, "iat": NOW, "jti": "1",
    })
}

fn key(kid: &str) -> (Signer, VerifyingKey) {
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let verifying = VerifyingKey::from_jwk(&key.public_jwk(kid), None).unwrap();
    (Signer::new(key, kid), verifying)
}

fn sign(signer: &Signer, claims: &serde_json::Value) -> String {
    signer
        .sign_compact(Typ::Jwt, claims.to_string().as_bytes())
        .unwrap()
}

#[test]
fn the_key_that_fits_kid_and_alg_verifies() {
    let ((first, first_key), (_, second_key)) = (key("1"), key("2"));
    let keys = [second_key, first_key];
    let verified = Assertion::verify(&sign(&first, &claims()), &keys).unwrap();
    assert_eq!(
        (verified.iss.as_str(), verified.jti.as_str()),
        ("billing", "1")
    );
    assert_eq!(
        (verified.exp, verified.iat, verified.nbf),
        (CLOCK.saturating_add(60), Some(CLOCK), None)
    );
    assert_eq!(verified.aud, AssertionAudience::One(ISSUER.to_owned()));

    let (stranger, _) = key("1");
    let forged = sign(&stranger, &claims());
    assert_eq!(
        Assertion::verify(&forged, &keys),
        Err(VerifyError::BadSignature)
    );
    let (unknown, _) = key("3");
    let unknown = sign(&unknown, &claims());
    assert_eq!(
        Assertion::verify(&unknown, &keys),
        Err(VerifyError::UnknownKey)
    );
    assert_eq!(
        Assertion::verify(&unknown, &[]),
        Err(VerifyError::UnknownKey)
    );
}

#[test]
fn one_string_and_an_array_are_not_the_same_audience() {
    let (signer, key) = key("1");
    let mut claims = claims();
    claims["aud"] = json!([ISSUER]);
    let verified = Assertion::verify(&sign(&signer, &claims), &[key]).unwrap();
    assert_eq!(
        verified.aud,
        AssertionAudience::Many(vec![ISSUER.to_owned()])
    );
}

/// J02
#[test]
fn a_shared_secret_signs_no_assertion() {
    let signer = Signer::new(SymmetricKey::from_secret(&[7; 32]).unwrap(), "1");
    let key = VerifyingKey::from_secret(&[7; 32]).unwrap();
    let refused = Assertion::verify(&sign(&signer, &claims()), &[key]);
    assert_eq!(refused, Err(VerifyError::AlgorithmNotAccepted));
}

/// J07
#[test]
fn another_kind_of_token_is_no_assertion() {
    let (signer, key) = key("1");
    let keys = [key];
    let payload = claims().to_string();
    for typ in [
        Typ::AccessToken,
        Typ::Other("dpop+jwt"),
        Typ::Other("logout+jwt"),
    ] {
        let token = signer.sign_compact(typ, payload.as_bytes()).unwrap();
        assert_eq!(
            Assertion::verify(&token, &keys),
            Err(VerifyError::WrongType),
            "{typ:?}"
        );
    }
    let token = signer
        .sign_compact(Typ::ClientAuthentication, payload.as_bytes())
        .unwrap();
    assert!(Assertion::verify(&token, &keys).is_ok());
}

/// J09, J10
#[test]
fn the_claims_of_an_assertion_are_strict() {
    let (signer, key) = key("1");
    let keys = [key];
    for name in ["iss", "sub", "aud", "exp", "jti"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        let refused = Assertion::verify(&sign(&signer, &claims), &keys);
        assert_eq!(refused, Err(VerifyError::MissingClaim(name)));
    }
    for (name, value) in [
        ("exp", json!("1")),
        ("iat", json!(-1.5)),
        ("nbf", json!(-1)),
        ("jti", json!("")),
    ] {
        let mut claims = claims();
        claims[name] = value;
        let refused = Assertion::verify(&sign(&signer, &claims), &keys);
        assert_eq!(refused, Err(VerifyError::WrongClaimType(name)));
    }
}

/// RFC7519-2
#[test]
fn a_fraction_of_a_second_shortens_the_life_of_an_assertion() {
    let (signer, key) = key("1");
    let mut claims = claims();
    // halves are exact in a float
    claims["exp"] = json!(1_800_000_060.5);
    claims["iat"] = json!(1_800_000_000.5);
    claims["nbf"] = json!(1_800_000_000.5);
    let verified = Assertion::verify(&sign(&signer, &claims), &[key]).unwrap();
    let at = |seconds: i64| UnixSeconds::new(1_800_000_000 + seconds);
    assert_eq!(verified.exp, at(60));
    assert_eq!((verified.iat, verified.nbf), (Some(at(0)), Some(at(1))));
}
