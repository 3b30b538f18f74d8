//! Where a request came from, what it is called, and the one line that is logged about it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use airside_net::Peer;
use airside_oauth::{entropy::Random, event::Origin};
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, header};

use crate::{browser::is_https, issuer::Issuer};

/// Names the request, counts it and logs it.
pub async fn observe(
    State(issuer): State<Arc<Issuer>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let trace = TraceOf::request(&issuer, &request);
    let origin = Origin {
        address: address(&issuer, &request),
        trace_id: trace.id,
    };
    let trace_id = origin.trace_id.clone();
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("unknown", MatchedPath::as_str);
    request.extensions_mut().insert(origin);
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&trace_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    if is_https(&issuer) {
        // RFC6797-7.1: a browser that was here once speaks no plain http to this host any more
        let value = HeaderValue::from_static("max-age=31536000");
        response
            .headers_mut()
            .insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    issuer.metrics.request(route, status, elapsed);
    let duration_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    // never the query or a header: they carry codes and credentials
    let caller_trace_id = trace.claimed;
    tracing::debug!(trace_id, caller_trace_id, %method, route, status, duration_us, "request");
    response
}

fn address(issuer: &Issuer, request: &Request) -> Option<std::net::IpAddr> {
    let peer = request.extensions().get::<Peer>()?.ip()?;
    let named = issuer.proxies.client_address(peer, request.headers());
    // a proxy that asks for its own sake has no client to name
    let is_probe = request.uri().path().contains("/health/");
    if named.is_none() && !is_probe {
        issuer.proxies.warn_of_unnamed_client(peer);
    }
    named
}

/// Which trace a request belongs to.
struct TraceOf {
    id: String,
    /// What `traceparent` says, if it is well formed and comes from somebody who is not trusted: they
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

/// Names for requests that came without one.
#[derive(Debug, Default)]
pub struct TraceIds(Mutex<Vec<u128>>);

impl TraceIds {
    /// The next one. Randomness is asked for many at a time: alone it would be a tenth of what a small
    /// answer costs.
    fn next(&self, random: &dyn Random) -> String {
        let mut ready = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ready.is_empty() {
            let mut bytes = [[0; 16]; AT_ONCE];
            random.fill(bytes.as_flattened_mut());
            ready.extend(bytes.map(u128::from_be_bytes));
        }
        let id = ready.pop().unwrap_or_default();
        drop(ready);
        format!("{id:032x}")
    }
}

const AT_ONCE: usize = 64;
