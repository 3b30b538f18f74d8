//! A whole issuer over real HTTP, valid by default, with a clock that tests move.

mod app;
mod faulty;
mod input;
mod operator;
mod setting;

pub use app::{App, Tokens, VERIFIER, basic};
pub use input::MockClock;
pub use setting::{Setting, secret_of};

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use airside_net::{Drain, FetchPolicy, Fetcher, Listener, TrustedProxies};
use airside_oauth::{key::KeyEncryptionKey, time::Time};
use airside_server::{
    Issuer, Parts,
    clock::Clock,
    issuer::{ReloadError, ReloadReport},
};
use airside_store::Backend;
use airside_store_sql::sqlite::{Options, Sqlite};
use airside_testkit::Browser;
use faulty::{Faulty, Gate};
use serde_json::Value;

use self::{input::Seeded, setting::settings};

pub const BANK: &str = "https://bank.example";
pub const SHOP: &str = "https://shop.example";
pub const PASSWORD: &str = "correct horse battery";

/// 2026-01-01T00:00:00Z.
pub const START: i64 = 1_767_225_600_000;

/// An issuer that serves on a loopback port until it is dropped.
pub struct World {
    pub issuer: Arc<Issuer>,
    pub url: String,
    pub clock: Arc<MockClock>,
    pub store: Arc<dyn Backend>,
    /// The store without faults.
    sound: Arc<dyn Backend>,
    /// While set, the store answers nothing.
    pub failing: Arc<AtomicBool>,
    /// While set, the store writes nothing.
    pub read_only: Arc<AtomicBool>,
    /// The time for which writes seem to wait in the store.
    pub delay_ms: Arc<AtomicU64>,
    /// The gate at which the commits wait that end the tokens of a person or a client.
    pub gate: Arc<Gate>,
    /// The number of times that the store was asked or written to for requests.
    pub asked: Arc<AtomicU64>,
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

impl World {
    /// The usual clients: `spa` (public), `web` (confidential), `billing` (a machine), `bank-api`
    /// (the bank's resource server); secrets are `NAME-secret`. The usual people: alice, bob.
    pub async fn new() -> Self {
        Self::with(Setting::default()).await
    }

    /// The same, with these clients beside the usual ones.
    pub async fn with_clients(clients: impl Into<Vec<Value>>) -> Self {
        Self::with(Setting {
            clients: clients.into(),
            ..Setting::default()
        })
        .await
    }

    /// The same, and with what `setting` says.
    pub async fn with(setting: Setting) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path: PathBuf = directory.path().join("airside.db");
        let sound: Arc<dyn Backend> = Arc::new(Sqlite::open(&path, Options::default()).unwrap());
        let failing = Arc::new(AtomicBool::new(false));
        let read_only = Arc::new(AtomicBool::new(false));
        let delay_ms = Arc::new(AtomicU64::new(0));
        let gate = Arc::<Gate>::default();
        let asked = Arc::new(AtomicU64::new(0));
        let faulty = Faulty {
            store: Arc::clone(&sound),
            failing: Arc::clone(&failing),
            read_only: Arc::clone(&read_only),
            delay_ms: Arc::clone(&delay_ms),
            sweep_hangs: setting.sweep_hangs,
            holds_logouts: setting.holds_logouts,
            gate: Arc::clone(&gate),
            asked: Arc::clone(&asked),
        };
        let store: Arc<dyn Backend> = Arc::new(faulty);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}{}", listener.local_addr().unwrap(), setting.path);
        let clock = Arc::new(MockClock::at(START));
        let issuer = node(&url, setting, (&store, &clock), 1).await;
        let drain = Drain::new();
        let running = serve(&issuer, listener, &drain);
        Self {
            issuer,
            url,
            clock,
            store,
            sound,
            failing,
            read_only,
            delay_ms,
            gate,
            asked,
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

    /// A node on the same store that delivers logout tokens when it is told to, and only then.
    pub async fn deliverer(&self, setting: Setting) -> Arc<Issuer> {
        static STARTS: AtomicU64 = AtomicU64::new(1 << 16);
        let seed = STARTS.fetch_add(1, Ordering::SeqCst) << 32;
        node(&self.url, setting, (&self.sound, &self.clock), seed).await
    }

    /// Does what the jobs do every now and then.
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
        self.clock.add(millis);
    }

    /// Sets the clock back.
    pub fn set_back(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.clock.add(-millis);
    }

    /// Sets the clock.
    pub fn set(&self, time: Time) {
        self.clock.set(time);
    }

    /// An app that uses the client `client_id`, with a browser of its own.
    pub fn app(&self, client_id: &str) -> App<'_> {
        App::new(self, client_id)
    }

    /// An access token of the machine `billing`.
    pub async fn machine_token(&self) -> String {
        let fields = [
            ("grant_type", "client_credentials"),
            ("scope", "accounts:read"),
        ];
        let answer = self.app("billing").token(&fields).await;
        answer.member("access_token")
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new()
    }
}

fn proxies(setting: &Setting) -> TrustedProxies {
    let proxies = setting.trusted_proxies.iter();
    let proxies: Vec<_> = proxies.map(|proxy| (*proxy).to_owned()).collect();
    TrustedProxies::parse(&proxies).unwrap()
}

fn fetcher(setting: &Setting) -> Fetcher {
    let usual = FetchPolicy::default();
    let policy = FetchPolicy {
        allow_loopback_http: true,
        timeout: setting.fetch_timeout.unwrap_or(usual.timeout),
        ..usual
    };
    Fetcher::new(policy).unwrap()
}

async fn node(
    url: &str,
    setting: Setting,
    (store, clock): (&Arc<dyn Backend>, &Arc<MockClock>),
    seed: u64,
) -> Arc<Issuer> {
    let parts = Parts {
        store: Arc::clone(store),
        kek: KeyEncryptionKey::new([7; 32]),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        random: Arc::new(Seeded::new(seed)),
        fetcher: fetcher(&setting),
        proxies: proxies(&setting),
    };
    Issuer::start(settings(url, setting), parts).await.unwrap()
}

fn serve(
    issuer: &Arc<Issuer>,
    listener: tokio::net::TcpListener,
    drain: &Drain,
) -> tokio::task::JoinHandle<()> {
    let listener = Listener::tcp(listener);
    let running = airside_server::run(Arc::clone(issuer), listener, drain.clone());
    tokio::spawn(async { running.await.unwrap() })
}
