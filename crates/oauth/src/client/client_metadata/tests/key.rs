//! Secrets, keys and algorithms.

use super::*;

#[test]
fn secrets_belong_to_secret_methods_and_to_no_other() {
    // RFC6749-2.3
    let with = |method, count| {
        let mut metadata = metadata(|_| ());
        metadata.token_endpoint_auth_method = Some(method);
        metadata.jwks = (method == AuthMethod::PrivateKeyJwt).then(jwks);
        let secrets = vec![Digest::of(b"secret"); count];
        metadata.validate(&fixture::profile(), secrets, ClientOrigin::Configuration, 0)
    };
    for method in [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost] {
        assert!(with(method, 1).is_ok() && with(method, 2).is_ok());
        assert!(with(method, 0).is_err() && with(method, 3).is_err());
    }
    for method in [AuthMethod::None, AuthMethod::PrivateKeyJwt] {
        assert!(with(method, 0).is_ok() && with(method, 1).is_err());
    }
}

#[test]
fn keys_come_from_one_place() {
    // RFC7591-2
    let uri = |m: &mut ClientMetadata| m.jwks_uri = Some("https://app.ex/jwks".to_owned());
    accepted(by_key);
    accepted(|m| {
        by_key(m);
        m.jwks = None;
        uri(m);
    });
    let by_key_and = |deviate: fn(&mut ClientMetadata)| {
        refused(|m| {
            by_key(m);
            deviate(m);
        })
    };
    assert_eq!(by_key_and(uri), ["jwks"]);
    assert_eq!(by_key_and(|m| m.jwks = None), ["jwks"]);
    let empty = |m: &mut ClientMetadata| m.jwks = Some(JwkSet { keys: Vec::new() });
    assert_eq!(by_key_and(empty), ["jwks"]);
    assert_eq!(refused(uri), ["jwks_uri"]);
    assert_eq!(refused(|m| m.jwks = Some(jwks())), ["jwks"]);
}

fn takes_keys_of(issuer: &str, uri: &str) -> bool {
    let profile = IssuerProfile {
        issuer: issuer.to_owned(),
        ..fixture::profile()
    };
    let metadata = metadata(|m| {
        by_key(m);
        m.jwks = None;
        m.jwks_uri = Some(uri.to_owned());
    });
    metadata
        .validate(&profile, Vec::new(), ClientOrigin::Configuration, 0)
        .is_ok()
}

#[test]
fn keys_come_over_https_or_from_the_own_machine_in_development() {
    // RFC7517-8.1
    assert!(takes_keys_of(fixture::ISSUER, "https://app.ex/jwks"));
    let own = "http://127.0.0.1:3000/jwks";
    assert!(takes_keys_of("http://127.0.0.1:8080", own));
    assert!(!takes_keys_of(fixture::ISSUER, own));
    for uri in [
        "http://app.ex/jwks",
        "file:///jwks",
        "https://u@app.ex/jwks",
        "https://a.ex/#k",
        "x",
    ] {
        assert!(!takes_keys_of("http://127.0.0.1:8080", uri), "{uri}");
    }
}

#[test]
fn id_tokens_are_signed_asymmetrically() {
    // OIDC-Registration-2
    for name in ["RS256", "PS256", "ES256", "EdDSA"] {
        let client = accepted(|m| m.id_token_signed_response_alg = name.to_owned());
        assert_eq!(client.id_token_signed_response_alg.as_str(), name);
    }
    for name in ["HS256", "none", "", "rs256", "RS1"] {
        let fields = refused(|m| m.id_token_signed_response_alg = name.to_owned());
        assert_eq!(fields, ["id_token_signed_response_alg"], "{name}");
    }
}
