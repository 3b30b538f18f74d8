use serde_json::json;

use super::*;
use crate::{SigningKey, base64url};

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
    let keys = KeySet::from_jwks(&jwks);
    assert_eq!(
        (keys.len(), keys.is_empty(), keys.iter().count()),
        (3, false, 3)
    );
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
        let found = keys.find(Some("1"), algorithm);
        let found: Vec<_> = found
            .iter()
            .map(|key| (key.kid(), key.algorithm()))
            .collect();
        assert_eq!(found, [(Some("1"), algorithm)]);
    }
    assert!(keys.find(Some("2"), Algorithm::EdDSA).is_empty());
    assert!(keys.find(Some("3"), Algorithm::ES256).is_empty());
}

#[test]
fn without_kid_only_the_one_key_of_its_algorithm_is_found() {
    let jwks = set(&[
        ("1", Algorithm::ES256),
        ("2", Algorithm::ES256),
        ("3", Algorithm::EdDSA),
    ]);
    let keys = KeySet::from_jwks(&jwks);
    assert!(keys.find(None, Algorithm::ES256).is_empty());
    let found = keys.find(None, Algorithm::EdDSA);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kid(), Some("3"));
}

/// Published text of such a set.
fn text(keys: &[Value]) -> Vec<u8> {
    json!({ "keys": keys }).to_string().into_bytes()
}

fn public(algorithm: Algorithm, kid: &str) -> Value {
    let key = SigningKey::generate(algorithm).unwrap();
    serde_json::to_value(key.public_jwk(kid)).unwrap()
}

/// Returns the number of keys, and the positions of the entries that do not count, with the reasons.
fn left_out(bytes: &[u8]) -> (usize, Vec<(usize, JwkError)>) {
    let PublishedKeys { keys, skipped } = KeySet::published(bytes).unwrap();
    let reasons = skipped.into_iter().map(|one| (one.position, one.reason));
    (keys.len(), reasons.collect())
}

/// J22, RFC7517-4.5
#[test]
fn of_different_keys_with_one_name_each_is_found_and_four_at_most() {
    let ours: Vec<_> = (0..5).map(|_| public(Algorithm::ES256, "1")).collect();
    let PublishedKeys { keys, skipped } = KeySet::published(&text(&ours)).unwrap();
    assert_eq!(keys.find(Some("1"), Algorithm::ES256).len(), 4);
    let crowded = SkippedKey {
        position: 5,
        kid: Some("1".to_owned()),
        reason: JwkError::CrowdedKid,
    };
    assert_eq!(skipped, [crowded]);
    // the same key twice is one key, and another algorithm is another name
    let [first, ..] = &ours[..] else {
        unreachable!()
    };
    let mut sorted = first.clone();
    sorted["x5t"] = "ignored".into();
    let set = [first.clone(), sorted, public(Algorithm::EdDSA, "1")];
    let PublishedKeys { keys, skipped } = KeySet::published(&text(&set)).unwrap();
    assert_eq!((keys.len(), skipped), (2, Vec::new()));
}

/// J22
#[test]
fn an_entry_that_does_not_count_spoils_no_other_one() {
    let good = public(Algorithm::ES256, "good");
    let with = |name: &str, value: Value| {
        let mut key = good.clone();
        key[name] = value;
        key
    };
    let zero = json!({ "kty": "RSA", "n": "AAEC", "e": "AQAB", "alg": "RS256" });
    let small = json!({ "kty": "RSA", "n": base64url::encode([255; 128]), "e": "AQAB" });
    for (bad, why) in [
        (Value::Null, JwkError::NotAnObject),
        (json!("key"), JwkError::NotAnObject),
        (json!([good]), JwkError::NotAnObject),
        (json!({}), JwkError::Invalid),
        (with("d", "x".into()), JwkError::Private),
        (json!({ "kty": "oct", "k": "x" }), JwkError::Private),
        (with("kty", "AKP".into()), JwkError::Unsupported),
        (with("alg", "none".into()), JwkError::Unsupported),
        (with("alg", "ES384".into()), JwkError::Algorithm),
        (with("alg", 7.into()), JwkError::Invalid),
        (with("kid", json!([1])), JwkError::Invalid),
        (with("kid", "k".repeat(129).into()), JwkError::LongKid),
        (with("x", "AAAA".into()), JwkError::Invalid),
        (with("use", "enc".into()), JwkError::NotForSignatures),
        (with("key_ops", json!(["sign"])), JwkError::NotForSignatures),
        (zero, JwkError::LeadingZero),
        (small, JwkError::RsaBounds),
    ] {
        for set in [[bad.clone(), good.clone()], [good.clone(), bad.clone()]] {
            let at = 1 + usize::from(set[1] == bad);
            let found = left_out(&text(&set));
            assert_eq!(found, (1, vec![(at, why)]), "{bad}");
        }
    }
}

#[test]
fn an_only_key_without_a_name_serves_tokens_that_name_one() {
    let mut nameless = public(Algorithm::ES256, "1");
    nameless.as_object_mut().unwrap().remove("kid");
    let encryption = json!({ "kty": "RSA", "use": "enc" });
    let find = |set: &[Value]| {
        let keys = KeySet::published(&text(set)).unwrap().keys;
        keys.find(Some("any"), Algorithm::ES256).len()
    };
    assert_eq!(find(std::slice::from_ref(&nameless)), 1);
    assert_eq!(find(&[encryption, nameless.clone()]), 1);
    // who else has keys says which one
    assert_eq!(find(&[nameless, public(Algorithm::EdDSA, "2")]), 0);
    assert_eq!(find(&[public(Algorithm::ES256, "1")]), 0);
}

/// J03
#[test]
fn a_key_without_an_algorithm_verifies_with_each_of_its_type_and_one_with_it_with_that_alone() {
    let named = public(Algorithm::RS256, "1");
    let mut bare = named.clone();
    bare.as_object_mut().unwrap().remove("alg");
    for (key, of_pss) in [(named, 0), (bare, 1)] {
        let keys = KeySet::published(&text(&[key])).unwrap().keys;
        assert_eq!(keys.find(Some("1"), Algorithm::RS256).len(), 1);
        assert_eq!(keys.find(Some("1"), Algorithm::PS256).len(), of_pss);
        assert!(keys.find(Some("1"), Algorithm::ES256).is_empty());
    }
}
