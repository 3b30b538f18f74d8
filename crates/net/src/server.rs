//! The accept loop, its limits and timeouts.

mod activity;
mod address_slot;
mod answer;
mod body;
mod connection;
mod frames;
mod framing;
mod hpack;
mod linger;
mod listener;
mod log_throttle;
mod open;
mod piece;
mod preface;
mod rejected;
mod upgrade;
mod wait;
mod watched_io;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Body;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{sleep, timeout},
};

use self::{
    address_slot::Addresses, connection::Connection, listener::Stream, log_throttle::LogThrottle,
    open::OpenConnections, rejected::OnRejected,
};
pub use self::{
    body::{RequestBody, TooSlow, answer_when_read},
    listener::Listener,
    rejected::RejectedRequest,
    upgrade::{CloseReason, CloseSignal},
};
use crate::{Drain, TrustedProxies, Workers};

/// An error of a service or a body, boxed.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The other end of a connection; every request carries it in its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The peer of the connection.
    pub address: PeerAddress,
    /// True if the connection is encrypted here, not at a proxy.
    pub tls: bool,
}

impl Peer {
    /// Returns the IP address, or `None` over a Unix socket.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self.address {
            PeerAddress::Tcp(address) => Some(address.ip().to_canonical()),
            PeerAddress::Unix { .. } => None,
        }
    }
}

/// The peer of a connection. A new kind of peer must break every access decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerAddress {
    /// A TCP connection.
    Tcp(SocketAddr),
    /// A Unix socket, with the user id the system reports for the other process.
    Unix {
        /// The user id; `None` if the system does not say.
        uid: Option<u32>,
    },
}

/// The limits of one server; the default is meant for production.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at the same time; at the limit those that only wait make room for new ones, the
    /// longest waiting first: the idle, then those that wait for their peer alone. If there is none,
    /// the new ones wait. 10 000.
    pub connections: usize,
    /// Connections of one address at the same time (IPv6: of one /64), loopback, load balancers and
    /// [`Server::trusting`] excepted. 1 000.
    pub connections_per_address: usize,
    /// Time for a TLS handshake. 5 seconds.
    pub handshake_timeout: Duration,
    /// Time from the first byte of a request (of a connection, for the first one) to the end of its
    /// header. 10 seconds.
    pub header_timeout: Duration,
    /// Time a connection may stay open without a request. 60 seconds.
    pub idle_timeout: Duration,
    /// Time a peer may refuse to take any byte of an answer, or open no window for it. 30 seconds.
    pub write_timeout: Duration,
    /// Size of a request's header, 8 KiB at least; beyond it the answer is 431. 16 KiB.
    pub header_size_bytes: usize,
    /// Number of header lines; beyond it the answer is 431. 64.
    pub headers: usize,
    /// Streams of one HTTP/2 connection at the same time. 128.
    pub streams: u32,
}

impl Limits {
    /// The default limits of a server each of whose connections takes another one, to an upstream: no
    /// more connections than the process has descriptors for both.
    #[must_use]
    #[cfg(unix)]
    pub fn of_a_proxy() -> Self {
        use rustix::process::{Resource, getrlimit};
        let limits = Self::default();
        let descriptors = getrlimit(Resource::Nofile).current;
        let descriptors = descriptors.map_or(usize::MAX, |count| {
            usize::try_from(count).unwrap_or(usize::MAX)
        });
        // in half: one for the caller, one for the upstream
        let pairs = descriptors.saturating_sub(OTHER_DESCRIPTORS) / 2;
        Self {
            connections: limits.connections.min(pairs.max(1)),
            ..limits
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_address: 1_000,
            handshake_timeout: Duration::from_secs(5),
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            header_size_bytes: 16 * 1024,
            headers: 64,
            streams: 128,
        }
    }
}

/// Serves HTTP/1.1 and HTTP/2 on any number of listeners.
#[derive(Debug, Default)]
pub struct Server {
    listeners: Vec<Listener>,
    limits: Limits,
    proxies: TrustedProxies,
    workers: Option<Workers>,
    on_rejected: OnRejected,
}

impl Server {
    /// Makes a server without listeners and with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a bound listener.
    #[must_use]
    pub fn listen(mut self, listener: Listener) -> Self {
        self.listeners.push(listener);
        self
    }

    /// Serves each connection on one of these threads, instead of on any thread of the runtime.
    #[must_use]
    pub fn workers(mut self, workers: Workers) -> Self {
        self.workers = Some(workers);
        self
    }

