use super::*;
use crate::{Signer, SigningKey, Typ};

#[test]
fn a_header_is_readable_before_verification_and_the_payload_is_not() {
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let verifying = VerifyingKey::from_jwk(&key.public_jwk("1"), None).unwrap();
    let token = Signer::new(key, "1")
        .sign_compact(Typ::Jwt, b"payload")
        .unwrap();
    let compact = Compact::parse(&token).unwrap();
    let header = compact.header();
    assert_eq!(header.alg, HeaderAlgorithm::Known(Algorithm::ES256));
    assert_eq!(
        (header.kid.as_deref(), header.typ.as_deref()),
        (Some("1"), Some("JWT"))
    );
    assert!(!format!("{compact:?}").contains("payload"));
    assert_eq!(compact.verify(&verifying), Ok(&b"payload"[..]));
}

/// J03
#[test]
fn the_header_must_name_the_algorithm_of_the_key() {
    let key = SigningKey::generate(Algorithm::RS256).unwrap();
    let (jwk, input) = (
        key.public_jwk("1"),
        format!("{}.", base64url::encode(r#"{"alg":"PS256"}"#)),
    );
    let signature = base64url::encode(key.sign(input.as_bytes()).unwrap());
    let token = format!("{input}.{signature}");
    let compact = Compact::parse(&token).unwrap();
    let key = VerifyingKey::from_jwk(&jwk, None).unwrap();
    assert_eq!(compact.verify(&key), Err(SignatureError::OtherAlgorithm));
}

const SAME_TYPE: [&str; 4] = [
    "at+jwt",
    "AT+jwt",
    "application/at+jwt",
    "APPLICATION/AT+JWT",
];

/// RFC7515-4.1.9
#[test]
fn a_media_type_has_no_case_and_an_optional_prefix() {
    let header = |typ: &str| Header {
        alg: HeaderAlgorithm::from("ES256".to_owned()),
        kid: None,
        typ: Some(typ.to_owned()),
    };
    for typ in SAME_TYPE {
        assert!(header(typ).is_typ("at+jwt"), "{typ}");
    }
    for typ in [
        "",
        "jwt",
        "at+jwt;x",
        "application/application/at+jwt",
        "application",
        "日本語の型名",
    ] {
        assert!(!header(typ).is_typ("at+jwt"), "{typ}");
    }
}
