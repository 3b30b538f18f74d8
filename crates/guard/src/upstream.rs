//! The upstreams.

mod answer;
mod health;
pub(crate) mod lookup;
mod origin;

use std::{
    fmt, io,
    net::IpAddr,
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

use airside_net::{Limits, Workers, chain};
use http::{
    Request, Response,
    header::{HOST, UPGRADE},
};
use hyper::body::Body as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use parking_lot::{Mutex, MutexGuard};
use rustls::ClientConfig;
use tokio::time::timeout;
use url::Url;

use self::{
    answer::{of_the_body, require_one_reading},
    origin::{Origin, address},
};
use crate::{
    access::{self, elsewhere},
    admission::Admission,
    body::{self, AnswerBody, Body},
    error::RequestError,
    slot::Slots,
};

/// A pool of connections to several addresses of one API.
pub(crate) struct Upstreams {
    all: Vec<Upstream>,
    next: AtomicUsize,
    /// One client for each worker and one for all other threads, so that no thread waits for another's
    /// connection.
    clients: Vec<Client<HttpsConnector<HttpConnector>, Body>>,
    connector: HttpsConnector<HttpConnector>,
    patience: Duration,
    admission: Admission,
    lookups: Slots,
}

struct Upstream {
    url: Url,
    origin: Origin,
    healthy: AtomicBool,
    /// Permits for requests that have no answer yet.
    requests: Slots,
    /// Permits for those, and for answers that have not ended.
    connections: Slots,
    /// The number of requests that were not answered, or not as HTTP.
    errors: AtomicU64,
    /// The reason why it last did not answer; `None` after it has answered.
    problem: Mutex<Option<String>>,
}

impl Upstreams {
    /// Sets up connections to `urls`, each without a path.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if TLS cannot be set up or an address has no host.
    pub(crate) fn new(
        urls: &[Url],
        tls: ClientConfig,
        patience: Duration,
        workers: usize,
    ) -> io::Result<Self> {
        let connections = (Limits::of_a_proxy().connections / urls.len().max(1)).max(1);
        let all = urls.iter().map(|url| Upstream::new(url, connections));
        let connector = connector(tls);
        let idle = connections.div_ceil(workers + 1);
        let clients = (0..=workers).map(|_| client(connector.clone(), idle));
        Ok(Self {
            all: all.collect::<io::Result<_>>()?,
            next: AtomicUsize::new(0),
            clients: clients.collect(),
            connector,
            patience,
            admission: Admission::default(),
            lookups: Slots::of(MAX_REQUESTS.min(connections)),
        })
    }

    /// Returns the client of this thread.
    fn client(&self) -> Option<&Client<HttpsConnector<HttpConnector>, Body>> {
        let worker = Workers::index().and_then(|index| self.clients.get(index));
        worker.or_else(|| self.clients.last())
    }

    /// Waits for a request's body until it is worth a connection.
    ///
    /// # Errors
    ///
    /// [`RequestError::Overloaded`], or what is wrong with the body.
    pub(crate) async fn body(
        &self,
        body: Body,
        address: Option<IpAddr>,
    ) -> Result<Body, RequestError> {
        if body.is_end_stream() {
            return Ok(body);
        }
        elsewhere(self.admission.body(body, address)).await
    }

    /// Sends a request, whose target is a path, to a healthy upstream with a free slot. A request
    /// without a body that could not be connected is retried with another upstream.
    ///
    /// # Errors
    ///
    /// [`RequestError::NoUpstream`] if none could be connected, [`RequestError::BadAnswer`] if it broke off or its
    /// answer can be read in two ways, [`RequestError::UpstreamTimeout`], [`RequestError::Overloaded`], or
    /// [`RequestError::TooLarge`] if the body turns out to be.
    pub(crate) async fn send(
        &self,
        request: Request<Body>,
    ) -> Result<Response<AnswerBody>, RequestError> {
        let client = self.client().ok_or(RequestError::NoUpstream)?;
        let (parts, body) = request.into_parts();
        let mut spare = (body.is_end_stream() && self.all.len() > 1).then(|| parts.clone());
        let mut request = Request::from_parts(parts, body);
        let upgrades = request.headers().contains_key(UPGRADE);
        loop {
            let (number, upstream) = self.choose().ok_or(RequestError::NoUpstream)?;
            let _unanswered = upstream.requests.acquire().await?;
            let connection = upstream.connections.acquire().await?;
            *request.uri_mut() =
                address(&upstream.origin, request.uri()).ok_or(RequestError::NoUpstream)?;
            request
                .headers_mut()
                .insert(HOST, upstream.origin.host.clone());
            let answer = elsewhere(timeout(self.patience, client.request(request))).await;
            let answer = answer.map_err(|_| upstream.failed(RequestError::UpstreamTimeout))?;
            let error = match answer {
                Ok(answer) => {
                    access::note_answer(number, answer.status().as_u16());
                    let read = require_one_reading(&answer, upgrades);
                    read.map_err(|error| upstream.failed(error))?;
                    return Ok(answer.map(|body| AnswerBody::new(body, connection)));
                }
                Err(error) => error,
            };
            if let Some(error) = of_the_body(&error) {
                return Err(error);
            }
            upstream.note_failure(&error, self.all.len() > 1);
            match spare.take() {
                Some(parts) if error.is_connect() => {
                    request = Request::from_parts(parts, body::empty());
                }
                _ if error.is_connect() => return Err(RequestError::NoUpstream),
                // it may have acted, so that the caller is not told to retry
                _ => return Err(RequestError::BadAnswer("it broke off, or is malformed")),
            }
        }
    }

    /// Returns the address of an upstream, if there are several.
    pub(crate) fn name_if_several(&self, number: usize) -> Option<&str> {
        let one = self.all.get(number).filter(|_| self.all.len() > 1)?;
        Some(one.url.as_str())
    }

    /// Picks a healthy upstream with a free slot round-robin, with its number; if none is healthy, any.
    fn choose(&self) -> Option<(usize, &Upstream)> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let candidates = self.all.iter().enumerate().cycle();
        let mut candidates = candidates
            .skip(next % self.all.len().max(1))
            .take(self.all.len());
        let healthy = |(_, one): &(usize, &Upstream)| one.healthy.load(Ordering::Relaxed);
        let first = candidates
            .clone()
            .find(healthy)
            .or_else(|| candidates.clone().next());
        candidates
            .find(|one| healthy(one) && !one.1.is_full())
            .or(first)
    }
}

