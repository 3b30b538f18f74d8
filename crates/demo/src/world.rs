//! The servers, the people and the clients.

mod setting;

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use airside_jose::Algorithm;
use airside_net::{Drain, FetchPolicy, Fetcher, Listener, Server, TrustedProxies};
use airside_oauth::{
    key::{KeyEncryptionKey, entropy::Random, secret::Secret},
    state::{
        event::{Event, EventKind, Origin},
        user::TypedName,
    },
    time::Time,
};
use airside_server::{
    Issuer, Parts,
    clock::{SystemClock, SystemRandom},
};
use airside_store::{Backend, EventQuery};
use airside_store_sql::sqlite::{Options, Sqlite};
use anyhow::{Context, Result};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

pub use self::setting::{BANK_API, BANK_APP, NewClient, SHOP_APP};
use crate::{
    callback::Arrived,
    person::{Person, random_secret},
    tap::Tap,
    wire::WireServer,
};

/// The servers of the demonstration, and their people and clients.
pub struct World {
    pub issuer: String,
    pub bank_url: String,
    pub app_url: String,
    pub alice: Person,
    pub bob: Person,
    pub admin: Person,
    /// The bank's own credential at the issuer.
    pub bank_secret: Secret,
    /// The query that browsers bring to the app.
    pub arrived: Arrived,
    loopback: IpAddr,
    running: Arc<Issuer>,
    store: Arc<dyn Backend>,
    drain: Drain,
    serving: Vec<JoinHandle<()>>,
    directory: TempDir,
}

/// The audit trail of the authorization server. Clones share it.
#[derive(Clone)]
pub struct AuditTrail(Arc<dyn Backend>);

impl AuditTrail {
    /// Returns the events at or after a time, newest first.
    pub async fn since(&self, since: Time) -> Result<Vec<Event>> {
        let query = EventQuery {
            since: Some(since),
            limit: 20,
            ..EventQuery::default()
        };
        Ok(self.0.events(&query).await?)
    }
}

/// The listeners of the bank's API and of the app, which nothing serves yet.
pub struct Doors {
    pub bank: TcpListener,
    pub app: TcpListener,
}

impl World {
    /// Starts the authorization server, with a store that ends with it. Its messages pass through the tap.
    pub async fn start(
        listen: SocketAddr,
        tap: &Tap,
        clients: Vec<NewClient>,
    ) -> Result<(Self, Doors)> {
        let (beside, directory) = (SocketAddr::new(listen.ip(), 0), tempfile::tempdir()?);
        let (listener, issuer) = bind(listen)?;
        let (bank, bank_url) = bind(beside)?;
        let (app, app_url) = bind(beside)?;
        let path = directory.path().join("airside.db");
        let store: Arc<dyn Backend> = Arc::new(Sqlite::open(&path, Options::default())?);

        let bank_secret = random_secret("bank-");
        let mut people = ["alice", "bob", "admin"].map(Person::new);
        let addresses = setting::Addresses {
            issuer: &issuer,
            bank: &bank_url,
            app: &app_url,
        };
        let settings = setting::settings(&addresses, &people, &bank_secret, clients)?;
        let running = Issuer::start(settings, parts(Arc::clone(&store))?).await?;
        for person in &mut people {
            person.subject = subject(store.as_ref(), person.username).await?;
        }
        let [alice, bob, admin] = people;
        let mut world = Self {
            issuer,
            bank_url,
            app_url,
            alice,
            bob,
            admin,
            bank_secret,
            arrived: Arrived::default(),
            loopback: listen.ip(),
            running,
            store,
            drain: Drain::new(),
            serving: Vec::new(),
            directory,
        };
        world.serve_issuer(listener, tap)?;
        Ok((world, Doors { bank, app }))
    }

    fn serve_issuer(&mut self, listener: TcpListener, tap: &Tap) -> Result<()> {
        let (behind, _) = bind(SocketAddr::new(self.loopback, 0))?;
        let passed_on = tap.router(WireServer::Issuer, behind.local_addr()?);
        self.serve(listener, passed_on);
        let (issuer, drain) = (Arc::clone(&self.running), self.drain.clone());
        let running = airside_server::run(issuer, Listener::tcp(behind), drain);
        // a server that stops early is seen by the next request
        self.spawn(async { drop(running.await) });
        Ok(())
    }

    /// Serves a router until the end.
    pub fn serve(&mut self, listener: TcpListener, router: axum::Router) {
        let server = Server::new().listen(Listener::tcp(listener));
        let drain = self.drain.clone();
        self.spawn(async move { server.serve(router, drain).await });
    }

    /// Runs a task that ends when the drain starts.
    pub fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.serving.push(tokio::spawn(task));
    }

    /// The signal to end.
    pub fn drain(&self) -> &Drain {
        &self.drain
    }

    /// The address of everything.
    pub fn loopback(&self) -> IpAddr {
        self.loopback
    }

    /// A directory that is deleted at the end.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Makes a new signing key, which signs at once.
    pub async fn rotate_key(&self) -> Result<String> {
        let (algorithm, origin) = (Algorithm::RS256, Origin::default());
        let rotated = self.running.rotate_key(algorithm, Duration::ZERO, &origin);
        Ok(rotated.await?)
    }

    /// An address at the issuer.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// An address at the bank.
    pub fn bank_at(&self, path: &str) -> String {
        format!("{}{path}", self.bank_url)
    }

    /// Returns the audit trail.
    pub fn audit_trail(&self) -> AuditTrail {
        AuditTrail(Arc::clone(&self.store))
    }

    /// The audit events of a kind, newest first.
    pub async fn events(&self, kind: EventKind) -> Result<Vec<Event>> {
        let query = EventQuery {
            kind: Some(kind),
            limit: 10,
            ..EventQuery::default()
        };
        Ok(self.store.events(&query).await?)
    }

    /// Lets the servers finish what they are doing, and removes the store.
    pub async fn stop(self) -> Result<()> {
        self.drain.start();
        for serving in self.serving {
            serving.await.context("a server did not stop")?;
        }
        drop(self.store);
        Ok(self.directory.close()?)
    }
}

/// Listens on an address, and returns the URL of it.
pub fn bind(address: SocketAddr) -> Result<(TcpListener, String)> {
    let listener = airside_net::bind(address);
    let listener = listener.with_context(|| format!("cannot listen on `{address}`"))?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

fn parts(store: Arc<dyn Backend>) -> Result<Parts> {
    Ok(Parts {
        store,
        kek: KeyEncryptionKey::new(SystemRandom.draw().bytes("key-encryption key")),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        fetcher: Fetcher::new(FetchPolicy::default())?,
        proxies: TrustedProxies::default(),
    })
}

async fn subject(store: &dyn Backend, username: &str) -> Result<String> {
    let user = store.user(&TypedName::parse(username)?).await?;
    let user = user.with_context(|| format!("the account `{username}` is missing"))?;
    Ok(user.id.to_string())
}
