//! `airside token get`: the method that the client is registered with, and what is said before anything
//! is sent.

use std::fs;

use airside_jose::{Algorithm, SigningKey};
use airside_testkit::assert_contains;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::server::{Ended, Place, Server};

const CONFIGURATION: &str = r#"
[[resource]]
identifier = "https://api.example"
scopes = ["read"]

[[client]]
client_id = "basic"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "a secret of the test"
grant_types = ["client_credentials"]
scope = "read"

[[client]]
client_id = "post"
token_endpoint_auth_method = "client_secret_post"
client_secret = "a secret of the test"
grant_types = ["client_credentials"]
scope = "read"

[[client]]
client_id = "spa"
token_endpoint_auth_method = "none"
redirect_uris = ["http://127.0.0.1/callback"]
scope = "openid read"
"#;
const SECRET: &str = "a secret of the test";

fn start() -> (Place, Server) {
    let place = Place::new(CONFIGURATION);
    let server = place.serve();
    (place, server)
}

fn get(place: &Place, client: &str, more: &[&str]) -> Ended {
    let all = ["-o", "json", "token", "get", "--client", client];
    place.run(&[&all, more].concat())
}

fn is_granted(ended: &Ended) -> bool {
    ended.code == 0 && ended.json()["access_token"].is_string()
}

/// Registers a client with the public half of a new key, whose private half is in `NAME.pem`.
fn by_key(place: &Place, name: &str, algorithm: Algorithm, member: (&str, Value)) {
    let key = SigningKey::generate(algorithm).unwrap();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(key.to_pkcs8().as_slice())
    );
    fs::write(place.at(format!("{name}.pem")), pem).unwrap();
    let mut jwk = serde_json::to_value(key.public_jwk("k1")).unwrap();
    jwk[member.0] = member.1;
    let metadata = json!({
        "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [jwk] },
        "grant_types": ["client_credentials"], "scope": "read",
    });
    let create = [
        "client",
        "create",
        name,
        "--metadata",
        &metadata.to_string(),
    ];
    place.run(&create).assert_code(0);
}

#[test]
fn the_registered_method_is_used() {
    // RFC6749-2.3.1
    let (place, server) = start();
    for client in ["basic", "post"] {
        let ended = get(&place, client, &["--secret", SECRET]);
        assert!(is_granted(&ended), "{client}: {}", ended.err);
        // also where the issuer is named, if it is the one that was asked
        let ended = get(
            &place,
            client,
            &["--secret", SECRET, "--issuer", &server.url],
        );
        assert!(is_granted(&ended), "{client}: {}", ended.err);
    }
    let other = ["--secret", SECRET, "--auth-method", "client_secret_post"];
    let refused = get(&place, "basic", &other);
    refused.assert_ended(4, "invalid_client");
    assert!(is_granted(&get(&place, "post", &other)));
    assert_eq!(get(&place, "basic", &["--auth-method", "magic"]).code, 2);
}

#[test]
fn a_server_that_cannot_be_asked_gets_basic_unless_the_method_is_given() {
    // RFC6749-2.3.1
    let (_place, server) = start();
    let elsewhere = Place::new("");
    let at = ["--secret", SECRET, "--issuer", &server.url];
    assert!(is_granted(&get(&elsewhere, "basic", &at)));
    assert_eq!(get(&elsewhere, "post", &at).code, 4);
    let post = [&at[..], &["--auth-method", "client_secret_post"]].concat();
    assert!(is_granted(&get(&elsewhere, "post", &post)));
}

#[test]
fn a_private_key_signs_an_assertion() {
    // RFC7523-3, OIDC-Core-9
    let (place, _server) = start();
    for (name, algorithm, member) in [
        ("es256", Algorithm::ES256, ("kid", json!("k1"))),
        ("eddsa", Algorithm::EdDSA, ("kid", json!("k 2"))),
        ("rs256", Algorithm::RS256, ("kid", json!("k1"))),
        ("ps256", Algorithm::RS256, ("alg", json!("PS256"))),
    ] {
        by_key(&place, name, algorithm, member);
        let file = format!("{name}.pem");
        for key in [file.clone(), format!("@{file}")] {
            // an assertion works once, so that each request has its own
            for _ in 0..2 {
                let ended = get(&place, name, &["--key", &key]);
                assert!(is_granted(&ended), "{name}: {}", ended.err);
            }
        }
    }
}

#[test]
fn a_key_that_is_not_the_clients_is_refused() {
    let (place, _server) = start();
    by_key(&place, "es256", Algorithm::ES256, ("kid", json!("k1")));
    by_key(&place, "eddsa", Algorithm::EdDSA, ("kid", json!("k 2")));
    let refused = get(&place, "es256", &["--key", "eddsa.pem"]);
    refused.assert_code(4);
}

