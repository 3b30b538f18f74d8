//! Tokens and metadata as each provider makes them.

use airside_jose::{SigningKey, Typ};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use serde_json::{Value, json};

/// A provider of tokens.
pub(super) struct Sample {
    pub(super) profile: &'static str,
    /// The path of its issuer identifier.
    pub(super) path: &'static str,
    /// The path of its metadata.
    pub(super) metadata: &'static str,
    /// The answer at every other address.
    pub(super) elsewhere: fn() -> Response,
    /// Changes the signing key as it is published.
    published: fn(&mut Value),
    /// Other keys of the key set, before the right one.
    others: fn() -> Vec<Value>,
    pub(super) typ: Typ,
    pub(super) person: Value,
    pub(super) machine: Value,
    pub(super) id_token: Value,
}

impl Sample {
    /// The key set that it publishes.
    pub(super) fn keys(&self, signing: &SigningKey) -> Vec<Value> {
        let mut published = serde_json::to_value(signing.public_jwk("1")).unwrap();
        (self.published)(&mut published);
        let mut keys = (self.others)();
        keys.push(published);
        keys
    }
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, Html("<h1>Not Found</h1>")).into_response()
}

fn page() -> Response {
    Html("<!doctype html><title>Sign in</title>").into_response()
}

fn redirect() -> Response {
    Redirect::temporary("/login").into_response()
}

fn empty() -> Response {
    StatusCode::OK.into_response()
}

