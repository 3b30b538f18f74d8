use serde_json::json;

use super::*;
use crate::{SigningKey, json::JsonError};

fn read(members: Value) -> Result<Jwk, JwkError> {
    Jwk::from_members(members.as_object().unwrap())
}

fn rsa(n: Vec<u8>, e: &[u8]) -> Result<Jwk, JwkError> {
    read(json!({ "kty": "RSA", "n": base64url::encode(n), "e": base64url::encode(e) }))
}

/// An odd number of so many bits.
fn odd(bits: usize) -> Vec<u8> {
    let mut number = vec![0xff; bits.div_ceil(8)];
    number[0] >>= (8 - bits % 8) % 8;
    number
}

fn public(algorithm: Algorithm, kid: &str) -> Value {
    serde_json::to_value(SigningKey::generate(algorithm).unwrap().public_jwk(kid)).unwrap()
}

fn parse(keys: &[Value]) -> Result<JwkSet, JwkSetError> {
    JwkSet::parse(json!({ "keys": keys }).to_string().as_bytes())
}

/// J13, RFC7518-3.3, RFC7518-6.3.1.1
#[test]
fn an_rsa_modulus_has_2048_to_8192_bits() {
    for bits in [2048, 2049, 3072, 4096, 8192] {
        assert!(rsa(odd(bits), &[1, 0, 1]).is_ok(), "{bits}");
    }
    for bits in [8, 512, 1024, 2047, 8193, 16_384] {
        assert_eq!(
            rsa(odd(bits), &[1, 0, 1]),
            Err(JwkError::RsaBounds),
            "{bits}"
        );
    }
    let mut even = odd(2048);
    even[255] = 0xfe;
    assert_eq!(rsa(even, &[1, 0, 1]), Err(JwkError::RsaBounds));
    assert_eq!(
        rsa([vec![0], odd(2048)].concat(), &[1, 0, 1]),
        Err(JwkError::LeadingZero)
    );
    assert_eq!(rsa(Vec::new(), &[1, 0, 1]), Err(JwkError::Invalid));
}

/// J13
#[test]
fn an_rsa_exponent_is_odd_above_3_and_below_2_to_the_32() {
    for e in [&[5][..], &[17], &[1, 0, 1], &[0xff, 0xff, 0xff, 0xff]] {
        assert!(rsa(odd(2048), e).is_ok(), "{e:?}");
    }
    let huge = vec![0xff; 4096];
    for e in [
        &[1][..],
        &[2],
        &[3],
        &[4],
        &[1, 0, 0],
        &[1, 0, 0, 0, 1],
        &huge,
    ] {
        assert_eq!(rsa(odd(2048), e), Err(JwkError::RsaBounds), "{e:?}");
    }
    for e in [&[0][..], &[0, 1, 0, 1]] {
        assert_eq!(rsa(odd(2048), e), Err(JwkError::LeadingZero), "{e:?}");
    }
    assert_eq!(rsa(odd(2048), &[]), Err(JwkError::Invalid));
}

/// RFC7518-6.2.1.2
#[test]
fn a_key_that_is_incomplete_misspelt_or_unknown_is_refused() {
    let good = public(Algorithm::ES256, "1");
    let with = |name: &str, value: Value| {
        let mut key = good.clone();
        key[name] = value;
        read(key)
    };
    assert!(read(good.clone()).is_ok());
    let short = base64url::encode([1; 31]);
    let padded = format!("{}=", good["x"].as_str().unwrap());
    let invalid = [
        ("x", json!(short)),
        ("x", json!(padded)),
        ("y", json!(1)),
        ("kty", json!(1)),
        ("kid", json!(1)),
        ("use", json!(["sig"])),
        ("key_ops", json!("verify")),
        ("key_ops", json!([1])),
    ];
    for (name, value) in invalid {
        assert_eq!(
            with(name, value.clone()),
            Err(JwkError::Invalid),
            "{name} {value}"
        );
    }
    let unsupported = [
        ("kty", "AKP"),
        ("crv", "P-521"),
        ("crv", "secp256k1"),
        ("alg", "none"),
    ];
    for (name, value) in unsupported {
        assert_eq!(
            with(name, value.into()),
            Err(JwkError::Unsupported),
            "{name} {value}"
        );
    }
}