fn connector(tls: ClientConfig) -> HttpsConnector<HttpConnector> {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .enable_http2()
        .wrap_connector(tcp)
}

/// Returns a client that keeps at most `idle` unused connections to an upstream.
fn client(
    connector: HttpsConnector<HttpConnector>,
    idle: usize,
) -> Client<HttpsConnector<HttpConnector>, Body> {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(idle)
        .retry_canceled_requests(true)
        .build(connector)
}

impl Upstream {
    fn new(url: &Url, connections: usize) -> io::Result<Self> {
        Ok(Self {
            url: url.clone(),
            origin: Origin::of(url)?,
            healthy: AtomicBool::new(true),
            requests: Slots::of(MAX_REQUESTS.min(connections)),
            connections: Slots::of(connections),
            errors: AtomicU64::new(0),
            problem: Mutex::default(),
        })
    }

    /// Counts and logs a request that was not answered. One of several upstreams that cannot be connected
    /// is unhealthy.
    fn note_failure(&self, error: &hyper_util::client::legacy::Error, is_one_of_several: bool) {
        self.errors.fetch_add(1, Ordering::Relaxed);
        let (upstream, cause) = (self.url.as_str(), chain(error));
        tracing::warn!(upstream, error = cause, "upstream did not answer");
        if error.is_connect() && is_one_of_several {
            self.healthy.store(false, Ordering::Relaxed);
        }
    }

    /// Counts a request that was not answered correctly.
    fn failed(&self, error: RequestError) -> RequestError {
        self.errors.fetch_add(1, Ordering::Relaxed);
        error
    }

    fn problem(&self) -> MutexGuard<'_, Option<String>> {
        self.problem.lock()
    }

    fn is_full(&self) -> bool {
        self.requests.is_full() || self.connections.is_full()
    }
}

impl fmt::Debug for Upstreams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls = self.all.iter().map(|one| one.url.as_str());
        formatter.debug_list().entries(urls).finish()
    }
}

/// The maximum number of unanswered requests to one upstream; fewer if there are fewer descriptors.
const MAX_REQUESTS: usize = 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// The timeout of looking up an owner.
pub(crate) const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);
const LOOKUP_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use airside_net::tls;
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn an_upstream_that_was_passed_over_gets_requests_again_once_it_can_be_connected() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let there = format!("http://{}", listener.local_addr().unwrap());
        let urls = ["http://127.0.0.1:1", &there].map(|url| url.parse().unwrap());
        let tls = tls::trusting(None).unwrap();
        let upstreams = Upstreams::new(&urls, tls, Duration::from_secs(1), 0).unwrap();
        for upstream in &upstreams.all {
            upstream.healthy.store(false, Ordering::Relaxed);
        }

        upstreams.reconnect().await;

        let healthy: Vec<_> = upstreams.states().map(|one| one.healthy).collect();
        assert_eq!(healthy, [false, true]);
    }
}
