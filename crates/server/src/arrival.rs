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
use http::{HeaderMap, HeaderValue, header};

use crate::{browser::is_https, issuer::Issuer};

/// What is known of a request before anything is read of it.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The caller's address and the request's trace id.
    pub origin: Origin,
}

/// Names the request, counts it and logs it.
pub async fn observe(
    State(issuer): State<Arc<Issuer>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let origin = Origin {
        address: address(&issuer, &request),
        trace_id: trace_id(&issuer, request.headers()),
    };
    let trace_id = origin.trace_id.clone();
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("unknown", MatchedPath::as_str);
    request.extensions_mut().insert(Arrival { origin });
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
    tracing::debug!(trace_id, %method, route, status, duration_us, "request");
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

/// The trace id of `traceparent` if a well-formed one was sent (W3C Trace Context §3.2), else a new
/// one.
fn trace_id(issuer: &Issuer, headers: &HeaderMap) -> String {
    let sent = headers
        .get("traceparent")
        .and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| value.split('-').nth(1)).filter(|id| {
        id.len() == 32
            && id
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            && id.bytes().any(|b| b != b'0')
    });
    sent.map_or_else(
        || issuer.trace_ids.next(issuer.random.as_ref()),
        str::to_owned,
    )
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
