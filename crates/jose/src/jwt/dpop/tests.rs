use serde_json::{Value, json};

use super::*;
use crate::{SigningKey, UnixSeconds, base64url};

const NOW: i64 = 1_800_000_000;
const TOKEN: &str = "a.b.c";

struct Client {
    key: SigningKey,
    header: Value,
    claims: Value,
}

impl Client {
    fn new(algorithm: Algorithm) -> Self {
        let key = SigningKey::generate(algorithm).unwrap();
        let mut jwk: Value = serde_json::from_slice(&key.public_jwk("x").to_json()).unwrap();
        for extra in ["kid", "alg", "use"] {
            jwk.as_object_mut().unwrap().remove(extra);
        }
        Self {
            key,
            header: json!({ "typ": "dpop+jwt", "alg": algorithm.as_str(), "jwk": jwk }),
            claims: json!({
                "jti": "1", "htm": "GET", "htu": "https://api.example.com/accounts/1",
                "iat": NOW, "ath": sha256(TOKEN.as_bytes()),
            }),
        }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let parts = [header, claims].map(|part| base64url::encode(part.to_string()));
        let input = parts.join(".");
        let signature = self.key.sign(input.as_bytes()).unwrap();
        format!("{input}.{}", base64url::encode(signature))
    }

    /// Returns the reason why a proof with another claim is refused; the good one is the control.
    fn with(&self, name: &str, value: Value) -> Option<DpopError> {
        let mut claims = self.claims.clone();
        claims[name] = value;
        judged(&self.sign(&self.header, &self.claims)).unwrap();
        judged(&self.sign(&self.header, &claims)).err()
    }

    fn under(&self, name: &str, value: Value) -> Option<DpopError> {
        let mut header = self.header.clone();
        header[name] = value;
        judged(&self.sign(&header, &self.claims)).err()
    }
}

fn judged(proof: &str) -> Result<DpopProof, DpopError> {
    judged_with(proof, &[])
}

fn judged_with(proof: &str, nonces: &[String]) -> Result<DpopProof, DpopError> {
    let url = Url::parse("https://api.example.com/accounts/1?page=2").unwrap();
    let request = DpopRequest {
        method: "GET",
        url: &url,
        access_token: Some(TOKEN),
        nonces,
        now: UnixSeconds::new(NOW),
    };
    DpopProof::verify(proof, &request)
}

/// T26
#[test]
fn a_proof_of_each_algorithm_is_accepted() {
    for algorithm in DpopProof::ALGORITHMS {
        let client = Client::new(algorithm);
        let proof = judged(&client.sign(&client.header, &client.claims)).unwrap();
        let jwk = client.key.public_jwk("x");
        assert_eq!(proof.thumbprint(), jwk.thumbprint());
        assert_eq!(proof.expires_at().as_i64(), NOW + 61);
    }
}

/// T26, RFC9449-4.3
#[test]
fn an_escape_has_one_spelling() {
    for (path, spelling) in [
        ("/a%2fb", "/a%2Fb"),
        ("/%7Ea%2Eb%2d%5f", "/~a.b-_"),
        ("/%c3%a9", "/%C3%A9"),
        ("/100%/%zz/%+1/%2", "/100%/%zz/%+1/%2"),
        ("/%25%32%66", "/%252f"),
    ] {
        assert_eq!(normalized(path), spelling);
    }
}

/// J26: whatever is sent for a proof is answered, and never accepted.
#[test]
fn a_changed_proof_is_refused() {
    let client = Client::new(Algorithm::ES256);
    let good = client.sign(&client.header, &client.claims);
    assert!(judged(&good).is_ok());
    for at in 0..good.len() {
        assert!(judged(good.get(..at).unwrap()).is_err(), "cut at {at}");
        for letter in ["", ".", "=", "\0", "é", "A", "B"] {
            let (before, after) = good.split_at(at);
            let changed = format!("{before}{letter}{}", after.get(1..).unwrap());
            assert!(
                changed == good || judged(&changed).is_err(),
                "{at} {letter}"
            );
        }
    }
    let long = "A".repeat(1 << 20);
    for odd in [
        "",
        ".",
        "..",
        "....",
        "a.b.c",
        &long,
        &format!("{long}.{long}.{long}"),
    ] {
        assert!(judged(odd).is_err());
    }
}

