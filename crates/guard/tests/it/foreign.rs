//! The issuers of others, each as its provider runs it: where its metadata is and what answers at the
//! other addresses, what is in its key set, and its tokens.

mod sample;

use std::{fs, sync::Arc};

use airside_guard::{Configuration, Running, reach};
use airside_jose::{Algorithm, Signer, SigningKey, Typ};
use airside_net::Drain;
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{Method, Uri};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use self::sample::{API, Sample, samples};

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
        let keys = sample.keys(&key);
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
