//! `/`: says what this is.

use std::sync::Arc;

use axum::{Extension, extract::State, response::Response};
use http::{HeaderMap, StatusCode};

use crate::{
    arrival::Arrival,
    browser::wrong_host,
    issuer::Issuer,
    respond::{error_page, page},
    view::HomePage,
};

/// `GET /`.
pub async fn get(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    uri: http::Uri,
) -> Response {
    let opened = wrong_host(&issuer, &headers, &uri);
    let name = &issuer.profile().issuer;
    let metadata = issuer
        .profile()
        .endpoint("/.well-known/openid-configuration");
    let shown = HomePage {
        issuer: name,
        metadata: &metadata,
        opened: opened.as_deref(),
    };
    page(StatusCode::OK, issuer.view.home(&shown), "")
}

/// Every path that does not exist.
pub async fn not_found(
    State(issuer): State<Arc<Issuer>>,
    Extension(arrival): Extension<Arrival>,
) -> Response {
    let sentence = "There is nothing at this address.";
    error_page(&issuer, &arrival, StatusCode::NOT_FOUND, sentence, None)
}

/// A path that exists, with another method.
pub async fn method_not_allowed(
    State(issuer): State<Arc<Issuer>>,
    Extension(arrival): Extension<Arrival>,
) -> Response {
    let sentence = "This address does not answer to this method.";
    error_page(
        &issuer,
        &arrival,
        StatusCode::METHOD_NOT_ALLOWED,
        sentence,
        None,
    )
}
