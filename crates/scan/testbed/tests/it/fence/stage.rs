//! A testbed behind a guard, the issuer of its tokens, and the scan through it.

use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use airside_guard::{Configuration, Running, run::Listeners};
use airside_jose::{Algorithm, JwkSet, Signer, SigningKey, Typ};
use airside_net::{Client, Drain};
use airside_scan::{
    Settings,
    document::{self, Api, DeclaredToken},
    identity::{Credential, NamedIdentity, Recipe, Secret},
    probe::{BaseUrl, Limits},
    report::model::Report,
};
use airside_scan_testbed::{Clock, Conditions, Holes, Testbed, Variant};
use axum::{Router, extract::Request, middleware::map_request, routing::get};
use http::{HeaderValue, header::CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const AUDIENCE: &str = "https://shop.example";

/// Names, roles and tenants.
const PEOPLE: [(&str, &str, &str); 4] = [
    ("alice", "customer", "north"),
    ("carol", "customer", "south"),
    ("sam", "support", "north"),
    ("adam", "admin", "north"),
];

pub struct Fence {
    upstream: String,
    /// The API for owner look-ups, which come without a token.
    internal: String,
    issuer: String,
    guard: String,
    signer: Signer,
    running: Arc<Running>,
    directory: tempfile::TempDir,
    drain: Drain,
}

impl Drop for Fence {
    fn drop(&mut self) {
        self.drain.start();
    }
}

impl Fence {
    /// A guard that lets everybody with a token do everything.
    pub async fn before(holes: Holes) -> Self {
        let conditions = Conditions {
            is_behind_guard: true,
            ..Conditions::default()
        };
        let clock = Clock::stepped(Duration::from_millis(100));
        let testbed = Testbed::under(holes, clock, conditions).unwrap();
        let upstream = serve(testbed.router()).await;
        let internal = serve(testbed.router().layer(map_request(as_itself))).await;
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let keys = json!(JwkSet {
            keys: vec![key.public_jwk("1")]
        });
        let issuer = serve_issuer(keys).await;
        let directory = tempfile::tempdir().unwrap();
        let drain = Drain::new();
        let file = directory.path().join("guard.toml");
        fs::write(&file, configuration(&upstream, &issuer, "")).unwrap();
        let configuration = Configuration::read(&file, &|_| None).unwrap();
        let listeners = Listeners::bind(&configuration).await.unwrap();
        let running = Arc::new(Running::new(configuration, drain.clone()).unwrap());
        let guard = format!("http://{}", listeners.address().unwrap());
        tokio::spawn(Arc::clone(&running).serve(listeners));
        Self {
            upstream,
            internal,
            issuer,
            guard,
            signer: Signer::new(key, "1"),
            running,
            directory,
            drain,
        }
    }

    /// Adds suggested rules to the guard's; the look-ups get the address that a remark in them asks for.
    pub fn close(&self, rules: &str) {
        let rules = rules.replace(
            &format!("lookup = \"{}", self.guard),
            &format!("lookup = \"{}", self.internal),
        );
        let file = self.directory.path().join("guard.toml");
        fs::write(&file, configuration(&self.upstream, &self.issuer, &rules)).unwrap();
        let configuration = Configuration::read(&file, &|_| None).unwrap();
        self.running.replace(configuration).unwrap();
    }

    /// Scans the API through the guard.
    pub async fn scan(&self) -> Report {
        let identities = PEOPLE.map(|(name, role, tenant)| NamedIdentity {
            name: name.to_owned(),
            role: Some(role.to_owned()),
            tenant: Some(tenant.to_owned()),
            credential: Credential::Token(Secret::new(self.token(name, role))),
        });
        let report = airside_scan::run(Settings {
            api: api(),
            base: BaseUrl::parse(&self.guard, &[]).unwrap(),
            identities: identities.into(),
            recipe: Recipe::default(),
            presentation: None,
            limits: Limits::default(),
            allow_writes: true,
            concurrency: 1,
            seed: 7,
            client: Client::new().unwrap(),
            now: || 0,
            interrupt: Arc::new(AtomicBool::new(false)),
            progress: Box::new(|_| ()),
        });
        report.await.unwrap()
    }

    /// Sends a request through the guard: the status and the body of the answer.
    pub async fn call(&self, who: &str, request: &str, body: &Value) -> (u16, Value) {
        let (method, path) = request.split_once(' ').unwrap();
        let (_, role, _) = PEOPLE.iter().find(|(name, ..)| *name == who).unwrap();
        let token = self.token(who, role);
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.guard))
            .header("authorization", format!("Bearer {token}"));
        let mut text = String::new();
        if !body.is_null() {
            request = request.header("content-type", "application/json");
            text = body.to_string();
        }
        let request = request.body(bytes::Bytes::from(text).into()).unwrap();
        let answer = Client::new().unwrap().send(request).await.unwrap();
        let body = serde_json::from_slice(answer.body()).unwrap_or_default();
        (answer.status().as_u16(), body)
    }

    fn token(&self, subject: &str, role: &str) -> String {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let claims = json!({
            "iss": self.issuer, "aud": AUDIENCE, "sub": subject, "client_id": "shop", "jti": subject,
            "iat": now, "exp": now + 900, "scope": "shop", "roles": [role],
        });
        let payload = serde_json::to_vec(&claims).unwrap();
        self.signer
            .sign_compact(Typ::AccessToken, &payload)
            .unwrap()
    }
}

fn api() -> Api {
    let document: Value = serde_json::from_str(&Variant::Json.text()).unwrap();
    let files = [("openapi".to_owned(), Ok(document))].into();
    document::read("openapi", &files).unwrap()
}

/// Writes `guard.toml`: these rules, and for each other operation that everybody may do everything.
fn configuration(upstream: &str, issuer: &str, rules: &str) -> String {
    let mut operations = BTreeMap::new();
    for operation in api().operations {
        let name = operation.name();
        if !rules.contains(&format!("match = \"{name}\"\n")) {
            let may = match (operation.declared.token, operation.path.contains('{')) {
                (DeclaredToken::Public, _) => "public = \"as the document says\"",
                (_, true) => "any_token = true\nany_object = true",
                (_, false) => "any_token = true",
            };
            let rule = format!("\n[[operation]]\nmatch = \"{name}\"\n{may}\n");
            operations.insert(name, rule);
        }
    }
    let others: String = operations.into_values().collect();
    format!(
        "listen = \"127.0.0.1:0\"\nupstream = \"{upstream}\"\nissuer = \"{issuer}\"\naudience = \"{AUDIENCE}\"\n{rules}{others}"
    )
}

/// Gives a request the name that the guard has at the API.
async fn as_itself(mut request: Request) -> Request {
    let name = HeaderValue::from_static("guard");
    request.headers_mut().insert("airside-subject", name);
    request
}

async fn serve_issuer(keys: Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let metadata = json!({ "issuer": url, "jwks_uri": format!("{url}/jwks") });
    let answer = |value: Value| {
        let text = value.to_string();
        get(async move || ([(CONTENT_TYPE, "application/json")], text))
    };
    let router = Router::new()
        .route("/.well-known/oauth-authorization-server", answer(metadata))
        .route("/jwks", answer(keys));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}
