//! The pages of other origins that may read our answers (Fetch §3.2); never with credentials.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::issuer::Issuer;

/// Lets pages of every origin read a public document.
pub fn for_anyone(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    response
}

/// Answers `OPTIONS` of a public document: it may be read with whatever headers a library adds.
pub async fn preflight_of_anyone() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    // FETCH-4.8: `*` covers every request header but `Authorization`
    let names = HeaderValue::from_static("*, authorization");
    allow(headers, HeaderValue::from_static("GET, HEAD"), names);
    response
}

/// Opens an endpoint to the origins of registered redirect URIs and to those that clients name.
///
/// `methods` are those of the endpoint, as a preflight lists them.
pub fn for_apps(
    issuer: &Arc<Issuer>,
    methods: &'static str,
    endpoint: MethodRouter<Arc<Issuer>>,
) -> MethodRouter<Arc<Issuer>> {
    let state = (Arc::clone(issuer), HeaderValue::from_static(methods));
    endpoint
        .options(|| std::future::ready(StatusCode::NO_CONTENT))
        .layer(from_fn_with_state(state, registered))
}

async fn registered(
    State((issuer, methods)): State<(Arc<Issuer>, HeaderValue)>,
    request: Request,
    next: Next,
) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.filter(|origin| {
        let origin = origin.to_str();
        origin.is_ok_and(|origin| issuer.is_app_origin(origin))
    });
    if is_preflight(&request) {
        return preflight(request.headers(), allowed, methods);
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
    response
}

/// Allows a registered origin the headers that it asks for, those of tracing among them: which ones
/// its libraries add is its own affair, and cookies are never sent.
fn preflight(asked: &HeaderMap, origin: Option<HeaderValue>, methods: HeaderValue) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    let vary = HeaderValue::from_static("origin, access-control-request-headers");
    headers.append(header::VARY, vary);
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let names = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        allow(headers, methods, names.unwrap_or(USUAL));
    }
    response
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn allow(headers: &mut HeaderMap, methods: HeaderValue, names: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
    let seconds = HeaderValue::from_static("7200");
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, seconds);
}

const ANY: HeaderValue = HeaderValue::from_static("*");
const EXPOSED: HeaderValue =
    HeaderValue::from_static("www-authenticate, retry-after, x-request-id");
const USUAL: HeaderValue = HeaderValue::from_static("authorization, content-type");
