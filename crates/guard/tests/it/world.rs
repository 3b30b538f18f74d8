//! An issuer, an API that counts, and a guard between.

mod answer;
mod api;

use std::{
    collections::HashMap,
    fs,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use airside_config::Problems;
use airside_guard::{Configuration, Running, run::Listeners};
use airside_jose::{Algorithm, JwkSet, Signer, SigningKey, StatusList, Typ};
use airside_net::{Drain, Listener, Server};
use axum::{
    Json, Router,
    extract::{Path, State},
    routing::get,
};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub use self::answer::{Answer, raw};
use self::api::api;
use crate::{
    feed::{self, Feed},
    provider::{self, Provider},
};

const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";

pub const AUDIENCE: &str = "https://api.example.com";

pub const SECRET: &str = "a secret of the test, long enough";

/// The operations of most tests.
pub const OPERATIONS: &str = r#"
[[operation]]
match = "GET /health"
public = "load balancer probe"

[[operation]]
match = "GET /echo"
any_token = true

[[operation]]
match = "POST /echo"
scope = "write"

[[operation]]
match = "GET /users/{user}/orders"
scope = "read"
owner = { path = "user", equals = "sub" }

[[operation]]
match = "GET /orders"
scope = "read"
owner = { query = "user", equals = "sub" }

[[operation]]
match = "POST /orders"
scope = "write"
owner = { body = "/user", equals = "sub" }

[[operation]]
match = "GET /accounts/{id}"
scope = "read"
owner = { response = "/owner", equals = "sub" }
query_fields = []
show = ["/id", "/owner", { field = "/ssn", scope = "pii" }]

[[operation]]
match = "DELETE /accounts/{id}"
scope = "write"
owner = { lookup = "UPSTREAM/internal/owner-of/{path:id}", pointer = "/owner", equals = "sub" }

[[operation]]
match = "GET /accounts"
scope = "read"
owner = { items = "/items", field = "/owner", equals = "sub" }

[[operation]]
match = "GET /cards/{id}"
owner = { path = "id", in = "/cards" }

[[operation]]
match = "POST /admin/delete-user"
role = "admin"

[[operation]]
match = "GET /socket"
any_token = true

[[operation]]
match = "GET /later/{id}"
scope = "read"
"#;

/// A world of its own for each test.
pub struct World {
    pub guard: SocketAddr,
    pub operations: Option<SocketAddr>,
    pub running: Arc<Running>,
    pub upstream: String,
    pub issuer: String,
    /// Requests that reached the API.
    pub reached: Arc<AtomicUsize>,
    pub directory: tempfile::TempDir,
    /// The issuer, where it signs people in.
    pub provider: Arc<Provider>,
    /// The issuer's answers below `/status/`, by the list's name.
    pub status_lists: StatusLists,
    /// The issuer's answers at `/revocations`.
    pub feed: Arc<Feed>,
    signer: Arc<Signer>,
    drain: Drain,
}

pub type StatusLists = Arc<Mutex<HashMap<String, String>>>;

impl Drop for World {
    fn drop(&mut self) {
        self.drain.start();
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with("", OPERATIONS).await
    }

    /// With keys of one's own, and these operations.
    pub async fn with(keys: &str, operations: &str) -> Self {
        let drain = Drain::new();
        let reached = Arc::new(AtomicUsize::new(0));
        let upstream = serve(api(Arc::clone(&reached)), &drain).await;
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let jwks = JwkSet {
            keys: vec![key.public_jwk("1")],
        };
        let signer = Arc::new(Signer::new(key, "1"));
        let provider = Arc::new(Provider::new(Arc::clone(&signer)));
        let status_lists = StatusLists::default();
        let feed = Arc::new(Feed::default());
        let issuer = serve_issuer(jwks, &provider, &status_lists, (&feed, &drain)).await;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("guard.toml");
        fs::write(&path, text(&upstream, &issuer, keys, operations)).unwrap();
        let configuration = Configuration::read(&path, &environment).unwrap();
        let listeners = Listeners::bind(&configuration).await.unwrap();
        let running = Arc::new(Running::new(configuration, drain.clone()).unwrap());
        let guard = listeners.address().unwrap();
        let operations = listeners.operations_address();
        tokio::spawn(Arc::clone(&running).serve(listeners));
        Self {
            guard,
            operations,
            running,
            upstream,
            issuer,
            reached,
            directory,
            signer,
            provider,
            status_lists,
            feed,
            drain,
        }
    }

    pub fn configuration_path(&self) -> PathBuf {
        self.directory.path().join("guard.toml")
    }

    /// Writes another configuration.
    pub fn write(&self, keys: &str, operations: &str) {
        self.write_before(&self.upstream, keys, operations);
    }

    /// Writes one before another API; several are joined by `", "`.
    pub fn write_before(&self, upstream: &str, keys: &str, operations: &str) {
        let text = text(upstream, &self.issuer, keys, operations);
        fs::write(self.configuration_path(), text).unwrap();
    }

    /// Reads the configuration that is written.
    pub fn read(&self) -> Result<Configuration, Problems> {
        Configuration::read(&self.configuration_path(), &environment)
    }

    /// Replaces the configuration by the one that is written.
    pub fn reload(&self) {
        self.running.replace(self.read().unwrap()).unwrap();
    }

    /// Revokes a token.
    pub fn revoke(&self, jti: &str) {
        let guard = self.running.guard();
        let revocations = guard.resource_server().revocations();
        revocations.revoke_token(jti, airside_resource::UnixSeconds::MAX);
    }

    pub fn token(&self, subject: &str, scope: &str) -> String {
        self.token_with(subject, scope, &json!({}))
    }

    pub fn token_with(&self, subject: &str, scope: &str, more: &Value) -> String {
        let now = airside_resource::clock::system()().as_i64();
        let mut claims = json!({
            "iss": self.issuer, "aud": AUDIENCE, "sub": subject, "client_id": "app",
            "jti": format!("{subject}-{scope}"), "iat": now, "exp": now + 900, "scope": scope,
        });
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let payload = serde_json::to_vec(&claims).unwrap();
        self.signer
            .sign_compact(Typ::AccessToken, &payload)
            .unwrap()
    }

    /// Publishes a status list in which these are invalid.
    pub fn publish_status_list(&self, name: &str, invalid: &[usize]) {
        let now = airside_resource::clock::system()().as_i64();
        let list = StatusList::with_invalid(64, invalid.iter().copied());
        let claims = json!({
            "sub": format!("{}/status/{name}", self.issuer), "iat": now, "exp": now + 900, "ttl": 60,
            "status_list": list.members(),
        });
        let payload = serde_json::to_vec(&claims).unwrap();
        let token = self.signer.sign_compact(Typ::StatusList, &payload).unwrap();
        let mut lists = self.status_lists.lock().unwrap();
        lists.insert(name.to_owned(), token);
    }

    /// A request with a token, and other lines of the header.
    pub async fn send(&self, token: &str, line: &str, more: &str, body: &str) -> Answer {
        let authorization = match token {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}\r\n"),
        };
        let length = match body {
            "" => String::new(),
            body => format!(
                "Content-Type: application/json\r\nContent-Length: {}\r\n",
                body.len()
            ),
        };
        let request = format!(
            "{line} HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n{authorization}{length}{more}\r\n{body}"
        );
        raw(self.guard, request.as_bytes()).await
    }

    pub async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(token, &format!("GET {path}"), "", "").await
    }

    /// Begins the stop.
    pub fn stop(&self) {
        self.drain.start();
    }

    /// Returns the number of requests that reached the API since the last call.
    pub fn reached(&self) -> usize {
        self.reached.swap(0, Ordering::SeqCst)
    }
}