    /// Lets these proxies have any number of connections: they bring those of many.
    #[must_use]
    pub fn trusting(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// Calls `hook` for each request that is answered without a service: for a log, or a counter.
    #[must_use]
    pub fn on_rejected(mut self, hook: impl Fn(&RejectedRequest) + Send + Sync + 'static) -> Self {
        self.on_rejected = OnRejected::new(hook);
        self
    }

    /// Replaces the limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Answers requests with `service` (an axum `Router`, for example) until `drain` has finished.
    ///
    /// A request's body is a [`RequestBody`], which bounds how slowly it may arrive.
    ///
    /// Returns when every connection has closed, at the latest [`Drain::grace`] after the start of
    /// the drain; what is still open then is cut. Errors of one connection never end the loop.
    pub async fn serve<S, B>(self, service: S, drain: Drain)
    where
        S: tower::Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        let shared = Arc::new(Shared {
            permits: Arc::new(Semaphore::new(
                self.limits.connections.min(Semaphore::MAX_PERMITS),
            )),
            addresses: Addresses::new(self.limits.connections_per_address, self.proxies),
            open: OpenConnections::default(),
            limits: self.limits,
            workers: self.workers,
            on_rejected: self.on_rejected,
        });
        let mut loops = JoinSet::new();
        for listener in self.listeners {
            loops.spawn(accept_loop(
                listener,
                service.clone(),
                Arc::clone(&shared),
                drain.clone(),
            ));
        }
        while loops.join_next().await.is_some() {}
    }
}

struct Shared {
    permits: Arc<Semaphore>,
    addresses: Addresses,
    open: OpenConnections,
    limits: Limits,
    workers: Option<Workers>,
    on_rejected: OnRejected,
}

async fn accept_loop<S, B>(listener: Listener, service: S, shared: Arc<Shared>, drain: Drain)
where
    S: tower::Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    let mut connections = JoinSet::new();
    let mut complaint = LogThrottle::default();
    while let Some(stream) =
        next(&listener, &shared, &drain, &mut connections, &mut complaint).await
    {
        // before there is room for it: a client with too many connections takes no other client's
        let Some(address_slot) = stream.enter(&shared.addresses) else {
            tracing::debug!("a connection is refused: its address has too many");
            continue;
        };
        let permit = tokio::select! {
            biased;
            () = drain.started() => break,
            permit = shared.permit() => permit,
        };
        let connection = Connection {
            service: service.clone(),
            limits: shared.limits,
            drain: drain.clone(),
            addresses: shared.addresses.clone(),
            member: shared.open.enter(shared.limits),
            permit,
            on_rejected: shared.on_rejected.clone(),
            address_slot,
        };
        let run = connection.run(stream);
        match shared.workers.as_ref().and_then(Workers::next) {
            Some(worker) => connections.spawn_on(run, worker),
            None => connections.spawn(run),
        };
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if timeout(drain.grace(), finished).await.is_err() {
        tracing::warn!(
            open = connections.len(),
            "connections are cut at the end of the grace time"
        );
    }
    connections.shutdown().await;
}

/// Waits for the next connection; `None` once the drain has started.
async fn next(
    listener: &Listener,
    shared: &Shared,
    drain: &Drain,
    connections: &mut JoinSet<()>,
    complaint: &mut LogThrottle,
) -> Option<Stream> {
    loop {
        let accepted = tokio::select! {
            biased;
            () = drain.started() => return None,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(stream) => return Some(stream),
            Err(error) => {
                // out of descriptors, mostly
                if complaint.is_due() {
                    tracing::warn!(%error, "connections cannot be accepted");
                }
                shared.open.make_room();
                sleep(PATIENCE).await;
            }
        }
    }
}

impl Shared {
    /// Takes a permit: at the limit, that of a connection that only waits.
    ///
    /// Meanwhile peers wait in the kernel's queue, all but one for each listener.
    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Some(permit);
        }
        loop {
            self.open.make_room();
            let freed = Arc::clone(&self.permits).acquire_owned();
            if let Ok(permit) = timeout(PATIENCE, freed).await {
                return permit.ok();
            }
        }
    }
}

/// Of a process, for what is no connection: its log, its database, its listeners, its issuer.
const OTHER_DESCRIPTORS: usize = 64;
/// The time that making room may take before more is made.
const PATIENCE: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests;
