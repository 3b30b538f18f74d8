//! The metadata tells the truth (RFC 8414 §2, OIDC Discovery §3).

use airside_jose::{Algorithm, SigningKey};
use airside_oauth::client::client_auth::ASSERTION_ALGORITHMS;
use http::Method;
use serde_json::{Value, json};

use crate::{
    authorize_endpoint::asked,
    token::{claims, header, public_client},
    world::{Tokens, World},
};

async fn metadata(world: &World) -> Value {
    let url = world.at("/.well-known/openid-configuration");
    world.browser().get(&url).await.json()
}

fn listed<'a>(metadata: &'a Value, name: &str) -> Vec<&'a str> {
    let list = metadata[name].as_array().expect(name);
    list.iter().map(|value| value.as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_grant_type_that_is_listed_is_known_and_no_other() {
    // RFC8414-2
    let world = World::new().await;
    let metadata = metadata(&world).await;
    let app = world.app("web");
    for grant in listed(&metadata, "grant_types_supported") {
        let outcome = app.token(&[("grant_type", grant)]).await.outcome();
        assert_ne!(outcome, "400 unsupported_grant_type", "{grant}");
    }
    for grant in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
    ] {
        let outcome = app.token(&[("grant_type", grant)]).await.outcome();
        assert_eq!(outcome, "400 unsupported_grant_type", "{grant}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_value_that_is_listed_for_a_parameter_is_taken() {
    // RFC8414-2
    let world = World::new().await;
    let metadata = metadata(&world).await;
    for (list, name) in [
        ("response_types_supported", "response_type"),
        ("response_modes_supported", "response_mode"),
        ("code_challenge_methods_supported", "code_challenge_method"),
        ("prompt_values_supported", "prompt"),
    ] {
        for value in listed(&metadata, list) {
            let led = asked(&world.app("spa").with(name, value)).await;
            let silent = value == "none";
            assert_eq!(
                led,
                if silent { "login_required" } else { "sign-in" },
                "{value}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_is_true() {
    // RFC8414-2, OIDC-Discovery-3
    let world = World::new().await;
    let document = metadata(&world).await;
    for (member, value) in document.as_object().unwrap() {
        match member.as_str() {
            "issuer" => assert_eq!(*value, world.url),
            "authorization_endpoint" => answers(&world, value, Method::GET, 400).await,
            "jwks_uri" | "end_session_endpoint" => {
                answers(&world, value, Method::GET, 200).await;
            }
            "userinfo_endpoint" => answers(&world, value, Method::GET, 401).await,
            "token_endpoint" | "revocation_endpoint" | "introspection_endpoint" => {
                answers(&world, value, Method::POST, 401).await;
            }
            // by the two tests that follow
            "scopes_supported"
            | "response_types_supported"
            | "response_modes_supported"
            | "code_challenge_methods_supported"
            | "prompt_values_supported" => {}
            // by the first test of this file
            "grant_types_supported" => {}
            "subject_types_supported" => every_client_sees_the_same_sub(&world, value).await,
            "id_token_signing_alg_values_supported" => {
                assert_eq!(signs(&world, "id_token_signed_response_alg").await, *value);
            }
            "userinfo_signing_alg_values_supported" => {
                assert_eq!(signs(&world, "userinfo_signed_response_alg").await, *value);
            }
            "token_endpoint_auth_methods_supported"
            | "revocation_endpoint_auth_methods_supported" => {
                assert_eq!(*value, registered_methods(&world).await, "{member}");
            }
            "introspection_endpoint_auth_methods_supported" => {
                let mut methods = registered_methods(&world).await;
                methods
                    .as_array_mut()
                    .unwrap()
                    .retain(|method| method != "none");
                assert_eq!(*value, methods);
            }
            "token_endpoint_auth_signing_alg_values_supported"
            | "revocation_endpoint_auth_signing_alg_values_supported"
            | "introspection_endpoint_auth_signing_alg_values_supported" => {
                let known = ASSERTION_ALGORITHMS.map(Algorithm::as_str);
                assert_eq!(*value, json!(known), "{member}");
            }
            "acr_values_supported" => every_class_can_be_had(&world, value).await,
            "claims_supported" => every_claim_can_be_asked_for(&world, value).await,
            "claims_parameter_supported" => assert_eq!(*value, true),
            "backchannel_logout_supported" | "backchannel_logout_session_supported" => {
                assert_eq!(*value, true);
                a_client_can_be_told_of_the_end_of_a_session(&world, member).await;
            }
            "request_parameter_supported" | "request_uri_parameter_supported" => {
                let name = member.trim_end_matches("_parameter_supported");
                let led = asked(&world.app("spa").with(name, "x")).await;
                assert_eq!(
                    (value, led),
                    (&json!(false), format!("{name}_not_supported"))
                );
            }
            "authorization_response_iss_parameter_supported" => {
                let answer = world.app("spa").with("prompt", "none").authorize().await;
                assert_eq!(
                    (value, answer.returned("iss")),
                    (&json!(true), Some(world.url.clone()))
                );
            }
            "protected_resources" => {
                for api in listed(&document, member) {
                    let app = world.app("spa").scope("openid").with("resource", api);
                    assert_eq!(asked(&app).await, "sign-in", "{api}");
                }
            }
            other => panic!("nothing exercises `{other}`"),
        }
    }
}

async fn answers(world: &World, address: &Value, method: Method, status: u16) {
    let address = address.as_str().unwrap();
    assert!(address.starts_with(&world.url), "{address}");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = world.browser().send(method, address, &form, "").await;
    assert_eq!(answer.status, status, "{address}");
}

async fn every_client_sees_the_same_sub(world: &World, types: &Value) {
    assert_eq!(*types, json!(["public"]));
    let sub = async |client: &str| {
        let tokens = world.app(client).sign_in("alice").await;
        claims(&tokens.id.unwrap())["sub"].clone()
    };
    assert_eq!(sub("spa").await, sub("web").await);
}

/// The algorithms for which a client can be registered and by which it is then answered.
async fn signs(world: &World, member: &str) -> Value {
    let mut signs = Vec::new();
    for name in ["none", "HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA"] {
        let id = format!("public-{member}-{name}");
        let client = public_client(&id, json!({ member: name }));
        if world.admin("POST", "/clients", client).await.status != 201 {
            continue;
        }
        let app = world.app(&id);
        let tokens = app.sign_in("alice").await;
        let signed = match member {
            "id_token_signed_response_alg" => tokens.id.unwrap(),
            _ => app.userinfo(&tokens.access).await.text(),
        };
        assert_eq!(header(&signed)["alg"], name);
        signs.push(name);
    }
    signs.into()
}

async fn registered_methods(world: &World) -> Value {
    let mut methods = Vec::new();
    for method in METHODS {
        let mut client = json!({
            "token_endpoint_auth_method": method, "redirect_uris": ["https://app.example/cb"],
        });
        if method == "private_key_jwt" {
            client["jwks"] = json!({ "keys": [public_key()] });
        }
        if world.admin("POST", "/clients", client).await.status == 201 {
            methods.push(method);
        }
    }
    methods.into()
}

const METHODS: [&str; 6] = [
    "none",
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "tls_client_auth",
];

fn public_key() -> Value {
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    serde_json::to_value(key.public_jwk("one")).unwrap()
}

async fn every_class_can_be_had(world: &World, classes: &Value) {
    for class in classes.as_array().unwrap() {
        let wanted = json!({ "id_token": { "acr": { "essential": true, "value": class } } });
        let app = world.app("spa").with("claims", &wanted.to_string());
        let tokens = app.sign_in("alice").await;
        assert_eq!(claims(&tokens.id.unwrap())["acr"], *class);
    }
}

/// Those of the account on the consent page, and the others in an ID token.
async fn every_claim_can_be_asked_for(world: &World, names: &Value) {
    let names = names.as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|name| name.as_str().unwrap()).collect();
    let wanted: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    let wanted = json!({ "userinfo": wanted }).to_string();
    let app = world.app("spa").scope("openid").with("claims", &wanted);
    let location = app.authorize().await.header("location").to_owned();
    let form = app.browser.get(&location).await;
    let back = app.submit(&location, &form, "alice").await;
    let on = app.browser.get(back.header("location")).await;
    let page = app.browser.get(on.header("location")).await.text();
    let token = claims(&app.sign_in("alice").await.id.unwrap());
    for name in names {
        let is_shown = page.contains(&format!("<code><bdi>{name}</bdi></code>"));
        assert!(is_shown || token.get(name).is_some(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scope_that_is_listed_is_known() {
    // RFC8414-2
    let world = World::new().await;
    for scope in listed(&metadata(&world).await, "scopes_supported") {
        let led = asked(&world.app("spa").scope(scope)).await;
        assert_eq!(led, "sign-in", "{scope}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_claim_in_a_token_is_listed() {
    // OIDC-Discovery-3
    let world = World::new().await;
    let metadata = metadata(&world).await;
    let known = listed(&metadata, "claims_supported");
    let app = world.app("spa").scope("openid profile email");
    let tokens: Tokens = app.sign_in("alice").await;
    let token = tokens.id.unwrap();
    let payload = token.split('.').nth(1).unwrap();
    let payload = airside_jose::base64url::decode(payload).unwrap();
    let id: Value = serde_json::from_slice(&payload).unwrap();
    let info = app.userinfo(&tokens.access).await.json();
    for name in [id, info]
        .iter()
        .flat_map(|v| v.as_object().unwrap().keys())
    {
        assert!(known.contains(&name.as_str()), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_key_is_of_an_algorithm_that_is_listed_and_public() {
    // RFC7517-4
    let world = World::new().await;
    let metadata = metadata(&world).await;
    let algorithms = listed(&metadata, "id_token_signing_alg_values_supported");
    let jwks = world
        .browser()
        .get(metadata["jwks_uri"].as_str().unwrap())
        .await;
    assert!(jwks.header("cache-control").contains("max-age=300"));
    let jwks = jwks.json();
    for key in jwks["keys"].as_array().unwrap() {
        assert!(algorithms.contains(&key["alg"].as_str().unwrap()), "{key}");
        assert!(key["kid"].is_string() && key["use"] == "sig");
        for secret in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(secret).is_none(), "{secret}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_documents_are_the_same_and_may_be_cached() {
    // RFC8414-3
    let world = World::new().await;
    let oidc = world.at("/.well-known/openid-configuration");
    let oauth = world.at("/.well-known/oauth-authorization-server");
    let (oidc, oauth) = (
        world.browser().get(&oidc).await,
        world.browser().get(&oauth).await,
    );
    assert_eq!(oidc.body, oauth.body);
    for answer in [oidc, oauth] {
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(answer.header("cache-control").contains("max-age="));
        assert!(!answer.headers.contains_key("set-cookie"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_built_is_neither_there_nor_mentioned() {
    let world = World::new().await;
    let text = metadata(&world).await.to_string();
    for path in [
        "/par",
        "/register",
        "/device_authorization",
        "/device",
        "/account",
        "/admin",
        "/api/admin/v1/users",
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = world.browser().send(method, &world.at(path), &[], "").await;
            assert_eq!(answer.status, 404, "{path}");
        }
        assert!(!text.contains(&format!("{path}\"")), "{path}");
    }
}

/// `backchannel` shows that it is told.
async fn a_client_can_be_told_of_the_end_of_a_session(world: &World, client_id: &str) {
    let client = json!({
        "client_id": client_id, "redirect_uris": ["https://told.example/cb"],
        "backchannel_logout_uri": "https://told.example/logout",
        "backchannel_logout_session_required": true,
    });
    let answer = world.admin("POST", "/clients", client).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}
