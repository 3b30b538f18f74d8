//! Headers that are refused.

use serde_json::{Value, json};

use crate::{
    Algorithm, JwkSet, KeySet, VerifyingKey,
    jws::HeaderError,
    jwt::{
        VerifyError,
        fixture::{CLOCK, Issuer, header, header_with, members, verifier},
    },
};

const NO_ALGORITHMS: [&str; 9] = [
    "none", "nOnE", "None", "NONE", "", "es256", "ES256 ", "ES256\0", "HS512",
];

/// J01
#[test]
fn a_token_that_names_no_algorithm_is_refused() {
    let issuer = Issuer::new();
    for alg in NO_ALGORITHMS {
        let refused = refusal_of(&issuer, "alg", alg.into());
        assert_eq!(refused, VerifyError::AlgorithmNotAccepted, "{alg}");
    }
    for alg in [Value::Null, json!(["ES256"]), json!(0), json!({})] {
        let refused = refusal_of(&issuer, "alg", alg.clone());
        assert_eq!(
            refused,
            VerifyError::Header(HeaderError::Algorithm),
            "{alg}"
        );
    }
    let token = issuer.with_header(r#"{"kid":"key-1","typ":"at+jwt"}"#);
    assert_eq!(
        issuer.refusal(&token),
        VerifyError::Header(HeaderError::Algorithm)
    );
}

/// J03
#[test]
fn the_algorithm_of_the_key_decides() {
    let issuer = Issuer::with(Algorithm::RS256);
    let as_pss = issuer.with_header(&header_with("alg", "PS256".into()));
    assert_eq!(issuer.verify(&as_pss), Err(VerifyError::UnknownKey));
    let as_it_is = issuer.with_header(&header_with("alg", "RS256".into()));
    assert!(issuer.verify(&as_it_is).is_ok());

    // A source that answers with a key of another algorithm changes nothing.
    struct Careless(std::sync::Arc<VerifyingKey>);
    impl crate::KeySource for Careless {
        fn find(&self, _: Option<&str>, _: Algorithm) -> Vec<std::sync::Arc<VerifyingKey>> {
            vec![std::sync::Arc::clone(&self.0)]
        }
    }
    let key = VerifyingKey::from_jwk(&issuer.key.public_jwk("key-1"), None).unwrap();
    let careless = Careless(std::sync::Arc::new(key));
    let verified = verifier().verify(&as_pss, &careless, CLOCK);
    assert_eq!(verified, Err(VerifyError::UnknownKey));
}

/// J03
#[test]
fn a_token_of_a_curve_that_was_not_asked_for_is_refused() {
    let issuer = Issuer::with(Algorithm::ES384);
    let honest = issuer.with_header(&header_with("alg", "ES384".into()));
    assert_eq!(
        issuer.verify(&honest),
        Err(VerifyError::AlgorithmNotAccepted)
    );
    let wide = verifier().algorithms(&[Algorithm::ES384, Algorithm::ES256]);
    assert!(wide.verify(&honest, &issuer.keys, CLOCK).is_ok());
    let as_p256 = issuer.with_header(&header_with("alg", "ES256".into()));
    assert_eq!(
        wide.verify(&as_p256, &issuer.keys, CLOCK),
        Err(VerifyError::UnknownKey)
    );
}

/// J03, RFC7517-4.2, RFC7517-4.3
#[test]
fn a_key_for_other_purposes_verifies_no_token() {
    let issuer = Issuer::new();
    let mut jwk = serde_json::to_value(issuer.key.public_jwk("key-1")).unwrap();
    members(&mut jwk).remove("use");
    let verified_by = |name: &str, value: Value| {
        let mut jwk = jwk.clone();
        jwk[name] = value;
        let set = JwkSet::parse(json!({ "keys": [jwk] }).to_string().as_bytes()).unwrap();
        let keys = KeySet::from_jwks(&set);
        verifier().verify(&issuer.good_token(), &keys, CLOCK)
    };
    let refused = Err(VerifyError::UnknownKey);
    assert_eq!(verified_by("use", json!("enc")), refused);
    assert_eq!(verified_by("key_ops", json!(["encrypt", "sign"])), refused);
    assert!(verified_by("key_ops", json!(["verify"])).is_ok());
}

/// J04
#[test]
fn a_kid_is_opaque_and_short() {
    let issuer = Issuer::new();
    for kid in [
        "../../dev/null",
        "' OR 1=1 --",
        "key-2",
        "KEY-1",
        "",
        &"k".repeat(128),
    ] {
        let token = issuer.with_header(&header_with("kid", kid.into()));
        assert_eq!(issuer.refusal(&token), VerifyError::UnknownKey, "{kid}");
    }
    let long = "k".repeat(129);
    let values = [
        json!(long),
        json!("key-1\0"),
        json!(["key-1"]),
        json!(1),
        Value::Null,
    ];
    for kid in values {
        let refused = refusal_of(&issuer, "kid", kid.clone());
        assert_eq!(refused, VerifyError::Header(HeaderError::Kid), "{kid}");
    }
    let huge = issuer.with_header(&header_with("kid", "k".repeat(8 << 20).into()));
    assert_eq!(issuer.refusal(&huge), VerifyError::TooLarge);
}

/// J05
#[test]
fn a_header_that_brings_a_key_along_is_refused() {
    let issuer = Issuer::new();
    let attacker = Issuer::new();
    let jwk = serde_json::to_value(attacker.key.public_jwk("key-1")).unwrap();
    let members = [
        ("jwk", jwk),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/chain.pem")),
        ("x5c", json!(["MIIB"])),
        ("jwk", Value::Null),
    ];
    for (name, value) in members {
        let header = header_with(name, value);
        let forbidden = VerifyError::Header(HeaderError::Forbidden(name));
        for signer in [&attacker, &issuer] {
            let refused = issuer.refusal(&signer.with_header(&header));
            assert_eq!(refused, forbidden, "{name}");
        }
    }
    let with_thumbprint = issuer.with_header(&header_with("x5t", "abc".into()));
    assert!(issuer.verify(&with_thumbprint).is_ok());
}

fn extensions() -> [Value; 5] {
    [
        json!(["x"]),
        json!([]),
        json!(["alg"]),
        json!("exp"),
        Value::Null,
    ]
}

/// J06, RFC7515-4.1.11
#[test]
fn no_extension_is_understood() {
    let issuer = Issuer::new();
    for crit in extensions() {
        let refused = refusal_of(&issuer, "crit", crit);
        assert_eq!(refused, VerifyError::Header(HeaderError::Forbidden("crit")));
    }
    let mut header = header();
    header["crit"] = json!(["b64"]);
    header["b64"] = json!(false);
    let token = issuer.with_header(&header.to_string());
    assert_eq!(
        issuer.refusal(&token),
        VerifyError::Header(HeaderError::Forbidden("crit"))
    );
    for b64 in [true, false] {
        let refused = refusal_of(&issuer, "b64", b64.into());
        assert_eq!(refused, VerifyError::Header(HeaderError::Forbidden("b64")));
    }
}

/// J15
#[test]
fn nothing_is_ever_decompressed_or_decrypted() {
    let issuer = Issuer::new();
    for (name, value) in [("zip", "DEF"), ("enc", "A256GCM")] {
        let refused = refusal_of(&issuer, name, value.into());
        assert_eq!(refused, VerifyError::Header(HeaderError::Forbidden(name)));
    }
}

const OF_ENCRYPTION: [&str; 5] = [
    "PBES2-HS256+A128KW",
    "RSA1_5",
    "RSA-OAEP",
    "dir",
    "A128CBC-HS256",
];

/// J16, J17
#[test]
fn encryption_is_not_understood_at_all() {
    let issuer = Issuer::new();
    for algorithm in OF_ENCRYPTION {
        let mut header = header();
        header["alg"] = algorithm.into();
        header["p2c"] = 2_147_483_648_i64.into();
        header["p2s"] = "c2FsdA".into();
        let token = issuer.with_header(&header.to_string());
        assert_eq!(
            issuer.refusal(&token),
            VerifyError::AlgorithmNotAccepted,
            "{algorithm}"
        );
        // five parts are a JWE
        assert_eq!(
            issuer.refusal(&format!("{token}.AAAA.AAAA")),
            VerifyError::Malformed
        );
    }
}

const OTHER_TYPES: [&str; 7] = [
    "JWT",
    "logout+jwt",
    "dpop+jwt",
    "application/jwt",
    "at+jwt ",
    "",
    "text/at+jwt",
];

/// J07, RFC8725-3.12, RFC9068-2.1
#[test]
fn another_kind_of_token_is_no_access_token() {
    let issuer = Issuer::new();
    for typ in OTHER_TYPES {
        let token = issuer.with_header(&header_with("typ", typ.into()));
        assert_eq!(issuer.refusal(&token), VerifyError::WrongType, "{typ}");
    }
    let untyped = issuer.with_header(r#"{"alg":"ES256","kid":"key-1"}"#);
    assert_eq!(issuer.refusal(&untyped), VerifyError::WrongType);
    for typ in [json!(["at+jwt"]), Value::Null, json!(1)] {
        let refused = refusal_of(&issuer, "typ", typ);
        assert_eq!(refused, VerifyError::Header(HeaderError::Typ));
    }
    for typ in [
        "at+jwt",
        "AT+JWT",
        "application/at+jwt",
        "Application/At+Jwt",
    ] {
        let token = issuer.with_header(&header_with("typ", typ.into()));
        assert!(issuer.verify(&token).is_ok(), "{typ}");
    }
}

/// Returns the reason why a token is refused whose header has this member.
fn refusal_of(issuer: &Issuer, name: &str, value: Value) -> VerifyError {
    issuer.refusal(&issuer.with_header(&header_with(name, value)))
}