pub fn environment(name: &str) -> Option<String> {
    (name == "SECRET").then(|| SECRET.to_owned())
}

fn text(upstream: &str, issuer: &str, keys: &str, operations: &str) -> String {
    let operations = operations.replace("UPSTREAM", upstream);
    format!(
        "listen = \"127.0.0.1:0\"\nupstream = [\"{upstream}\"]\nissuer = \"{issuer}\"\n\
         audience = \"{AUDIENCE}\"\n{keys}\n{operations}"
    )
}

pub async fn serve(router: Router, drain: &Drain) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = Server::new().listen(Listener::tcp(listener));
    tokio::spawn(server.serve(router, drain.clone()));
    url
}

async fn serve_issuer(
    jwks: JwkSet,
    provider: &Arc<Provider>,
    status_lists: &StatusLists,
    (feed, drain): (&Arc<Feed>, &Drain),
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let metadata = json!({ "issuer": url, "jwks_uri": format!("{url}/jwks") });
    let jwks = serde_json::to_value(&jwks).unwrap();
    let router = Router::new()
        .route(METADATA_PATH, get(async || Json(metadata)))
        .route("/jwks", get(async || Json(jwks)))
        .route("/status/{list}", get(status_list))
        .with_state(Arc::clone(status_lists))
        .merge(feed::router(feed))
        .merge(provider::router(provider, &url));
    let server = Server::new().listen(Listener::tcp(listener));
    tokio::spawn(server.serve(router, drain.clone()));
    url
}

async fn status_list(
    State(lists): State<StatusLists>,
    Path(list): Path<String>,
) -> Result<String, StatusCode> {
    let lists = lists.lock().unwrap();
    lists.get(&list).cloned().ok_or(StatusCode::NOT_FOUND)
}
