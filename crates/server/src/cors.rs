//! Which pages of other origins may read our answers (Fetch §3.2); never with credentials.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::issuer::Issuer;

/// Lets pages of every origin read a public document.
pub fn for_anyone(mut response: Response) -> Response {
    allow(response.headers_mut(), HeaderValue::from_static("*"), false);
    response
}

/// `OPTIONS` of a public document.
pub async fn preflight_of_anyone() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    allow(response.headers_mut(), HeaderValue::from_static("*"), true);
    response
}

/// For endpoints that browser apps call: the origins of registered redirect URIs and those that
/// clients name.
pub async fn registered(
    State(issuer): State<Arc<Issuer>>,
    request: Request,
    next: Next,
) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.filter(|origin| {
        let origin = origin.to_str();
        origin.is_ok_and(|origin| issuer.is_app_origin(origin))
    });
    let preflight = is_preflight(&request);
    let mut response = match preflight {
        true => StatusCode::NO_CONTENT.into_response(),
        false => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = allowed {
        allow(headers, origin, preflight);
    }
    response
}

/// An `OPTIONS` request that asks for nothing; a real preflight is answered before it gets here.
pub async fn preflight() -> StatusCode {
    StatusCode::NO_CONTENT
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue, preflight: bool) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if preflight {
        let methods = HeaderValue::from_static("GET, POST");
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        let names = HeaderValue::from_static("authorization, content-type");
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
        headers.insert(
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("7200"),
        );
    } else {
        let exposed = HeaderValue::from_static("www-authenticate, retry-after, x-request-id");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}
