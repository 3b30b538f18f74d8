//! Documents that anyone may read and cache: metadata and keys, as prebuilt bytes.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};

use crate::{cors::for_anyone, issuer::Issuer};

/// Serves the metadata document (RFC 8414 §2, OIDC Discovery §3), rendered when the APIs change.
pub async fn metadata(State(issuer): State<Arc<Issuer>>) -> Response {
    cacheable(issuer.metadata(), "application/json")
}

/// Serves prebuilt bytes that may be cached for five minutes.
pub fn cacheable(bytes: Bytes, content_type: &'static str) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    for_anyone(response)
}

/// `GET /jwks` (RFC 7517 §5).
pub async fn jwks(State(issuer): State<Arc<Issuer>>) -> Response {
    let jwks = issuer.keys().jwks.clone();
    if jwks.is_empty() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    cacheable(jwks, "application/jwk-set+json")
}