#[test]
fn a_key_without_a_name_is_used_where_the_server_cannot_be_asked_for_it() {
    let (place, server) = start();
    by_key(&place, "es256", Algorithm::ES256, ("kid", json!("k1")));
    let elsewhere = Place::new("");
    let key = place.at("es256.pem");
    let key = key.to_str().unwrap();
    let ended = get(
        &elsewhere,
        "es256",
        &["--key", key, "--issuer", &server.url],
    );
    assert!(is_granted(&ended), "{}", ended.err);
}

#[test]
fn what_cannot_be_a_key_is_said_and_not_shown() {
    let (place, _server) = start();
    by_key(&place, "es256", Algorithm::ES256, ("kid", json!("k1")));
    let path = place.at("other.pem");
    for text in [
        "nonsense-canary",
        "-----BEGIN EC PRIVATE KEY-----\nbm9uc2Vuc2UtY2FuYXJ5\n-----END EC PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nbm9uc2Vuc2UtY2FuYXJ5\n-----END PRIVATE KEY-----\n",
    ] {
        fs::write(&path, text).unwrap();
        let refused = get(&place, "es256", &["--key", "other.pem"]);
        refused.assert_ended(2, "openssl pkcs8");
        assert!(!refused.err.contains("canary") && !refused.err.contains("bm9u"));
    }
    assert_eq!(get(&place, "es256", &["--key", "missing.pem"]).code, 2);
}

#[test]
fn what_the_method_needs_is_said_before_anything_is_sent() {
    let (place, _server) = start();
    by_key(&place, "es256", Algorithm::ES256, ("kid", json!("k1")));
    for (client, more, help) in [
        ("basic", vec![], "--secret"),
        ("basic", vec!["--key", "es256.pem"], "--secret"),
        ("es256", vec![], "--key"),
        ("es256", vec!["--secret", SECRET], "--key"),
        ("spa", vec!["--secret", SECRET], "leave out --secret"),
    ] {
        let refused = get(&place, client, &more);
        assert_eq!(refused.code, 2, "{client}: {}", refused.err);
        assert!(refused.err.contains(help), "{client}: {}", refused.err);
        assert_contains(&refused.err, client);
    }
}

#[test]
fn an_unknown_client_is_said_before_a_browser_opens() {
    let (place, _server) = start();
    for flow in [&[][..], &["--code", "--no-open"]] {
        for (client, nearest) in [("spaa", Some("`spa`")), ("reports", None)] {
            let refused = get(&place, client, flow);
            refused.assert_code(3);
            assert!(
                !refused.err.contains("Open this address"),
                "{}",
                refused.err
            );
            let is_named = refused.err.contains("the nearest is");
            assert_eq!(is_named, nearest.is_some(), "{}", refused.err);
            assert!(refused.err.contains(nearest.unwrap_or("reports")));
        }
    }
    let shown = place.run("client show spaa");
    shown.assert_ended(3, "the nearest is `spa`");
}

#[test]
fn a_client_that_cannot_use_the_code_flow_is_told_with_the_flags_that_mend_it() {
    let (place, _server) = start();
    let create = "client create tool --public --redirect-uri https://a.example/cb";
    place.run(create).assert_code(0);
    let code = &["--code", "--no-open"];
    let grant = "--add-grant-type authorization_code";
    let uri = "--add-redirect-uri http://127.0.0.1/callback";
    for (client, flags) in [
        ("tool", uri.to_owned()),
        ("basic", format!("{grant} {uri}")),
    ] {
        let refused = get(&place, client, code);
        refused.assert_ended(2, &format!("airside client edit {client} {flags}`"));
        assert!(
            !refused.err.contains("Open this address"),
            "{}",
            refused.err
        );
    }
}

#[test]
fn a_pattern_is_no_redirect_uri_in_a_command_or_a_file() {
    // RFC9700-2.1
    let (place, _server) = start();
    for uri in ["https://*.app.example/cb", "http://127.0.0.1:*/cb"] {
        let create = ["client", "create", "x", "--public", "--redirect-uri", uri];
        let refused = place.run(&create);
        refused.assert_ended(2, "no patterns");
        let add = ["client", "edit", "x", "--add-redirect-uri", uri];
        place.run(&add).assert_code(3);
        let line = format!("redirect_uris = [\"{uri}\"]");
        let toml = CONFIGURATION.replace("redirect_uris = [\"http://127.0.0.1/callback\"]", &line);
        let checked = Place::new(&toml).run("config check");
        checked.assert_code(7);
        let said = format!("{}{}", checked.out, checked.err);
        assert_contains(&said, "no patterns");
        assert_contains(&said, "airside.toml:");
    }
    assert_eq!(Place::new(CONFIGURATION).run("config check").code, 0);
}