/// A key of another use, as Keycloak publishes one.
fn encryption_key() -> Value {
    json!({ "kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "kid": "enc", "e": "AQAB", "n": "AQAB" })
}

pub(super) fn samples() -> [Sample; 8] {
    [
        Sample {
            profile: "auth0",
            path: "/",
            metadata: "/.well-known/openid-configuration",
            elsewhere: not_found,
            published: |key| key["x5c"] = json!(["MIIC"]),
            others: || {
                vec![json!({ "kty": "RSA", "use": "sig", "kid": "next", "e": "AQAB", "n": "AQAB" })]
            },
            typ: Typ::AccessToken,
            person: json!({ "aud": [API, "https://x/userinfo"], "azp": "spa", "sub": "auth0|1",
                "scope": "openid read", "roles": ["admin"] }),
            machine: json!({ "aud": API, "azp": "svc", "sub": "svc@clients",
                "gty": "client-credentials", "scope": "read" }),
            id_token: json!({ "aud": "spa", "sub": "auth0|1", "nonce": "n", "sid": "s" }),
        },
        Sample {
            profile: "cognito",
            path: "/eu-central-1_pool",
            metadata: "/eu-central-1_pool/.well-known/openid-configuration",
            elsewhere: || (StatusCode::BAD_REQUEST, "{}").into_response(),
            published: |_| {},
            others: Vec::new,
            typ: Typ::Jwt,
            person: json!({ "client_id": API, "sub": "uuid", "token_use": "access",
                "scope": "openid read", "jti": "1", "cognito:groups": ["admin"] }),
            machine: json!({ "client_id": API, "sub": API, "token_use": "access",
                "scope": "read", "jti": "2" }),
            id_token: json!({ "aud": API, "sub": "uuid", "token_use": "id", "jti": "3",
                "cognito:groups": ["admin"] }),
        },
        Sample {
            profile: "duende",
            path: "",
            metadata: "/.well-known/openid-configuration",
            elsewhere: page,
            published: |_| {},
            others: || vec![Value::Null],
            typ: Typ::AccessToken,
            person: json!({ "aud": API, "client_id": "spa", "sub": "1", "jti": "1",
                "scope": ["openid", "read"], "role": "admin" }),
            machine: json!({ "aud": API, "client_id": "svc", "jti": "2", "scope": ["read"] }),
            id_token: json!({ "aud": "spa", "sub": "1", "at_hash": "h", "sid": "s" }),
        },
        Sample {
            profile: "entra",
            path: "/tenant/v2.0",
            metadata: "/tenant/v2.0/.well-known/openid-configuration",
            elsewhere: redirect,
            published: |key| {
                key.as_object_mut().unwrap().remove("alg");
                key["issuer"] = json!("https://login.example/{tenantid}/v2.0");
            },
            others: Vec::new,
            typ: Typ::Jwt,
            person: json!({ "aud": API, "azp": "spa", "azpacr": "0", "sub": "1", "oid": "o",
                "scp": "openid read", "roles": ["admin"], "ver": "2.0" }),
            machine: json!({ "aud": API, "azp": "svc", "azpacr": "1", "sub": "o", "oid": "o",
                "roles": ["read"], "idtyp": "app" }),
            id_token: json!({ "aud": "spa", "sub": "1", "oid": "o", "nonce": "n",
                "roles": ["admin"], "ver": "2.0" }),
        },
        Sample {
            profile: "hydra",
            path: "/",
            metadata: "/.well-known/openid-configuration",
            elsewhere: empty,
            published: |_| {},
            others: Vec::new,
            typ: Typ::Jwt,
            person: json!({ "aud": [API], "client_id": "spa", "sub": "1", "jti": "1",
                "scp": ["openid", "read"], "ext": {}, "roles": ["admin"] }),
            machine: json!({ "aud": [API], "client_id": "svc", "sub": "svc", "jti": "2",
                "scp": ["read"], "ext": {} }),
            id_token: json!({ "aud": ["spa"], "sub": "1", "jti": "3", "at_hash": "h", "rat": 1 }),
        },
        Sample {
            profile: "keycloak",
            path: "/realms/demo",
            metadata: "/realms/demo/.well-known/openid-configuration",
            elsewhere: not_found,
            published: |key| key["x5t"] = json!("x"),
            others: || vec![encryption_key()],
            typ: Typ::Jwt,
            person: json!({ "aud": [API, "account"], "azp": "spa", "sub": "uuid", "jti": "1",
                "typ": "Bearer", "scope": "openid read", "realm_access": { "roles": ["admin"] } }),
            machine: json!({ "aud": API, "azp": "svc", "sub": "uuid", "jti": "2", "typ": "Bearer",
                "scope": "read", "preferred_username": "service-account-svc" }),
            id_token: json!({ "aud": "spa", "azp": "spa", "sub": "uuid", "jti": "3", "typ": "ID",
                "at_hash": "h" }),
        },
        Sample {
            profile: "okta",
            path: "/oauth2/default",
            metadata: "/oauth2/default/.well-known/openid-configuration",
            elsewhere: redirect,
            published: |_| {},
            others: Vec::new,
            typ: Typ::Jwt,
            person: json!({ "aud": API, "cid": "spa", "uid": "u", "sub": "a@b", "jti": "AT.1",
                "scp": ["openid", "read"], "groups": ["admin"] }),
            machine: json!({ "aud": API, "cid": "svc", "sub": "svc", "jti": "AT.2", "scp": ["read"] }),
            id_token: json!({ "aud": "spa", "sub": "u", "jti": "ID.1", "groups": ["admin"] }),
        },
        Sample {
            profile: "zitadel",
            path: "",
            metadata: "/.well-known/openid-configuration",
            elsewhere: page,
            published: |_| {},
            others: Vec::new,
            typ: Typ::Jwt,
            person: json!({ "aud": ["spa", "project", API], "client_id": "spa", "sub": "1",
                "jti": "1", "scope": "openid read",
                "urn:zitadel:iam:org:project:roles": { "admin": { "1": "org" } } }),
            machine: json!({ "aud": [API], "client_id": "svc", "sub": "svc", "jti": "2",
                "scope": "read" }),
            id_token: json!({ "aud": ["spa", "project"], "azp": "spa", "sub": "1", "at_hash": "h",
                "client_id": "spa" }),
        },
    ]
}

pub(super) const API: &str = "https://api.example.com";
