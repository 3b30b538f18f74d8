//! Answering proxies that forward themselves: nginx `auth_request`, Traefik, Caddy, Envoy `ext_authz`.

pub(crate) mod setting;

use std::sync::Arc;

use airside_net::{Peer, PeerAddress};
use airside_policy::Principal;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri,
    header::{CONTENT_LENGTH, HOST, ORIGIN, TRANSFER_ENCODING},
    request::Parts,
};

pub use self::setting::{ForwardAuth, ForwardListen, Proxy};
use crate::{
    access::{self, Asker},
    body::{self, Body},
    error::RequestError,
    guard::Guard,
    outcome::UNKNOWN_PROXY,
};

/// The header in which a proxy sends its secret.
pub const SECRET_HEADER: &str = "airside-proxy-secret";

impl Guard {
    /// Answers a proxy: 200 with the headers for the upstream, or the refusal.
    pub async fn answer_proxy(&self, parts: Parts) -> Response<Body> {
        self.observe_request(Asker::Proxy, self.answer_known_proxy(parts))
            .await
    }

    async fn answer_known_proxy(&self, parts: Parts) -> Response<Body> {
        // the question itself, until it is known what it asks about
        self.note_head(&parts);
        let Some(forward_auth) = &self.configuration().forward_auth else {
            return RequestError::Undeclared("").respond();
        };
        if !is_believed(&parts, forward_auth.secret.as_deref()) {
            tracing::warn!("forward-auth request from an unknown proxy");
            let cause = || "the proxy did not show the secret of `forward_auth`".to_owned();
            drop(access::note_reason(UNKNOWN_PROXY, cause));
            return status(StatusCode::FORBIDDEN);
        }
        let proxy = forward_auth.proxy;
        let origin = parts.headers.get(ORIGIN).cloned();
        let asked = self.ask_about(parts, proxy).await;
        match asked {
            Ok(principal) => self.allowed(principal.as_deref()),
            Err(error) => self.refused(&error, proxy, origin.as_ref()),
        }
    }

    /// Judges the request that a proxy asks about.
    async fn ask_about(
        &self,
        parts: Parts,
        proxy: Proxy,
    ) -> Result<Option<Arc<Principal>>, RequestError> {
        match original(parts, proxy) {
            Ok(parts) => {
                self.note_head(&parts);
                self.ask(parts).await
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the answer that lets the proxy forward the request, with the headers that name the caller.
    fn allowed(&self, principal: Option<&Principal>) -> Response<Body> {
        let mut response = status(StatusCode::OK);
        let identity = &self.configuration().identity;
        let headers = response.headers_mut();
        // every name, so that the proxy replaces what the caller sent
        for name in identity.names() {
            headers.insert(name.clone(), HeaderValue::from_static(""));
        }
        for (name, value) in principal.into_iter().flat_map(|one| identity.of(one)) {
            headers.insert(name.clone(), value);
        }
        response
    }

    /// Returns the refusal that the proxy passes on to the caller.
    fn refused(
        &self,
        error: &RequestError,
        proxy: Proxy,
        origin: Option<&HeaderValue>,
    ) -> Response<Body> {
        let mut response = self.challenged(error.respond());
        // the proxy passes a refusal on; what else is answered is the API's
        if let Some(cors) = &self.configuration().cors {
            cors.say(origin, response.headers_mut());
        }
        if proxy == Proxy::Nginx && !is_for_nginx(response.status()) {
            // `auth_request` takes anything else for its own failure
            *response.status_mut() = StatusCode::FORBIDDEN;
        }
        response
    }
}

fn is_for_nginx(status: StatusCode) -> bool {
    status == StatusCode::UNAUTHORIZED
        || status == StatusCode::FORBIDDEN
        || status.is_server_error()
}

/// Tells whether a proxy is trusted: it connects by a Unix socket, or sends the secret.
fn is_believed(parts: &Parts, secret: Option<&str>) -> bool {
    let Some(secret) = secret else {
        let peer = parts.extensions.get::<Peer>();
        return peer.is_some_and(|peer| matches!(peer.address, PeerAddress::Unix { .. }));
    };
    let mut shown = parts.headers.get_all(SECRET_HEADER).iter();
    match (shown.next(), shown.next()) {
        (Some(shown), None) => verify_slices_are_equal(shown.as_bytes(), secret.as_bytes()).is_ok(),
        _ => false,
    }
}

/// Returns the request that the proxy received.
fn original(mut parts: Parts, proxy: Proxy) -> Result<Parts, RequestError> {
    let names = match proxy {
        Proxy::Nginx => ["x-original-method", "x-original-uri"],
        Proxy::Traefik | Proxy::Caddy => ["x-forwarded-method", "x-forwarded-uri"],
        Proxy::Envoy => {
            parts.headers.remove(SECRET_HEADER);
            return Ok(parts);
        }
    };
    let [method, uri] = names.map(|name| one(&parts, name));
    let method = method?.parse::<Method>();
    parts.method = method.map_err(|_| RequestError::Ambiguous("the proxy names no method"))?;
    parts.uri = parse_uri(&uri?)?;
    if proxy != Proxy::Nginx
        && let Some(host) = parts.headers.get("x-forwarded-host").cloned()
    {
        parts.headers.insert(HOST, host);
    }
    strip_question(&mut parts.headers, names);
    Ok(parts)
}

/// Removes the headers of the question, which are not those of the request.
fn strip_question(headers: &mut HeaderMap, names: [&'static str; 2]) {
    for name in names.into_iter().chain([SECRET_HEADER]) {
        headers.remove(name);
    }
    for name in [
        CONTENT_LENGTH,
        TRANSFER_ENCODING,
        HeaderName::from_static("connection"),
    ] {
        headers.remove(name);
    }
}

fn parse_uri(uri: &str) -> Result<Uri, RequestError> {
    const NO_PATH: RequestError = RequestError::Ambiguous("the proxy names no path");
    // the parser would drop it, and the upstream may see it
    if uri.contains('#') || !uri.starts_with('/') {
        return Err(NO_PATH);
    }
    uri.parse().map_err(|_| NO_PATH)
}

/// G01: a header that the proxy sets must be there once.
fn one(parts: &Parts, name: &str) -> Result<String, RequestError> {
    let mut lines = parts.headers.get_all(name).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return Err(RequestError::Ambiguous(
            "the proxy does not say what it was asked, or says it twice",
        ));
    };
    let text = line.to_str().map(str::to_owned);
    text.map_err(|_| RequestError::Ambiguous("the proxy does not say it in ASCII"))
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(body::empty());
    *response.status_mut() = status;
    response
}
