//! An issuer on loopback whose clock, keys and answers a test owns.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use airside_jose::{Algorithm, Jwk, JwkSet, Signer, SigningKey, Typ, UnixSeconds, base64url};
use airside_net::{Drain, Listener, Server};
use axum::{Router, extract::State, http::Uri, response::IntoResponse};
use http::StatusCode;
use serde_json::{Value, json};

use crate::{Builder, ResourceServer, clock::Clock};

pub(crate) const AUDIENCE: &str = "https://api.example.com";
pub(crate) const START: i64 = 1_800_000_000;

/// The issuer's answers by path, each with the number of requests.
#[derive(Clone, Default)]
struct Answers(Arc<Mutex<HashMap<String, Answer>>>);

#[derive(Clone)]
struct Answer {
    status: StatusCode,
    body: String,
    asked: usize,
}

pub(crate) struct Issuer {
    pub(crate) url: String,
    answers: Answers,
    time: Arc<AtomicI64>,
    drain: Drain,
}

impl Issuer {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers = Answers::default();
        let router = Router::new().fallback(answer).with_state(answers.clone());
        let drain = Drain::new();
        tokio::spawn(
            Server::new()
                .listen(Listener::tcp(listener))
                .serve(router, drain.clone()),
        );
        let issuer = Self {
            url,
            answers,
            time: Arc::new(AtomicI64::new(START)),
            drain,
        };
        issuer.publish_metadata("/.well-known/oauth-authorization-server", &issuer.url);
        issuer
    }

    pub(crate) fn publish_metadata(&self, path: &str, issuer: &str) {
        let metadata = json!({ "issuer": issuer, "jwks_uri": format!("{}/jwks", self.url) });
        self.set(path, StatusCode::OK, &metadata.to_string());
    }

    pub(crate) fn publish(&self, keys: &[&Key]) {
        let keys = keys.iter().map(|key| key.jwk.clone()).collect();
        let jwks = serde_json::to_string(&JwkSet { keys }).unwrap();
        self.set("/jwks", StatusCode::OK, &jwks);
    }

    pub(crate) fn set(&self, path: &str, status: StatusCode, body: &str) {
        let mut answers = self.answers.0.lock().unwrap();
        let asked = answers.get(path).map_or(0, |answer| answer.asked);
        let body = body.to_owned();
        answers.insert(
            path.to_owned(),
            Answer {
                status,
                body,
                asked,
            },
        );
    }

    pub(crate) fn asked(&self, path: &str) -> usize {
        self.answers
            .0
            .lock()
            .unwrap()
            .get(path)
            .map_or(0, |answer| answer.asked)
    }

    pub(crate) fn go_down(&self) {
        self.drain.start();
        self.answers.0.lock().unwrap().clear();
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.time.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Clock {
        let time = Arc::clone(&self.time);
        Arc::new(move || UnixSeconds::new(time.load(Ordering::SeqCst)))
    }

    pub(crate) fn api(&self) -> Builder {
        ResourceServer::trusting(&self.url)
            .for_audience(AUDIENCE)
            .allow_loopback_http()
            .clock(self.clock())
    }

    pub(crate) fn now(&self) -> i64 {
        self.time.load(Ordering::SeqCst)
    }

    /// The claims of a good token of Alice, 15 minutes long.
    pub(crate) fn claims(&self) -> Value {
        let now = self.time.load(Ordering::SeqCst);
        json!({
            "iss": self.url, "aud": AUDIENCE, "sub": "alice", "client_id": "spa", "jti": "token-1",
            "iat": now, "exp": now + 900, "scope": "accounts:read", "roles": ["customer"],
            "grant_id": "grant-1",
        })
    }

    pub(crate) fn token(&self, key: &Key) -> String {
        key.sign(&self.claims())
    }

    pub(crate) fn token_with(&self, key: &Key, name: &str, value: impl Into<Value>) -> String {
        let mut claims = self.claims();
        claims[name] = value.into();
        key.sign(&claims)
    }
}

async fn answer(State(answers): State<Answers>, uri: Uri) -> impl IntoResponse {
    let mut answers = answers.0.lock().unwrap();
    let answer = answers.entry(uri.path().to_owned()).or_insert(Answer {
        status: StatusCode::NOT_FOUND,
        body: String::new(),
        asked: 0,
    });
    answer.asked += 1;
    (answer.status, answer.body.clone())
}

pub(crate) struct Key {
    signer: Signer,
    /// The same key.
    bare: SigningKey,
    jwk: Jwk,
}

impl Key {
    pub(crate) fn new(kid: &str) -> Self {
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        Self {
            jwk: key.public_jwk(kid),
            bare: SigningKey::from_pkcs8(Algorithm::ES256, &key.to_pkcs8()).unwrap(),
            signer: Signer::new(key, kid),
        }
    }

    pub(crate) fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(Typ::AccessToken, claims)
    }

    pub(crate) fn sign_as(&self, typ: Typ, claims: &Value) -> String {
        let payload = serde_json::to_vec(claims).unwrap();
        self.signer.sign_compact(typ, &payload).unwrap()
    }

    /// Signs with a header that does not name the key.
    pub(crate) fn sign_unnamed(&self, typ: Typ, claims: &Value) -> String {
        let header = json!({ "alg": "ES256", "typ": typ.as_str() });
        let [header, claims] =
            [header, claims.clone()].map(|part| base64url::encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let signature = self.bare.sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", base64url::encode(signature))
    }
}
