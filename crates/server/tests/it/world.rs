//! A whole issuer over real HTTP, valid by default, with a clock that tests move.

mod app;
mod faulty;

pub use app::{App, Tokens, VERIFIER, basic};

use faulty::Faulty;
use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use airside_jose::Algorithm;
use airside_net::{Drain, FetchPolicy, Fetcher, Listener, Peer, PeerAddress, TrustedProxies};
use airside_oauth::{
    client::{Client, ClientOrigin, client_metadata::ClientMetadata},
    identity_scope::IdentityScopes,
    key::{
        KeyEncryptionKey, Rotation,
        entropy::Random,
        secret::{Digest, Secret},
    },
    profile::{IssuerProfile, Lifetimes, Resource, ResourceSigning},
    state::user::Username,
    time::Time,
};
use airside_server::{
    Issuer, Parts, Settings,
    clock::Clock,
    issuer::{ReloadError, ReloadReport},
    settings::{Mode, Ready, SeedUser, SignInLimits},
};
use airside_store::{Backend, EventQuery};
use airside_store_sql::sqlite::{Options, Sqlite};
use airside_testkit::{Answer, Browser};
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::admin_document::assert_documented;

pub const BANK: &str = "https://bank.example";
pub const SHOP: &str = "https://shop.example";
pub const PASSWORD: &str = "correct horse battery";

/// 2026-01-01T00:00:00Z.
pub const START: i64 = 1_767_225_600_000;

/// The clock of a test.
#[derive(Debug)]
pub struct MockClock(AtomicI64);

impl Clock for MockClock {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Randomness that is the same in every run.
struct Seeded(AtomicU64);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let n = self.0.fetch_add(1, Ordering::SeqCst);
            let digest = Digest::of(&n.to_be_bytes());
            chunk.copy_from_slice(&digest.as_bytes()[..chunk.len()]);
        }
    }
}

/// An issuer that serves on a loopback port until it is dropped.
pub struct World {
    pub issuer: Arc<Issuer>,
    pub url: String,
    pub clock: Arc<MockClock>,
    pub store: Arc<dyn Backend>,
    /// While set, the store answers nothing.
    pub failing: Arc<AtomicBool>,
    /// While set, the store writes nothing.
    pub read_only: Arc<AtomicBool>,
    /// How long writes seem to wait in the store.
    pub delay_ms: Arc<AtomicU64>,
    drain: Drain,
    running: tokio::task::JoinHandle<()>,
    directory: tempfile::TempDir,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.drain.start();
    }
}

/// What a test wants different.
#[derive(Default)]
pub struct Setting {
    pub clients: Vec<Value>,
    pub resources: Vec<Resource>,
    pub lifetimes: Lifetimes,
    pub sign_in: SignInLimits,
    pub ready: Ready,
    pub path: &'static str,
    /// The issuer's name, if it is not the address it listens on.
    pub issuer: Option<&'static str>,
    /// Whether the admin API is on the network.
    pub admin_api: bool,
    /// Whether there is no account yet.
    pub nobody: bool,
    /// Whose word about a caller counts.
    pub trusted_proxies: &'static [&'static str],
    /// Whether answers say no more than they do in production.
    pub production: bool,
    /// The algorithms that keys are kept for, if not RS256, ES256 and EdDSA.
    pub algorithms: Option<Vec<Algorithm>>,
    /// Usual clients that are missing.
    pub without: &'static [&'static str],
    /// A usual API that is missing.
    pub without_api: Option<&'static str>,
    /// Identity scopes beside those that are built in.
    pub scopes: IdentityScopes,
    /// Whether a deletion of old rows never ends.
    pub sweep_hangs: bool,
}

impl World {
    /// The usual clients: `spa` (public), `web` (confidential), `billing` (a machine), `bank-api`
    /// (the bank's resource server); secrets are `NAME-secret`. The usual people: alice, bob.
    pub async fn new() -> Self {
        Self::with(Setting::default()).await
    }

