//! The protected resource metadata, for scripts of every site (RFC 9728).

use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE,
    },
};

use super::Guard;
use crate::{
    body::{self, Body},
    request::CanonicalRequest,
};

impl Guard {
    /// Tells whether a request asks for the metadata. If the API's identifier has a path, the address at
    /// the root answers too, because some clients know no other.
    pub(crate) fn asks_for_metadata(&self, request: &CanonicalRequest) -> bool {
        let Some(path) = self.metadata_path.as_deref() else {
            return false;
        };
        let first = request.target.segments().first();
        if first.is_none_or(|first| first != ".well-known") {
            return false;
        }
        let asked = request.target.path();
        let is_there = asked == path || asked == AT_THE_ROOT;
        is_there && METHODS.contains(&request.parts.method)
    }

    /// The protected resource metadata, for scripts of every site (RFC 9728).
    pub(super) fn own(&self, request: &CanonicalRequest) -> Option<Response<Body>> {
        if !self.asks_for_metadata(request) {
            return None;
        }
        Some(self.metadata_answer(&request.parts.method))
    }

    /// Returns the metadata, or the answer to a preflight for it.
    fn metadata_answer(&self, method: &Method) -> Response<Body> {
        let is_preflight = *method == Method::OPTIONS;
        let text = serde_json::to_vec(&self.metadata).unwrap_or_default();
        let length = text.len();
        let mut response = Response::new(match *method {
            Method::GET => body::full(text),
            _ => body::empty(),
        });
        let headers = response.headers_mut();
        // it is public, and no credentials are read
        let anybody = HeaderValue::from_static("*");
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, anybody.clone());
        if is_preflight {
            answer_preflight(headers, anybody);
            *response.status_mut() = StatusCode::NO_CONTENT;
            return response;
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=3600"));
        headers.insert(CONTENT_LENGTH, length.into());
        response
    }
}

/// Allows every site to read the metadata.
fn answer_preflight(headers: &mut HeaderMap, anybody: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, anybody);
    let methods = HeaderValue::from_static("GET, HEAD");
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
}

const AT_THE_ROOT: &str = "/.well-known/oauth-protected-resource";
const METHODS: [Method; 3] = [Method::GET, Method::HEAD, Method::OPTIONS];
