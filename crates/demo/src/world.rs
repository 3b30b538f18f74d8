//! The servers, the people and the clients.

mod setting;

use std::{net::SocketAddr, sync::Arc};

use airside_net::{Drain, FetchPolicy, Fetcher, Listener, Server, TrustedProxies};
use airside_oauth::{
    key::{KeyEncryptionKey, entropy::Random, secret::Secret},
    state::{
        event::{Event, EventKind},
        user::TypedName,
    },
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

pub use self::setting::{BANK_APP, SHOP, SHOP_APP};
use crate::{
    bank::Bank,
    callback::{self, Arrived},
    person::{Person, random_secret},
};

/// The servers of the demonstration, and their people and clients.
pub struct World {
    pub issuer: String,
    pub bank_url: String,
    pub app_url: String,
    pub bank: Bank,
    pub alice: Person,
    pub bob: Person,
    pub admin: Person,
    /// The bank's own credential at the issuer.
    pub bank_secret: Secret,
    /// The query that browsers bring to the app.
    pub arrived: Arrived,
    store: Arc<dyn Backend>,
    drain: Drain,
    serving: Vec<JoinHandle<()>>,
    directory: TempDir,
}

impl World {
    /// Starts the three servers on loopback ports, with a store that ends with them.
    pub async fn start(listen: SocketAddr) -> Result<Self> {
        let (beside, directory) = (SocketAddr::new(listen.ip(), 0), tempfile::tempdir()?);
        let (listener, issuer) = bind(listen)?;
        let (bank_listener, bank_url) = bind(beside)?;
        let (app_listener, app_url) = bind(beside)?;
        let path = directory.path().join("airside.db");
        let store: Arc<dyn Backend> = Arc::new(Sqlite::open(&path, Options::default())?);

        let bank_secret = random_secret("bank-");
        let mut people = ["alice", "bob", "admin"].map(Person::new);
        let addresses = setting::Addresses {
            issuer: &issuer,
            bank: &bank_url,
            app: &app_url,
        };
        let settings = setting::settings(&addresses, &people, &bank_secret)?;
        let running = Issuer::start(settings, parts(Arc::clone(&store))?).await?;
        for person in &mut people {
            person.subject = subject(store.as_ref(), person.username).await?;
        }
        let [alice, bob, admin] = people;
        let bank = Bank::open(&issuer, &bank_url, (&alice, &bob))?;

        let (drain, arrived) = (Drain::new(), Arrived::default());
        let running = airside_server::run(running, Listener::tcp(listener), None, drain.clone());
        // a server that stops early is seen by the next request
        let authorization = async { drop(running.await) };
        let serving = vec![
            tokio::spawn(authorization),
            tokio::spawn(serve(bank_listener, bank.router(), drain.clone())),
            tokio::spawn(serve(
                app_listener,
                callback::router(arrived.clone()),
                drain.clone(),
            )),
        ];
        Ok(Self {
            issuer,
            bank_url,
            app_url,
            bank,
            alice,
            bob,
            admin,
            bank_secret,
            arrived,
            store,
            drain,
            serving,
            directory,
        })
    }

    /// An address at the issuer.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// An address at the bank.
    pub fn bank_at(&self, path: &str) -> String {
        format!("{}{path}", self.bank_url)
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

fn bind(address: SocketAddr) -> Result<(TcpListener, String)> {
    let listener = airside_net::bind(address);
    let listener = listener.with_context(|| format!("cannot listen on `{address}`"))?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

async fn serve(listener: TcpListener, router: axum::Router, drain: Drain) {
    let server = Server::new().listen(Listener::tcp(listener));
    server.serve(router, drain).await;
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
