use serde_json::json;

use super::*;
use crate::{SigningKey, base64url};

fn jwk(members: serde_json::Value) -> Jwk {
    serde_json::from_value(members).unwrap()
}

/// J03
#[test]
fn a_key_has_exactly_one_algorithm() {
    let own = SigningKey::generate(Algorithm::RS256)
        .unwrap()
        .public_jwk("1");
    let key = VerifyingKey::from_jwk(&own, None).unwrap();
    assert_eq!((key.algorithm(), key.kid()), (Algorithm::RS256, Some("1")));
    for other in [Algorithm::PS256, Algorithm::ES256, Algorithm::HS256] {
        let refused = VerifyingKey::from_jwk(&own, Some(other)).err();
        assert_eq!(refused, Some(JwkError::Algorithm), "{other}");
    }
}

/// J03
#[test]
fn a_key_without_alg_takes_the_expected_or_the_usual_one() {
    for (algorithm, usual) in [
        (Algorithm::PS256, Algorithm::RS256),
        (Algorithm::ES256, Algorithm::ES256),
        (Algorithm::ES384, Algorithm::ES384),
        (Algorithm::EdDSA, Algorithm::EdDSA),
    ] {
        let public = SigningKey::generate(algorithm).unwrap().public_jwk("1");
        let mut members = serde_json::to_value(public).unwrap();
        members.as_object_mut().unwrap().remove("alg");
        let bare = jwk(members);
        assert_eq!(
            VerifyingKey::from_jwk(&bare, None).unwrap().algorithm(),
            usual
        );
        let named = VerifyingKey::from_jwk(&bare, Some(algorithm)).unwrap();
        assert_eq!(named.algorithm(), algorithm);
        let refused = VerifyingKey::from_jwk(&bare, Some(Algorithm::HS256)).err();
        assert_eq!(refused, Some(JwkError::Algorithm));
    }
}

/// J03
#[test]
fn an_alg_that_is_not_one_of_the_type_is_refused() {
    let p384 = SigningKey::generate(Algorithm::ES384)
        .unwrap()
        .public_jwk("1");
    let mut members = serde_json::to_value(p384).unwrap();
    for alg in ["ES256", "RS256", "EdDSA", "HS256"] {
        members["alg"] = alg.into();
        let refused = VerifyingKey::from_jwk(&jwk(members.clone()), None).err();
        assert_eq!(refused, Some(JwkError::Algorithm), "{alg}");
    }
}

/// J12
#[test]
fn a_point_that_is_not_on_its_curve_is_no_key() {
    let honest = SigningKey::generate(Algorithm::ES256)
        .unwrap()
        .public_jwk("1");
    let mut members = serde_json::to_value(&honest).unwrap();
    assert!(VerifyingKey::from_jwk(&honest, None).is_ok());
    let y = members["y"].as_str().unwrap().to_owned();
    let mut off = base64url::decode(&y).unwrap();
    off[31] ^= 1;
    for y in [off, vec![0; 32], vec![0xff; 32]] {
        members["y"] = base64url::encode(y).into();
        let refused = VerifyingKey::from_jwk(&jwk(members.clone()), None).err();
        assert_eq!(refused, Some(JwkError::Invalid));
    }
    members["x"] = base64url::encode([0; 32]).into();
    members["y"] = base64url::encode([0; 32]).into();
    let refused = VerifyingKey::from_jwk(&jwk(members), None).err();
    assert_eq!(refused, Some(JwkError::Invalid));
}

/// J14
#[test]
fn an_ed25519_signature_has_one_form() {
    let signing = SigningKey::generate(Algorithm::EdDSA).unwrap();
    let key = VerifyingKey::from_jwk(&signing.public_jwk("1"), None).unwrap();
    let honest = signing.sign(b"message").unwrap();
    assert_eq!(key.verify(b"message", &honest), Ok(()));

    // S + L is the same scalar in another spelling.
    let mut other = honest.clone();
    let order = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (digit, add) in other[32..].iter_mut().zip(order) {
        let sum = u16::from(*digit) + add + carry;
        *digit = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(key.verify(b"message", &other), Err(BadSignatureError));
    for signature in [
        vec![0; 64],
        vec![0xff; 64],
        honest[..63].to_vec(),
        [honest, vec![0]].concat(),
    ] {
        assert_eq!(key.verify(b"message", &signature), Err(BadSignatureError));
    }
}

/// J14
#[test]
fn an_ed25519_key_of_small_order_or_in_another_spelling_is_refused() {
    let ed25519 = |x: [u8; 32]| {
        let members = json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url::encode(x) });
        Jwk::from_members(members.as_object().unwrap())
    };
    let last = |first: u8, last: u8, middle: u8| {
        let mut x = [middle; 32];
        (x[0], x[31]) = (first, last);
        x
    };
    let small = [
        last(0, 0, 0),
        last(0, 0x80, 0),
        last(1, 0, 0),
        last(1, 0x80, 0),
        last(0xec, 0x7f, 0xff),
        last(0xec, 0xff, 0xff),
        hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
        hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
        // The prime itself, and what lies above it.
        last(0xed, 0x7f, 0xff),
        last(0xed, 0xff, 0xff),
        last(0xee, 0x7f, 0xff),
        last(0xff, 0xff, 0xff),
    ];
    for x in small {
        assert_eq!(ed25519(x), Err(JwkError::Invalid), "{x:02x?}");
    }
    let honest = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert!(ed25519(honest).is_ok());
}

/// J14: the eight encodings above verify a forged signature when nobody looks at the key.
#[test]
fn the_library_alone_would_accept_a_key_of_small_order() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let unchecked = ParsedPublicKey::new(&ED25519, identity).unwrap();
    let signature = [identity, [0; 32]].concat();
    assert!(unchecked.verify_sig(b"any message", &signature).is_ok());
    assert!(unchecked.verify_sig(b"any other", &signature).is_ok());
}

fn hex(text: &str) -> [u8; 32] {
    std::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
}