    /// The same, and with what `setting` says.
    pub async fn with(setting: Setting) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path: PathBuf = directory.path().join("airside.db");
        let store = Arc::new(Sqlite::open(&path, Options::default()).unwrap());
        let failing = Arc::new(AtomicBool::new(false));
        let read_only = Arc::new(AtomicBool::new(false));
        let delay_ms = Arc::new(AtomicU64::new(0));
        let faulty = Faulty {
            store,
            failing: Arc::clone(&failing),
            read_only: Arc::clone(&read_only),
            delay_ms: Arc::clone(&delay_ms),
            sweep_hangs: setting.sweep_hangs,
        };
        let store: Arc<dyn Backend> = Arc::new(faulty);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}{}", listener.local_addr().unwrap(), setting.path);
        let clock = Arc::new(MockClock(AtomicI64::new(START)));
        let issuer = node(&url, setting, (&store, &clock), 1).await;
        let drain = Drain::new();
        let running = serve(&issuer, listener, &drain);
        Self {
            issuer,
            url,
            clock,
            store,
            failing,
            read_only,
            delay_ms,
            drain,
            running,
            directory,
        }
    }

    /// Stops the server, and starts it again on the same store with another configuration.
    pub async fn restart(&mut self, setting: Setting) {
        self.drain.start();
        (&mut self.running).await.unwrap();
        self.issuer = self.node(setting).await;
        self.drain = Drain::new();
        let address = self.url.trim_start_matches("http://").to_owned();
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        self.running = serve(&self.issuer, listener, &self.drain);
    }

    /// Takes over another configuration, as SIGHUP does.
    pub async fn reload(&self, setting: Setting) -> Result<ReloadReport, ReloadError> {
        let settings = settings(&self.url, setting);
        self.issuer.reload(settings.into()).await
    }

    /// Another node of the same issuer on the same store, which nobody asks anything.
    pub async fn node(&self, setting: Setting) -> Arc<Issuer> {
        static STARTS: AtomicU64 = AtomicU64::new(1);
        let seed = STARTS.fetch_add(1, Ordering::SeqCst) << 32;
        node(&self.url, setting, (&self.store, &self.clock), seed).await
    }

    /// What the jobs do every now and then.
    pub async fn housekeeping(&self) {
        self.issuer.refresh_keys().await.unwrap();
        let longest = self.issuer.longest().await.unwrap();
        self.store.sweep(longest, 1_000).await.unwrap();
    }

    /// An endpoint's address.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Lets time pass.
    pub fn advance(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Sets the clock back.
    pub fn set_back(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.clock.0.fetch_sub(millis, Ordering::SeqCst);
    }

    /// Sets the clock.
    pub fn set(&self, time: Time) {
        self.clock.0.store(time.as_millis(), Ordering::SeqCst);
    }

    /// An app that uses the client `client_id`, with a browser of its own.
    pub fn app(&self, client_id: &str) -> App<'_> {
        App::new(self, client_id)
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new()
    }

    /// Asks the admin API, as the owner of the data directory.
    pub async fn admin(&self, method: &str, path: &str, body: Value) -> Answer {
        self.admin_of(&self.issuer, method, path, body).await
    }

    /// Asks the admin API of one node, as the owner of its data directory.
    pub async fn admin_of(
        &self,
        issuer: &Arc<Issuer>,
        method: &str,
        path: &str,
        body: Value,
    ) -> Answer {
        let address = PeerAddress::Unix { uid: Some(0) };
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/admin/v1{path}"))
            .extension(Peer {
                address,
                tls: false,
            })
            .body(Body::from(body.to_string()))
            .unwrap();
        let router = airside_server::admin::router(issuer, self.drain.clone(), 0).unwrap();
        let (head, body) = router.oneshot(request).await.unwrap().into_parts();
        let answer = Answer::new(head, body.collect().await.unwrap().to_bytes());
        assert_documented(method, path, &answer);
        answer
    }

    /// Another connection to the database.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.directory.path().join("airside.db")).unwrap()
    }

    /// Everything that is on the disk.
    pub fn files(&self) -> Vec<u8> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap();
        entries
            .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
            .collect()
    }

    /// Every event so far, oldest first, as `kind client detail`.
    pub async fn events(&self) -> Vec<String> {
        self.issuer
            .audit_buffer
            .flush(self.store.as_ref())
            .await
            .unwrap();
        let query = EventQuery {
            limit: 1_000,
            ..EventQuery::default()
        };
        let events = self.store.events(&query).await.unwrap();
        events
            .iter()
            .rev()
            .map(|event| event.kind.as_str().to_owned())
            .collect()
    }
}

async fn node(
    url: &str,
    setting: Setting,
    (store, clock): (&Arc<dyn Backend>, &Arc<MockClock>),
    seed: u64,
) -> Arc<Issuer> {
    let proxies = setting.trusted_proxies.iter();
    let proxies: Vec<_> = proxies.map(|proxy| (*proxy).to_owned()).collect();
    let proxies = TrustedProxies::parse(&proxies).unwrap();
    let policy = FetchPolicy {
        allow_loopback_http: true,
        ..FetchPolicy::default()
    };
    let parts = Parts {
        store: Arc::clone(store),
        kek: KeyEncryptionKey::new([7; 32]),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        random: Arc::new(Seeded(AtomicU64::new(seed))),
        fetcher: Fetcher::new(policy).unwrap(),
        proxies,
    };
    Issuer::start(settings(url, setting), parts).await.unwrap()
}

