//! An issuer, an API that counts, and a guard between.

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

use airside_guard::{Configuration, Running, run::Listeners};
use airside_jose::{Algorithm, JwkSet, Signer, SigningKey, StatusList, Typ};
use airside_net::{Drain, Listener, Server};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State, WebSocketUpgrade, ws::Message},
    routing::{any, get},
};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    feed::{self, Feed},
    provider::{self, Provider},
};

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

/// An answer, read from the wire.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

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
        let world_path = directory.path().join("guard.toml");
        let text = text(&upstream, &issuer, keys, operations);
        fs::write(&world_path, text).unwrap();
        let configuration = Configuration::read(&world_path, &environment).unwrap();
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

/// Sends bytes, and reads the answer to its end.
pub async fn raw(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut bytes = Vec::new();
    // a connection that is cut is an answer too
    let _ = stream.read_to_end(&mut bytes).await;
    Answer::of(&bytes)
}

impl Answer {
    fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let chunked = head
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked");
        let body = if chunked {
            dechunked(body)
        } else {
            body.to_owned()
        };
        Self {
            status: status.unwrap_or(0),
            head: head.to_ascii_lowercase(),
            body,
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

fn dechunked(mut text: &str) -> String {
    let mut out = String::new();
    while let Some((size, rest)) = text.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        out.push_str(&rest[..size]);
        text = rest[size..].trim_start_matches("\r\n");
    }
    out
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
    let provided = provider::router(provider, &url);
    let jwks = serde_json::to_value(&jwks).unwrap();
    let router = Router::new()
        .route(
            "/.well-known/oauth-authorization-server",
            get(async || Json(metadata)),
        )
        .route("/jwks", get(async || Json(jwks)))
        .route("/status/{list}", get(status_list))
        .with_state(Arc::clone(status_lists))
        .merge(feed::router(feed))
        .merge(provided);
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

fn api(reached: Arc<AtomicUsize>) -> Router {
    let owner = |id: &str| match id {
        "1" => Some("alice"),
        "2" => Some("bob"),
        _ => None,
    };
    let account = async move |Path(id): Path<String>| match owner(&id) {
        Some(owner) => Ok(Json(
            json!({ "id": id, "owner": owner, "ssn": "078-05-1120" }),
        )),
        None => match id.as_str() {
            "no-owner" => Ok(Json(json!({ "id": id }))),
            _ => Err(http::StatusCode::NOT_FOUND),
        },
    };
    let look_up = async move |Path(id): Path<String>| match (id.as_str(), owner(&id)) {
        (_, Some(owner)) => Ok(json!({ "owner": owner }).to_string()),
        ("huge", _) => Ok(json!({ "owner": "alice", "x": "y".repeat(100_000) }).to_string()),
        ("html", _) => Ok("<p>alice</p>".to_owned()),
        ("broken", _) => Err(http::StatusCode::INTERNAL_SERVER_ERROR),
        _ => Err(http::StatusCode::NOT_FOUND),
    };
    let list = async || {
        Json(json!({ "items": [
            { "id": 1, "owner": "alice" }, { "id": 2, "owner": "bob" }, { "id": 3 },
        ] }))
    };
    let socket = async |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(async |mut socket| {
            while let Some(Ok(Message::Text(text))) = socket.recv().await {
                socket
                    .send(Message::Text(format!("echo {text}").into()))
                    .await
                    .unwrap();
            }
        })
    };
    let counted = Router::new()
        .route("/accounts/{id}", get(account).fallback(echo))
        .route("/accounts", get(list))
        .route("/socket", any(socket))
        .fallback(echo)
        .layer(axum::middleware::from_fn_with_state(
            reached,
            async |State(reached): State<Arc<AtomicUsize>>,
                   request: axum::extract::Request,
                   next: axum::middleware::Next| {
                reached.fetch_add(1, Ordering::SeqCst);
                next.run(request).await
            },
        ));
    Router::new()
        .route("/internal/owner-of/{id}", get(look_up))
        .merge(counted)
}

/// Says what it was sent; what caches may do is said as the query has it.
async fn echo(
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (HeaderMap, Json<Value>) {
    let mut answered = HeaderMap::new();
    if uri.query() == Some("cached") {
        for (name, value) in [
            ("cache-control", "public, s-maxage=600, max-age=60"),
            ("cdn-cache-control", "max-age=600"),
        ] {
            answered.insert(name, value.parse().unwrap());
        }
    }
    let headers = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    let said = Json(json!({
        "method": method.as_str(), "uri": uri.to_string(),
        "headers": headers.collect::<Vec<_>>(), "body": String::from_utf8_lossy(&body),
    }));
    (answered, said)
}
