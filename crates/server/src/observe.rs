//! The origin of a request, its trace id, and its line in the access log.

mod route;

pub(crate) use self::route::DeclaredPaths;

use std::{
    cell::RefCell,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use airside_net::{Peer, RejectedRequest, access::TARGET};
use airside_oauth::state::event::Origin;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, Method, header};
use tracing::Level;

use self::route::Route;
use crate::{browser::is_https, issuer::Issuer};

/// The issuer whose requests are observed.
#[derive(Clone, Debug)]
pub(crate) struct Observer {
    pub(crate) issuer: Arc<Issuer>,
    /// The endpoints of a service that is nested.
    pub(crate) paths: DeclaredPaths,
}

tokio::task_local! {
    /// The client that has authenticated in this request, if its line is written.
    static CLIENT: RefCell<Option<String>>;
}

/// Notes which client has authenticated, for the line of its request.
pub(crate) fn called_by(client_id: &str) {
    // outside of a request, or without an access log, nothing is noted
    let _ = CLIENT.try_with(|client| *client.borrow_mut() = Some(client_id.to_owned()));
}

/// Writes the line of a request that was rejected before it could be read.
pub(crate) fn rejected(rejected: &RejectedRequest) {
    tracing::info!(
        target: TARGET,
        status = rejected.status.as_u16(),
        cause = rejected.reason,
        client = rejected.peer.ip().map(tracing::field::display),
        "request"
    );
}

/// Names the request, counts it and logs it.
pub(crate) async fn observe(
    State(Observer { issuer, paths }): State<Observer>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let trace = TraceOf::request(&issuer, &request);
    let origin = Origin {
        address: address(&issuer, &request),
        trace_id: trace.id,
    };
    let line = Line::of(&request, &origin, trace.claimed);
    let trace_id = HeaderValue::from_str(&origin.trace_id);
    let route = Route::of(&request, &paths);
    request.extensions_mut().insert(origin);
    let mut response = match line {
        None => next.run(request).await,
        Some(line) => {
            let route = route.clone();
            let answered = async {
                let mut unanswered = Unanswered(Some((line, route, started)));
                let response = next.run(request).await;
                unanswered.end(Some(response.status().as_u16()));
                response
            };
            CLIENT.scope(RefCell::default(), answered).await
        }
    };
    add_headers(&mut response, trace_id.ok(), is_https(&issuer));
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    issuer.metrics.request(route.as_str(), status, elapsed);
    response
}

fn add_headers(response: &mut Response, trace_id: Option<HeaderValue>, is_https: bool) {
    let headers = response.headers_mut();
    if let Some(value) = trace_id {
        headers.insert(airside_net::X_REQUEST_ID, value);
    }
    if is_https {
        // RFC6797-7.1: a browser that was here once speaks no plain http to this host any more
        let value = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
}

/// A request that is being answered. One that is dropped unanswered has its line too, so that no caller
/// stays unseen by hanging up.
struct Unanswered(Option<(Line, Route, Instant)>);

impl Unanswered {
    /// Writes the line; without a status, of a request whose caller has hung up.
    fn end(&mut self, status: Option<u16>) {
        if let Some((line, route, started)) = self.0.take() {
            line.write(route.as_str(), status, started.elapsed());
        }
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        self.end(None);
    }
}

/// The line of a request in the access log: never a query or a header, which carry codes and credentials.
struct Line {
    method: Method,
    client: Option<IpAddr>,
    trace_id: String,
    /// The trace id of a caller that is not trusted.
    caller_trace_id: Option<String>,
}

impl Line {
    /// Returns `None` while the access log is off.
    fn of(request: &Request, origin: &Origin, caller_trace_id: Option<String>) -> Option<Self> {
        tracing::enabled!(target: TARGET, Level::INFO).then(|| Self {
            method: request.method().clone(),
            client: origin.address,
            trace_id: origin.trace_id.clone(),
            caller_trace_id,
        })
    }

    fn write(self, route: &str, status: Option<u16>, elapsed: Duration) {
        let abandoned = status.is_none();
        let client_id = CLIENT.try_with(RefCell::take).ok().flatten();
        tracing::info!(
            target: TARGET,
            method = self.method.as_str(),
            route,
            status,
            reason = abandoned.then_some("abandoned"),
            cause = abandoned.then_some("the caller hung up before the answer"),
            client = self.client.map(tracing::field::display),
            client_id,
            trace_id = self.trace_id,
            caller_trace_id = self.caller_trace_id,
            duration_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
            "request"
        );
    }
}

fn address(issuer: &Issuer, request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<Peer>()?.ip()?;
    let named = issuer.proxies.client_address(peer, request.headers());
    // a proxy that asks for its own sake has no client to name
    let is_probe = request.uri().path().contains("/health/");
    if named.is_none() && !is_probe {
        issuer.proxies.warn_of_unnamed_client(peer);
    }
    named
}

/// The trace that a request belongs to.
struct TraceOf {
    id: String,
    /// The trace id of `traceparent`, if it is well formed and comes from a caller that is not trusted: it
    /// could name another's trace.
    claimed: Option<String>,
}

impl TraceOf {
    /// A trusted proxy names the trace (W3C Trace Context §3.2); without one it is a new one.
    fn request(issuer: &Issuer, request: &Request) -> Self {
        let sent = airside_net::trace_id(request.headers()).map(str::to_owned);
        let peer = request.extensions().get::<Peer>();
        let peer = peer.and_then(|peer| peer.ip());
        let is_trusted = peer.is_some_and(|peer| issuer.proxies.is_trusted(peer.to_canonical()));
        let new = || issuer.trace_ids.next(issuer.random.as_ref());
        match sent {
            Some(id) if is_trusted => Self { id, claimed: None },
            claimed => Self { id: new(), claimed },
        }
    }
}