fn wrong_claims() -> [(&'static str, Value, DpopError); 14] {
    [
        ("htm", json!("POST"), DpopError::WrongMethod),
        ("htm", json!("get"), DpopError::WrongMethod),
        ("htm", json!(1), DpopError::Claim("htm")),
        (
            "htu",
            json!("https://api.example.com/accounts/2"),
            DpopError::WrongUrl,
        ),
        (
            "htu",
            json!("http://api.example.com/accounts/1"),
            DpopError::WrongUrl,
        ),
        (
            "htu",
            json!("https://evil.example.com/accounts/1"),
            DpopError::WrongUrl,
        ),
        ("htu", json!("/accounts/1"), DpopError::WrongUrl),
        (
            "htu",
            json!("https://api.example.com/accounts%2F1"),
            DpopError::WrongUrl,
        ),
        ("iat", json!(NOW - 61), DpopError::WrongTime),
        ("iat", json!(NOW + 6), DpopError::WrongTime),
        ("iat", json!("now"), DpopError::Claim("iat")),
        ("ath", json!(sha256(b"other")), DpopError::WrongToken),
        ("jti", json!(""), DpopError::Claim("jti")),
        ("jti", json!(7), DpopError::Claim("jti")),
    ]
}

const SAME_ADDRESS: [&str; 4] = [
    "https://API.example.com:443/accounts/1",
    "https://api.example.com/accounts/1?other=1#x",
    "https://api.example.com/x/../accounts/1",
    "https://api.example.com/%61ccounts/%31",
];

/// T26
#[test]
fn a_proof_is_for_one_request_and_one_token() {
    let client = Client::new(Algorithm::ES256);
    for (name, value, refused) in wrong_claims() {
        assert_eq!(
            client.with(name, value.clone()),
            Some(refused),
            "{name} {value}"
        );
    }
    for same in SAME_ADDRESS {
        assert_eq!(client.with("htu", json!(same)), None, "{same}");
    }
    for (name, missing) in [("ath", "ath"), ("iat", "iat"), ("htm", "htm")] {
        let mut claims = client.claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        let refused = judged(&client.sign(&client.header, &claims)).unwrap_err();
        assert_eq!(refused, DpopError::Claim(missing));
    }
}

/// T26
#[test]
fn a_proof_is_of_the_key_in_its_header_and_of_no_other_kind() {
    let client = Client::new(Algorithm::ES256);
    assert_eq!(
        client.under("typ", json!("JWT")),
        Some(DpopError::WrongType)
    );
    assert_eq!(
        client.under("typ", json!("at+jwt")),
        Some(DpopError::WrongType)
    );
    for algorithm in ["HS256", "none", "ES512"] {
        let refused = client.under("alg", json!(algorithm));
        assert_eq!(refused, Some(DpopError::Algorithm), "{algorithm}");
    }
    assert_eq!(
        client.under("alg", json!("RS256")),
        Some(DpopError::Algorithm)
    );
    let other = Client::new(Algorithm::ES256);
    let refused = client.under("jwk", other.header["jwk"].clone());
    assert_eq!(refused, Some(DpopError::BadSignature));
    // a private key, a symmetric one, none, and what brings another key along
    let mut private = client.header["jwk"].clone();
    private["d"] = json!("AA");
    for (name, value) in [
        ("jwk", private),
        ("jwk", json!({ "kty": "oct", "k": "AA" })),
        ("jwk", json!("key")),
        ("crit", json!(["x"])),
        ("jku", json!("https://evil.example.com")),
        ("x5c", json!([])),
    ] {
        let refused = client.under(name, value.clone());
        assert_eq!(refused, Some(DpopError::Malformed), "{name} {value}");
    }
    let mut header = client.header.clone();
    header.as_object_mut().unwrap().remove("jwk");
    let refused = judged(&client.sign(&header, &client.claims)).unwrap_err();
    assert_eq!(refused, DpopError::Malformed);
}

/// T26
#[test]
fn a_nonce_must_be_good_when_one_is_asked_for() {
    let mut client = Client::new(Algorithm::ES256);
    let nonces = ["old".to_owned(), "new".to_owned()];
    let without = client.sign(&client.header, &client.claims);
    assert_eq!(judged_with(&without, &nonces), Err(DpopError::WrongNonce));
    client.claims["nonce"] = json!("new");
    let with = client.sign(&client.header, &client.claims);
    assert!(judged_with(&with, &nonces).is_ok());
    client.claims["nonce"] = json!("ancient");
    let with = client.sign(&client.header, &client.claims);
    assert_eq!(judged_with(&with, &nonces), Err(DpopError::WrongNonce));
}

/// T26
#[test]
fn a_replay_has_the_same_digest_and_nothing_else_has() {
    let client = Client::new(Algorithm::ES256);
    let digest = |client: &Client, jti: &str| {
        let mut claims = client.claims.clone();
        claims["jti"] = json!(jti);
        let proof = judged(&client.sign(&client.header, &claims)).unwrap();
        proof.digest().to_owned()
    };
    // ECDSA makes a new signature each time: the texts differ, the proof is the same
    assert_eq!(digest(&client, "1"), digest(&client, "1"));
    assert_ne!(digest(&client, "1"), digest(&client, "2"));
    let other = Client::new(Algorithm::ES256);
    assert_ne!(digest(&client, "1"), digest(&other, "1"));
}
