use super::*;
use crate::SigningKey;

fn set(keys: &[(&str, Algorithm)]) -> JwkSet {
    let key =
        |(kid, algorithm): &(&str, _)| SigningKey::generate(*algorithm).unwrap().public_jwk(kid);
    JwkSet {
        keys: keys.iter().map(key).collect(),
    }
}

#[test]
fn a_key_is_found_by_kid_and_algorithm() {
    let jwks = set(&[
        ("1", Algorithm::ES256),
        ("1", Algorithm::EdDSA),
        ("2", Algorithm::ES256),
    ]);
    let keys = KeySet::from_jwks(&jwks).unwrap();
    assert_eq!(
        (keys.len(), keys.is_empty(), keys.iter().count()),
        (3, false, 3)
    );
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
        let found = keys.find(Some("1"), algorithm).unwrap();
        assert_eq!((found.kid(), found.algorithm()), (Some("1"), algorithm));
    }
    assert!(keys.find(Some("2"), Algorithm::EdDSA).is_none());
    assert!(keys.find(Some("3"), Algorithm::ES256).is_none());
}

#[test]
fn without_kid_only_the_one_key_of_its_algorithm_is_found() {
    let jwks = set(&[
        ("1", Algorithm::ES256),
        ("2", Algorithm::ES256),
        ("3", Algorithm::EdDSA),
    ]);
    let keys = KeySet::from_jwks(&jwks).unwrap();
    assert!(keys.find(None, Algorithm::ES256).is_none());
    assert_eq!(keys.find(None, Algorithm::EdDSA).unwrap().kid(), Some("3"));
}

/// J22
#[test]
fn two_keys_of_one_name_and_algorithm_are_refused() {
    let jwks = set(&[("1", Algorithm::ES256), ("1", Algorithm::ES256)]);
    assert_eq!(KeySet::from_jwks(&jwks).err(), Some(JwkError::DuplicateKid));
}
