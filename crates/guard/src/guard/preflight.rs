//! Preflights (Fetch, CORS-preflight): a browser asks first, without a token, whether a script may ask.

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
    Refusal, access,
    body::{self, Body},
    cors::{Asked, Cors},
    header,
    operation::{FORWARDED, Operation},
    request::Read,
};

impl Guard {
    /// Answers a preflight; `None` for every other request, and without `[cors]` for one that is not
    /// for a declared operation.
    pub(super) async fn preflight(&self, read: &Read) -> Option<Result<Response<Body>, Refusal>> {
        let method = preflight_method(read)?;
        let operation = self.declared(&method, read);
        match &self.configuration.cors {
            Some(cors) => {
                access::found(self, operation);
                Some(self.answer_preflight(cors, method, read))
            }
            None => {
                access::found(self, Some(operation?));
                Some(self.ask_preflight(read).await)
            }
        }
    }

    /// The operation that a preflight is for; `None` if it is not a preflight, or not for one that is
    /// declared.
    pub(super) fn preflight_operation(&self, read: &Read) -> Option<&Operation> {
        self.declared(&preflight_method(read)?, read)
    }

    /// Whether a preflight could be for something that is there.
    pub(crate) fn has_preflight(&self, read: &Read) -> bool {
        let mut methods = FORWARDED.iter();
        read.parts.method == Method::OPTIONS
            && methods.any(|method| self.declared(method, read).is_some())
    }

    fn declared(&self, method: &Method, read: &Read) -> Option<&Operation> {
        let operations = &self.configuration.operations;
        let (operation, _) = operations.find(method, &read.target).ok()?;
        Some(operation)
    }

    /// Lets the method that is asked for be sent even if it is not declared: its answer is 404 or 405, and
    /// a script can read that only if the preflight succeeds.
    fn answer_preflight(
        &self,
        cors: &Cors,
        asked: Method,
        read: &Read,
    ) -> Result<Response<Body>, Refusal> {
        let headers = &read.parts.headers;
        let declared =
            |method: &&Method| **method == asked || self.declared(method, read).is_some();
        let mut methods: Vec<_> = FORWARDED.iter().filter(declared).collect();
        if !methods.contains(&&asked) {
            methods.push(&asked);
        }
        let methods: Vec<_> = methods.into_iter().map(Method::as_str).collect();
        cors.preflight(&Asked {
            origin: headers.get(ORIGIN),
            headers: headers.get(ACCESS_CONTROL_REQUEST_HEADERS),
            methods: &methods.join(", "),
        })
    }

    /// Asks the API, by a request of the guard's own: nothing in it makes a handler act, and of the answer
    /// only what browsers look at is passed on.
    async fn ask_preflight(&self, read: &Read) -> Result<Response<Body>, Refusal> {
        let mut request = Request::new(body::empty());
        *request.method_mut() = Method::OPTIONS;
        let uri = Uri::from_maybe_shared(read.target.path());
        *request.uri_mut() = uri.map_err(|_| Refusal::Ambiguous("the path is too long"))?;
        let own = self.own_headers(&read.parts, None);
        let asked = only(&read.parts.headers, &ASKED);
        *request.headers_mut() = header::forwarded(own, asked, &read.ending);
        let (parts, _) = self.upstreams.send(request).await?.into_parts();
        let mut response = Response::new(body::empty());
        *response.status_mut() = parts.status;
        *response.headers_mut() = only(&parts.headers, &ANSWERED);
        Ok(response)
    }
}

/// Returns the method that a preflight asks for; `None` if the request is not a preflight.
fn preflight_method(read: &Read) -> Option<Method> {
    let headers = &read.parts.headers;
    if read.parts.method != Method::OPTIONS || !headers.contains_key(ORIGIN) {
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

/// Local Network Access asks by the last two.
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
