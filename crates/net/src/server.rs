//! The HTTP server: its accept loop, its limits and timeouts.

mod accept;
mod activity;
mod address_slot;
mod answer;
mod body;
mod close_signal;
mod connection;
mod error;
mod frames;
mod framing;
mod hpack;
mod limits;
mod linger;
mod listener;
mod log_throttle;
mod open;
mod pass_error;
mod peer;
mod piece;
mod preface;
mod rejected;
mod upgrade;
mod wait;
mod watched_io;

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Body;
use tokio::{sync::Semaphore, task::JoinSet};

use self::{
    accept::{Shared, accept_loop},
    address_slot::Addresses,
    open::OpenConnections,
    rejected::OnRejected,
};
pub use self::{
    body::{RequestBody, TooSlow, answer_when_read},
    close_signal::{CloseReason, CloseSignal},
    error::BoxError,
    limits::Limits,
    listener::Listener,
    peer::{Peer, PeerAddress},
    rejected::RejectedRequest,
};
use crate::{Drain, TrustedProxies, Workers};

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

#[cfg(test)]
mod tests;
