//! Health and metrics.

use std::sync::Arc;

use airside_net::{Drain, Peer, is_forwarded};
use axum::{
    Extension,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    admission::Priority, issuer::Issuer, metrics::ObservedCounts, respond, settings::Ready,
};

/// `GET /health/live`: the process answers.
pub async fn live() -> Response {
    respond::json(StatusCode::OK, &json!({ "status": "live" }))
}

/// `GET /health/ready`: requests are welcome: the store answers, and no stop has begun. A server that
/// reads its store and cannot write to it is `degraded`: the configuration says whether that is ready.
pub async fn ready(
    State(issuer): State<Arc<Issuer>>,
    Extension(drain): Extension<Drain>,
) -> Response {
    if drain.is_started() {
        return not_ready(&json!({ "status": "stopping" }));
    }
    if issuer.store.identity().await.is_err() {
        return not_ready(&json!({ "status": "store unavailable" }));
    }
    if issuer.can_write().await {
        return respond::json(StatusCode::OK, &json!({ "status": "ready" }));
    }
    // the cause is in the log: anybody may ask
    let degraded = json!({ "status": "degraded", "reason": "the store cannot be written" });
    match issuer.ready {
        Ready::Reads => respond::json(StatusCode::OK, &degraded),
        Ready::Writes => not_ready(&degraded),
    }
}

fn not_ready(body: &Value) -> Response {
    respond::json(StatusCode::SERVICE_UNAVAILABLE, body)
}

/// `GET /metrics` of the public listener: answered to this machine alone, and not through a proxy on
/// it.
pub async fn metrics(
    issuer: State<Arc<Issuer>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    let address = peer.and_then(|peer| peer.ip());
    let is_here = address.is_some_and(|address| address.to_canonical().is_loopback());
    if !is_here || is_forwarded(&headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    scraped(issuer).await
}

/// `GET /metrics` of the listener of `[metrics]`: OpenMetrics text.
pub async fn scraped(State(issuer): State<Arc<Issuer>>) -> Response {
    let observed = ObservedCounts {
        password_hashes: issuer.hasher.calls(),
        events_dropped: issuer.audit_buffer.dropped(),
        requests_shed: Priority::ALL.map(|class| (class, issuer.admission.refused(class))),
    };
    let mut response = Response::new(Body::from(issuer.metrics.render(&observed)));
    let text = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(text));
    response
}
