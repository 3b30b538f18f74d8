//! Tokens that were tampered with.

use proptest::prelude::*;

use crate::{
    Algorithm, Assertion, Compact, Expiry, JwkSet, KeySet, Signer, SigningKey, Typ, UnixSeconds,
    Verifier, VerifyingKey, base64url, json, verify_id_token,
};

const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "https://api.example.com";
const NOW: UnixSeconds = UnixSeconds::new(1_800_000_000);
const CLAIMS: &[u8] =
    br#"{"iss":"https://id.example.com","aud":"https://api.example.com","sub":"a",
    "client_id":"spa","jti":"1","iat":1800000000,"exp":1800000900}"#;

struct Good {
    tokens: Vec<String>,
    keys: KeySet,
    verifying: Vec<VerifyingKey>,
}

fn good() -> &'static Good {
    static GOOD: std::sync::LazyLock<Good> = std::sync::LazyLock::new(make);
    &GOOD
}

fn make() -> Good {
    let algorithms = [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ];
    let signing: Vec<_> = algorithms
        .into_iter()
        .map(|algorithm| (algorithm.as_str(), SigningKey::generate(algorithm).unwrap()))
        .collect();
    let jwks = JwkSet {
        keys: signing
            .iter()
            .map(|(kid, key)| key.public_jwk(kid))
            .collect(),
    };
    let verifying = jwks
        .keys
        .iter()
        .map(|jwk| VerifyingKey::from_jwk(jwk, None).unwrap());
    let verifying = verifying.collect();
    let sign = |(kid, key)| {
        Signer::new(key, kid)
            .sign_compact(Typ::AccessToken, CLAIMS)
            .unwrap()
    };
    let tokens = signing.into_iter().map(sign).collect();
    Good {
        tokens,
        keys: KeySet::from_jwks(&jwks),
        verifying,
    }
}

fn accepted(token: &str) -> bool {
    let good = good();
    let verifier = Verifier::new(ISSUER, AUDIENCE);
    let hint = verify_id_token(token, &good.keys, ISSUER, None, NOW, Expiry::Ignored);
    let assertion = Assertion::verify(token, &good.verifying);
    verifier.verify(token, &good.keys, NOW).is_ok() || hint.is_ok() || assertion.is_ok()
}

#[test]
fn the_tokens_are_good_before_they_are_changed() {
    assert!(good().tokens.iter().all(|token| accepted(token)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    /// J11, J26
    #[test]
    fn a_token_with_another_byte_never_verifies(which in 0..4usize, at: prop::sample::Index, to: char) {
        let token = &good().tokens[which];
        let at = at.index(token.len());
        let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
        prop_assert_eq!(accepted(&changed), changed == *token);
    }

    /// J11, J26
    #[test]
    fn a_token_with_another_base64url_character_never_verifies(
        which in 0..4usize,
        at: prop::sample::Index,
        to in "[A-Za-z0-9_.-]",
    ) {
        let token = &good().tokens[which];
        let at = at.index(token.len());
        let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
        prop_assert_eq!(accepted(&changed), changed == *token);
    }

    /// J11, J26
    #[test]
    fn a_token_with_a_byte_more_or_less_never_verifies(
        which in 0..4usize,
        at: prop::sample::Index,
        more in "[A-Za-z0-9_.=\n -]{0,3}",
    ) {
        let token = &good().tokens[which];
        let at = at.index(token.len());
        let shorter = format!("{}{}", &token[..at], &token[at + 1..]);
        prop_assert!(!accepted(&shorter));
        let longer = format!("{}{more}{}", &token[..at], &token[at..]);
        prop_assert_eq!(accepted(&longer), more.is_empty());
    }

    /// J26
    #[test]
    fn no_text_makes_a_panic(text in ".*", header in ".*", payload in ".*") {
        let token = format!("{}.AAAA", [header, payload].map(base64url::encode).join("."));
        let _ = (Compact::parse(&text), Compact::parse(&token));
        let _ = JwkSet::parse(text.as_bytes());
    }

    /// J26
    #[test]
    fn no_bytes_make_a_panic(bytes: Vec<u8>) {
        let _ = json::parse::<serde_json::Value>(&bytes);
        let _ = JwkSet::parse(&bytes);
        for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
            prop_assert!(SigningKey::from_pkcs8(algorithm, &bytes).is_err());
        }
        for key in &good().verifying {
            prop_assert!(key.verify(b"message", &bytes).is_err());
        }
    }

    /// J08, J19
    #[test]
    fn strict_json_reads_what_serde_json_reads(text in r#"[\[\]{}":,0-9a-c\\. -]{0,40}"#) {
        if let Ok(value) = json::parse::<serde_json::Value>(text.as_bytes()) {
            prop_assert_eq!(value, serde_json::from_str::<serde_json::Value>(&text).unwrap());
        }
    }
}