/// J22, RFC7518-6.2.2, RFC7518-6.3.2, RFC7518-6.4
#[test]
fn a_private_or_symmetric_key_is_refused() {
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let mut key = public(Algorithm::ES256, "1");
        key[name] = Value::Null;
        assert_eq!(read(key.clone()), Err(JwkError::Private), "{name}");
        assert!(
            serde_json::from_value::<Jwk>(key.clone()).is_err(),
            "{name}"
        );
        let good = public(Algorithm::EdDSA, "2");
        assert_eq!(
            parse(&[good, key]),
            Err(JwkSetError::Key(JwkError::Private)),
            "{name}"
        );
    }
    let secret = json!({ "kty": "oct", "kid": "1" });
    assert_eq!(parse(&[secret]), Err(JwkSetError::Key(JwkError::Private)));
    let unknown = json!({ "kty": "AKP", "priv": "x", "d": "x" });
    assert_eq!(parse(&[unknown]), Err(JwkSetError::Key(JwkError::Private)));
}

/// J22
#[test]
fn a_set_has_at_most_64_keys_and_256_kib() {
    let key = public(Algorithm::EdDSA, "x");
    let keys = |count: usize| -> Vec<Value> {
        let numbered = (0..count).map(|kid| {
            let mut key = key.clone();
            key["kid"] = kid.to_string().into();
            key
        });
        numbered.collect()
    };
    assert_eq!(parse(&keys(64)).unwrap().keys.len(), 64);
    assert_eq!(parse(&keys(65)), Err(JwkSetError::TooManyKeys));
    let unknown = vec![json!({ "kty": "X" }); 65];
    assert_eq!(parse(&unknown), Err(JwkSetError::TooManyKeys));
    let text = json!({ "keys": [key] }).to_string();
    let padded = |length: usize| [text.clone(), " ".repeat(length - text.len())].concat();
    assert!(JwkSet::parse(padded(256 * 1024).as_bytes()).is_ok());
    let beyond = padded(256 * 1024 + 1);
    assert_eq!(JwkSet::parse(beyond.as_bytes()), Err(JwkSetError::TooLarge));
    assert_eq!(parse(&keys(100_000)), Err(JwkSetError::TooLarge));
}

/// J22, RFC7517-5
#[test]
fn what_is_not_understood_is_left_out() {
    let good = public(Algorithm::ES256, "good");
    let mut none = good.clone();
    none["alg"] = "none".into();
    let mut newer = good.clone();
    newer["alg"] = "ES512".into();
    let tiny = json!({ "kty": "RSA", "n": base64url::encode(odd(512)), "e": "AQAB" });
    let empty = json!({ "kty": "EC", "crv": "P-256" });
    let unknown = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "x" });
    let set = parse(&[none, newer, tiny, empty, unknown, json!({}), good]).unwrap();
    assert_eq!(
        set.keys.iter().map(Jwk::kid).collect::<Vec<_>>(),
        [Some("good")]
    );
}

/// J22
#[test]
fn what_is_no_set_is_refused() {
    for text in ["<!doctype html>", "", "{} {}", r#"{"keys":[],"keys":[]}"#] {
        let refused = JwkSet::parse(text.as_bytes());
        assert_eq!(
            refused,
            Err(JwkSetError::Json(JsonError::Invalid)),
            "{text}"
        );
    }
    for text in ["{}", "[]", r#"{"keys":{}}"#, r#"{"keys":null}"#] {
        let refused = JwkSet::parse(text.as_bytes());
        assert_eq!(refused, Err(JwkSetError::Json(JsonError::Shape)), "{text}");
    }
    assert_eq!(
        JwkSet::parse(br#"{"keys":[],"more":1}"#),
        Ok(JwkSet::default())
    );
}

#[test]
fn equal_keys_give_equal_bytes() {
    for algorithm in [
        Algorithm::RS256,
        Algorithm::ES256,
        Algorithm::ES384,
        Algorithm::EdDSA,
    ] {
        let key = SigningKey::generate(algorithm).unwrap().public_jwk("1");
        let again: Jwk = serde_json::from_slice(&key.to_json()).unwrap();
        assert_eq!((&again, again.to_json()), (&key, key.to_json()));
        assert_eq!(serde_json::to_vec(&key).unwrap(), key.to_json());
        let set = JwkSet { keys: vec![key] };
        assert_eq!(JwkSet::parse(&set.to_json()), Ok(set.clone()));
        assert_eq!(serde_json::to_vec(&set).unwrap(), set.to_json());
        assert_eq!(set.keys[0].thumbprint().len(), 43);
    }
}
