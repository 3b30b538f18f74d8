//! The issuers of others, each as its provider runs it: where its metadata is and what answers at the
//! other addresses, what is in its key set, and its tokens.

use std::{fs, sync::Arc};

use airside_guard::{Configuration, Running, reach};
use airside_jose::{Algorithm, Signer, SigningKey, Typ};
use airside_net::Drain;
use axum::{
    Router,
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use http::{Method, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const API: &str = "https://api.example.com";

/// A provider of tokens.
struct Sample {
    profile: &'static str,
    /// The path of its issuer identifier.
    path: &'static str,
    /// The path of its metadata.
    metadata: &'static str,
    /// The answer at every other address.
    elsewhere: fn() -> Response,
    /// Changes the signing key as it is published.
    published: fn(&mut Value),
    /// Other keys of the key set, before the right one.
    others: fn() -> Vec<Value>,
    typ: Typ,
    person: Value,
    machine: Value,
    id_token: Value,
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

fn samples() -> [Sample; 8] {
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

/// The answers of an issuer.
struct Answers {
    metadata: (&'static str, Value),
    jwks: Value,
    elsewhere: fn() -> Response,
}

async fn answer(State(answers): State<Arc<Answers>>, uri: Uri) -> Response {
    match uri.path() {
        path if path == answers.metadata.0 => axum::Json(&answers.metadata.1).into_response(),
        "/keys" => axum::Json(&answers.jwks).into_response(),
        _ => (answers.elsewhere)(),
    }
}

/// An issuer, and what it signs with.
struct Issuer {
    url: String,
    signer: Signer,
}

impl Issuer {
    async fn start(sample: &Sample) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let url = format!("{origin}{}", sample.path);
        let key = SigningKey::generate(Algorithm::RS256).unwrap();
        let mut published = serde_json::to_value(key.public_jwk("1")).unwrap();
        (sample.published)(&mut published);
        let mut keys = (sample.others)();
        keys.push(published);
        let metadata = json!({ "issuer": url, "jwks_uri": format!("{origin}/keys"),
            "scopes_supported": ["openid", "read", "write"] });
        let answers = Answers {
            metadata: (sample.metadata, metadata),
            jwks: json!({ "keys": keys }),
            elsewhere: sample.elsewhere,
        };
        let router = Router::new().fallback(answer).with_state(Arc::new(answers));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            signer: Signer::new(key, "1"),
        }
    }

    fn token(&self, typ: Typ, claims: &Value) -> String {
        let now = airside_resource::clock::system()().as_i64();
        let mut payload = json!({ "iss": self.url, "iat": now, "exp": now + 900 });
        let members = payload.as_object_mut().unwrap();
        members.extend(claims.as_object().unwrap().clone());
        let payload = serde_json::to_vec(&payload).unwrap();
        self.signer.sign_compact(typ, &payload).unwrap()
    }
}

const OPERATIONS: &str = r#"
[[operation]]
match = "GET /any"
any_token = true

[[operation]]
match = "GET /read"
scope = "read"

[[operation]]
match = "GET /admin"
role = "admin"

[[operation]]
match = "GET /users/{user}"
any_token = true
owner = { path = "user", equals = "sub" }
"#;

/// J07
#[tokio::test(flavor = "multi_thread")]
async fn the_guard_takes_the_tokens_of_each_provider_as_it_runs() {
    for sample in samples() {
        let issuer = Issuer::start(&sample).await;
        let profile = sample.profile;
        let running = running(&issuer, profile, OPERATIONS);
        let status = async |token: &str, path: &str| {
            let explained = running.guard().explain(token, Method::GET, path).await;
            match explained.allowed {
                true => 200,
                false => explained.status.unwrap_or_else(|| panic!("{explained:?}")),
            }
        };
        let person = issuer.token(sample.typ, &sample.person);
        let own = format!("/users/{}", sample.person["sub"].as_str().unwrap());
        for path in ["/any", "/read", "/admin", &own] {
            assert_eq!(status(&person, path).await, 200, "{profile} {path}");
        }
        assert_eq!(status(&person, "/users/bob").await, 404, "{profile}");

        let machine = issuer.token(sample.typ, &sample.machine);
        assert_eq!(status(&machine, "/any").await, 200, "{profile}");
        let own = sample.machine["sub"].as_str().unwrap_or("svc");
        let own = format!("/users/{}", own.replace("://", "_"));
        assert_eq!(status(&machine, &own).await, 404, "{profile}");
        assert_eq!(status(&machine, "/admin").await, 403, "{profile}");

        let id_token = issuer.token(Typ::Jwt, &sample.id_token);
        assert_eq!(status(&id_token, "/any").await, 401, "{profile}");
        // signed by nobody's key
        let stranger = Issuer::start(&sample).await;
        let forged = Issuer {
            url: issuer.url.clone(),
            signer: stranger.signer,
        };
        let forged = forged.token(sample.typ, &sample.person);
        assert_eq!(status(&forged, "/any").await, 401, "{profile}");
    }
}

/// A guard of this issuer, with its keys kept nowhere.
fn running(issuer: &Issuer, profile: &str, operations: &str) -> Running {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("guard.toml");
    let text = format!(
        "listen = \"127.0.0.1:0\"\nupstream = \"http://127.0.0.1:1\"\nissuer = \"{}\"\n\
         audience = \"{API}\"\nprofile = \"{profile}\"\n{operations}",
        issuer.url
    );
    fs::write(&path, text).unwrap();
    let configuration = Configuration::read(&path, &|_| None).unwrap();
    Running::new(configuration, Drain::new()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_the_issuer_does_not_list_is_remarked_on() {
    let [sample, ..] = samples();
    let issuer = Issuer::start(&sample).await;
    let operation = |path: &str, scope: &str| {
        format!("[[operation]]\nmatch = \"GET {path}\"\nscope = \"{scope}\"\n")
    };
    let said = async |operations: &str| {
        let running = running(&issuer, sample.profile, operations);
        reach::unlisted_scopes(&running.guard()).await
    };
    let read = operation("/a", "read");
    assert_eq!(said(&read).await, Vec::<String>::new());
    let misspelt = said(&format!("{read}{}", operation("/b", "wirte"))).await;
    let expected = "the issuer's metadata does not list the scope `wirte`: the nearest is `write`";
    assert_eq!(misspelt, [expected]);
    // an issuer that lists none of the API's scopes says nothing about them
    assert_eq!(said(&operation("/b", "wirte")).await, Vec::<String>::new());
}
