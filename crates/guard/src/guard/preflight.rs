//! Preflights (Fetch, CORS-preflight): a browser asks without a token whether a script may send a
//! request.

use http::{
    HeaderMap, HeaderName, Method, Request, Response, Uri,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
        ALLOW, CACHE_CONTROL, ORIGIN, VARY,
    },
};

use super::Guard;
use crate::{
    body::{self, Body},
    cors::{Cors, PreflightRequest},
    error::RequestError,
    header,
    operation::{FORWARDED, Operation},
    request::CanonicalRequest,
};

impl Guard {
    /// Answers a preflight; `None` for every other request, and without `[cors]` for one that is not
    /// for a declared operation.
    pub(super) async fn preflight(
        &self,
        request: &CanonicalRequest,
    ) -> Option<Result<Response<Body>, RequestError>> {
        let method = preflight_method(request)?;
        let operation = self.declared(&method, request);
        match &self.configuration.cors {
            Some(cors) => {
                self.note_operation(operation);
                Some(self.answer_preflight(cors, method, request))
            }
            None => {
                self.note_operation(Some(operation?));
                Some(self.ask_preflight(request).await)
            }
        }
    }

    /// Returns the operation that a preflight is for; `None` if it is not a preflight, or its operation
    /// is not declared.
    pub(super) fn preflight_operation(&self, request: &CanonicalRequest) -> Option<&Operation> {
        self.declared(&preflight_method(request)?, request)
    }

    /// Tells whether a preflight could be for a declared operation.
    pub(crate) fn has_preflight(&self, request: &CanonicalRequest) -> bool {
        let mut methods = FORWARDED.iter();
        request.parts.method == Method::OPTIONS
            && methods.any(|method| self.declared(method, request).is_some())
    }

    fn declared(&self, method: &Method, request: &CanonicalRequest) -> Option<&Operation> {
        let operations = &self.configuration.operations;
        let (operation, _) = operations.find(method, &request.target).ok()?;
        Some(operation)
    }

    /// Allows the requested method even if it is not declared: its answer is 404 or 405, and a script
    /// can read that only if the preflight succeeds.
    fn answer_preflight(
        &self,
        cors: &Cors,
        asked: Method,
        request: &CanonicalRequest,
    ) -> Result<Response<Body>, RequestError> {
        let headers = &request.parts.headers;
        let declared =
            |method: &&Method| **method == asked || self.declared(method, request).is_some();
        let mut methods: Vec<_> = FORWARDED.iter().filter(declared).collect();
        if !methods.contains(&&asked) {
            methods.push(&asked);
        }
        let methods: Vec<_> = methods.into_iter().map(Method::as_str).collect();
        cors.preflight(&PreflightRequest {
            origin: headers.get(ORIGIN),
            headers: headers.get(ACCESS_CONTROL_REQUEST_HEADERS),
            methods: &methods.join(", "),
        })
    }

    /// Forwards a preflight to the API as a request of the guard's own, which runs no handler, and
    /// passes on only the headers that browsers read.
    async fn ask_preflight(
        &self,
        request: &CanonicalRequest,
    ) -> Result<Response<Body>, RequestError> {
        let mut outgoing = Request::new(body::empty());
        *outgoing.method_mut() = Method::OPTIONS;
        let uri = Uri::from_maybe_shared(request.target.path());
        *outgoing.uri_mut() = uri.map_err(|_| RequestError::Ambiguous("the path is too long"))?;
        let own = self.own_headers(&request.parts, None);
        let asked = only(&request.parts.headers, &ASKED);
        *outgoing.headers_mut() = header::forwarded(own, asked, &request.ending);
        let (parts, _) = self.upstreams.send(outgoing).await?.into_parts();
        let mut response = Response::new(body::empty());
        *response.status_mut() = parts.status;
        *response.headers_mut() = only(&parts.headers, &ANSWERED);
        Ok(response)
    }
}

/// Returns the method that a preflight asks for; `None` if the request is not a preflight.
fn preflight_method(request: &CanonicalRequest) -> Option<Method> {
    let headers = &request.parts.headers;
    if request.parts.method != Method::OPTIONS || !headers.contains_key(ORIGIN) {
        return None;
    }
    let asked = headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
    Method::from_bytes(asked.as_bytes()).ok()
}

fn only(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    let kept = headers.iter().filter(|(name, _)| names.contains(name));
    let mut only = HeaderMap::new();
    for (name, value) in kept {
        only.append(name, value.clone());
    }
    only
}

/// The headers of a preflight; Local Network Access adds the last two.
const ASKED: [HeaderName; 5] = [
    ORIGIN,
    ACCESS_CONTROL_REQUEST_METHOD,
    ACCESS_CONTROL_REQUEST_HEADERS,
    HeaderName::from_static("access-control-request-private-network"),
    HeaderName::from_static("access-control-request-local-network"),
];
const ANSWERED: [HeaderName; 11] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
    HeaderName::from_static("access-control-allow-private-network"),
    HeaderName::from_static("access-control-allow-local-network"),
    ALLOW,
    CACHE_CONTROL,
    VARY,
];
