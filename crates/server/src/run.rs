//! Serving an issuer: its public listener, its administration socket, its jobs and its metrics.

use std::{io, net::Ipv4Addr, sync::Arc, time::Duration};

use airside_net::{Drain, Listener, Server};
use axum::{Router, routing::get};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::{
    admin::{self, AdminSetUpError},
    endpoint::health,
    issuer::Issuer,
    job, observe, route,
};

/// The routes of an issuer, made before the first request needs them.
#[derive(Debug)]
pub struct PreparedServer {
    issuer: Arc<Issuer>,
    router: Router,
    /// The admin API of the socket.
    administration: Option<Router>,
    drain: Drain,
}

impl PreparedServer {
    /// Makes the routes, which takes a millisecond.
    ///
    /// `owner` is the user id that may administer over a Unix socket, beside root.
    ///
    /// # Errors
    ///
    /// [`AdminSetUpError`] if the admin API cannot be set up.
    pub fn new(
        issuer: Arc<Issuer>,
        owner: Option<u32>,
        drain: Drain,
    ) -> Result<Self, AdminSetUpError> {
        let administration = owner.map(|owner| admin::router(&issuer, drain.clone(), owner));
        Ok(Self {
            router: route::router(&issuer, drain.clone())?,
            administration: administration.transpose()?,
            issuer,
            drain,
        })
    }

    /// Serves until the drain has finished; `administration` is a bound Unix socket.
    pub async fn run(self, public: Listener, administration: Option<Listener>) {
        let drain = self.drain;
        let jobs = job::run(Arc::clone(&self.issuer), drain.clone());
        let server = Server::new()
            .trusting(self.issuer.proxies.clone())
            .on_rejected(observe::rejected);
        let serving = server.listen(public).serve(self.router, drain.clone());
        let administering = async {
            if let (Some(listener), Some(router)) = (administration, self.administration) {
                let server = Server::new().listen(listener);
                server.serve(router, drain.clone()).await;
            }
        };
        tokio::join!(jobs, serving, administering);
        job::flush_audit_events(&self.issuer, &drain).await;
    }
}

/// Serves the issuer without an administration socket until `drain` has finished.
///
/// # Errors
///
/// [`AdminSetUpError`] before anything is served.
pub async fn run(
    issuer: Arc<Issuer>,
    public: Listener,
    drain: Drain,
) -> Result<(), AdminSetUpError> {
    let prepared = PreparedServer::new(issuer, None, drain)?;
    prepared.run(public, None).await;
    Ok(())
}

/// Answers one request of its own, over a loopback port that is open for this long: what only the first
/// connection of a process costs is paid then, beside the rest of a start, and not by the first caller.
///
/// Gives up after a second.
pub async fn serve_once() {
    let served = timeout(PATIENCE, try_to_serve_once()).await;
    if let Err(error) = served.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
        tracing::debug!(%error, "no request was served before the start");
    }
}

async fn try_to_serve_once() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let drain = Drain::new();
    let router = Router::new().route("/", get(health::live));
    let serving = Server::new().listen(Listener::tcp(listener));
    let asking = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        stream.read_to_end(&mut Vec::new()).await
    };
    let asked = async {
        let asked = asking.await;
        drain.start();
        asked
    };
    let (asked, ()) = tokio::join!(asked, serving.serve(router, drain.clone()));
    asked.map(drop)
}

/// Answers `/metrics` to every caller of `listener`, until `drain` has finished.
pub async fn serve_metrics(issuer: Arc<Issuer>, listener: Listener, drain: Drain) {
    let router = Router::new()
        .route("/metrics", get(health::scraped))
        .with_state(issuer);
    Server::new().listen(listener).serve(router, drain).await;
}

/// The time for a request that the process makes itself.
const PATIENCE: Duration = Duration::from_secs(1);