fn serve(
    issuer: &Arc<Issuer>,
    listener: tokio::net::TcpListener,
    drain: &Drain,
) -> tokio::task::JoinHandle<()> {
    let listener = Listener::tcp(listener);
    let running = airside_server::run(Arc::clone(issuer), listener, None, drain.clone());
    tokio::spawn(async { running.await.unwrap() })
}

fn settings(url: &str, setting: Setting) -> Settings {
    let resource = |identifier: &str, scopes: &str| Resource {
        identifier: identifier.to_owned(),
        scopes: scopes.parse().unwrap(),
        signing: ResourceSigning::Asymmetric(Algorithm::ES256),
        claims: airside_oauth::token::released_claim::ReleasedClaims::default(),
    };
    let issuer = setting.issuer.unwrap_or(url).to_owned();
    let admin_api = Resource::admin_api(&issuer, Algorithm::RS256);
    let profile = IssuerProfile {
        issuer,
        lifetimes: setting.lifetimes,
        resources: [
            resource(BANK, "accounts:read accounts:write"),
            resource(SHOP, "orders:read"),
        ]
        .into_iter()
        .chain(setting.resources)
        .chain(setting.admin_api.then_some(admin_api))
        .filter(|api| setting.without_api != Some(&api.identifier))
        .collect(),
        scopes: setting.scopes.clone(),
    };
    let replaced = |id: &Value| setting.clients.iter().any(|more| more["client_id"] == *id);
    let missing = |id: &Value| id.as_str().is_some_and(|id| setting.without.contains(&id));
    let usual = usual_clients();
    let usual = usual.iter().filter(|usual| {
        let id = &usual["client_id"];
        !replaced(id) && !missing(id)
    });
    let mut clients: Vec<Client> = usual.map(|usual| client(&profile, usual)).collect();
    for more in &setting.clients {
        let more = client(&profile, more);
        clients.retain(|client| client.client_id != more.client_id);
        clients.push(more);
    }
    let users = if setting.nobody {
        Vec::new()
    } else {
        vec![person("alice"), person("bob")]
    };
    Settings {
        profile,
        clients,
        users,
        // RSA keys take long to make in a debug build; RS256 has tests of its own
        algorithms: setting
            .algorithms
            .unwrap_or_else(|| vec![Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA]),
        rotation: Rotation {
            interval: Duration::from_secs(30 * 24 * 60 * 60),
            publish_ahead: Duration::from_secs(24 * 60 * 60),
        },
        sign_in: setting.sign_in,
        ready: setting.ready,
        mode: if setting.production {
            Mode::Production
        } else {
            Mode::Development
        },
    }
}

fn usual_clients() -> [Value; 4] {
    let scope = "openid profile email offline_access accounts:read accounts:write orders:read";
    [
        json!({
            "client_id": "spa", "client_name": "Bank", "token_endpoint_auth_method": "none",
            "redirect_uris": ["https://app.example/cb"],
            "grant_types": ["authorization_code", "refresh_token"], "scope": scope,
            "id_token_signed_response_alg": "ES256",
        }),
        json!({
            "client_id": "web", "token_endpoint_auth_method": "client_secret_basic",
            "redirect_uris": ["https://web.example/cb"],
            "grant_types": ["authorization_code", "refresh_token"], "scope": scope,
        }),
        json!({
            "client_id": "billing", "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["client_credentials"], "scope": "accounts:read accounts:write",
        }),
        json!({
            "client_id": "bank-api", "token_endpoint_auth_method": "client_secret_basic",
            "resource_server_for": [BANK],
        }),
    ]
}

/// A client of the configuration; its secret is `NAME-secret` if its method needs one.
fn client(profile: &IssuerProfile, metadata: &Value) -> Client {
    let metadata: ClientMetadata = serde_json::from_value(metadata.clone()).unwrap();
    let name = metadata.client_id.clone().unwrap();
    let with_secret = metadata.auth_method().as_str().starts_with("client_secret");
    let secrets = if with_secret {
        vec![Digest::of(secret_of(&name).as_bytes())]
    } else {
        vec![]
    };
    metadata
        .validate(profile, secrets, ClientOrigin::Configuration, 0)
        .unwrap()
}

/// The secret of a client of [`World`].
pub fn secret_of(client_id: &str) -> String {
    format!("{client_id}-secret")
}

fn person(name: &str) -> SeedUser {
    let claims = json!({ "name": format!("{name} Example"), "email": format!("{name}@example.com"), "email_verified": true });
    SeedUser {
        username: Username::parse(name).unwrap(),
        password: Secret::new(PASSWORD),
        roles: vec!["customer".parse().unwrap()],
        administrator: false,
        claims: claims.as_object().unwrap().clone(),
    }
}
