//! Health and metrics.

use std::sync::Arc;

use airside_net::{Drain, Peer};
use axum::{
    Extension,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::{arrival::Arrival, issuer::Issuer, respond};

/// `GET /health/live`: the process answers.
pub async fn live() -> Response {
    respond::json(StatusCode::OK, &json!({ "status": "live" }))
}

/// `GET /health/ready`: requests are welcome: the store answers, and no stop has begun.
pub async fn ready(
    State(issuer): State<Arc<Issuer>>,
    Extension(drain): Extension<Drain>,
) -> Response {
    let status = if drain.is_started() {
        "stopping"
    } else if issuer.store.identity().await.is_err() {
        "store unavailable"
    } else {
        return respond::json(StatusCode::OK, &json!({ "status": "ready" }));
    };
    respond::json(
        StatusCode::SERVICE_UNAVAILABLE,
        &json!({ "status": status }),
    )
}

/// `GET /metrics`: OpenMetrics text, for callers on this machine only.
pub async fn metrics(
    State(issuer): State<Arc<Issuer>>,
    Extension(arrival): Extension<Arrival>,
    peer: Option<Extension<Peer>>,
) -> Response {
    // behind a trusted proxy on this machine, the caller is whom the proxy names
    let here = arrival
        .origin
        .address
        .is_none_or(|address| address.is_loopback());
    if peer.is_none() || !here {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut response = Response::new(Body::from(issuer.metrics.render(&issuer)));
    let text = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(text));
    response
}
