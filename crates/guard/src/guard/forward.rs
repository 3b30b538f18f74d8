//! Forwarding a request that was let through, and looking at the answer.

use std::{mem, time::Duration};

use airside_net::{CloseSignal, Peer};
use airside_resource::Caller;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version,
    header::{
        ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE,
        COOKIE, HOST, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE,
        RANGE, SET_COOKIE, UPGRADE, VIA,
    },
    request::Parts,
    response,
    uri::Authority,
};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use super::{Admitted, Guard};
use crate::{
    body::{self, AnswerBody, Body},
    cache,
    cors::Cors,
    error::RequestError,
    header,
    judge::{self, AuthenticatedCaller},
    operation::{Operation, Rule},
    ownership::OwnershipError,
    public::{self, PublicAddress},
    request::CanonicalRequest,
    websocket,
};

impl Guard {
    pub(super) async fn forward(
        &self,
        request: CanonicalRequest,
        mut admitted: Admitted<'_>,
        request_body: Body,
    ) -> Result<Response<Body>, RequestError> {
        let CanonicalRequest {
            mut parts,
            target,
            ending,
            public,
            ..
        } = request;
        let upgrade = parts.extensions.remove::<OnUpgrade>();
        let websocket = header::is_websocket(&parts.headers) && parts.version == Version::HTTP_11;
        let upgrade = upgrade.filter(|_| websocket && parts.method == Method::GET);
        let head = parts.method == Method::HEAD;
        let mut holds = admitted.rule.is_some_and(judge::holds_answer);
        if holds && upgrade.is_some() {
            let why = "the answer of a WebSocket cannot be held";
            self.keep_back(RequestError::BadAnswer(why), &admitted)?;
            holds = false;
        }
        let content_type = admitted.content_type.take();
        let caller = admitted.caller.as_ref();
        let request_body = match admitted.held {
            Some(_) => request_body,
            None => {
                let address = self.address(&parts);
                self.upstreams.body(request_body, address).await?
            }
        };
        let signal = parts.extensions.remove::<CloseSignal>();
        self.rewrite_headers(&mut parts, caller, (&ending, public));
        if holds {
            // an answer in parts, or in another coding, could not be read
            for name in CONDITIONAL {
                parts.headers.remove(name);
            }
        }
        if let Some(length) = admitted.held {
            parts.headers.insert(CONTENT_LENGTH, length.into());
        }
        if let Some(content_type) = content_type {
            parts.headers.insert(CONTENT_TYPE, content_type);
        }
        if upgrade.is_some() {
            parts
                .headers
                .insert(CONNECTION, HeaderValue::from_static("upgrade"));
            parts
                .headers
                .insert(UPGRADE, HeaderValue::from_static("websocket"));
        }
        let mut request = Request::new(request_body);
        *request.method_mut() = match holds && head {
            true => Method::GET,
            false => parts.method,
        };
        let uri = Uri::from_maybe_shared(target.path_and_query());
        *request.uri_mut() = uri.map_err(|_| RequestError::Ambiguous("the path is too long"))?;
        *request.headers_mut() = parts.headers;
        let answer = self.upstreams.send(request).await?;
        let mut response = match (upgrade, admitted.rule, caller) {
            (Some(upgrade), ..) => {
                let revoked = self.end_of_token(caller.map(|caller| &caller.verified));
                switch((upgrade, signal), answer, revoked)
            }
            (None, Some(rule), Some(caller)) if holds => {
                let checked = self.check_answer(answer, (rule, caller), &admitted).await?;
                match head {
                    true => checked.map(|_| body::empty()),
                    false => checked,
                }
            }
            _ => pass_on(answer),
        };
        let mode = self.configuration.mode;
        if mode.changes_answers() && admitted.rule.is_some_and(Rule::is_for_one_caller) {
            cache::keep_private(response.headers_mut(), &AUTHORIZATION);
        }
        self.keep_to_browser(response.headers_mut(), caller);
        public::keep_redirect_here(response.headers_mut(), &self.configuration.upstreams);
        if self.configuration.cors.is_some() {
            Cors::scrub(response.headers_mut());
        }
        Ok(response)
    }

    /// An answer to a cookie is its browser's alone, and no API sets the guard's cookies.
    fn keep_to_browser(&self, headers: &mut HeaderMap, caller: Option<&AuthenticatedCaller>) {
        let Some(browser_mode) = &self.browser_mode else {
            return;
        };
        if headers.contains_key(SET_COOKIE) {
            let set = headers.get_all(SET_COOKIE).iter();
            let kept: Vec<_> = set
                .filter(|cookie| !browser_mode.is_ours(cookie))
                .cloned()
                .collect();
            headers.remove(SET_COOKIE);
            for cookie in kept {
                headers.append(SET_COOKIE, cookie);
            }
        }
        let by_cookie = caller.is_some_and(|caller| caller.session_token.is_some());
        if by_cookie {
            cache::keep_private(headers, &COOKIE);
        }
    }

    /// Tells the upstream who calls, and nothing that the caller said about that.
    fn rewrite_headers(
        &self,
        parts: &mut Parts,
        caller: Option<&AuthenticatedCaller>,
        (ending, public): (&[HeaderName], PublicAddress),
    ) {
        let configuration = &self.configuration;
        let mut own = self.own_headers(parts, caller);
        public.say(&mut own);
        let obeys_trace = self.is_from_proxy(parts);
        let headers = &mut parts.headers;
        keep_trace(headers, obeys_trace);
        if !configuration.forward_authorization {
            headers.remove(AUTHORIZATION);
            headers.remove(DPOP);
        }
        if !configuration.forward_cookies {
            headers.remove(COOKIE);
        } else if let Some(browser_mode) = &self.browser_mode {
            browser_mode.strip(headers);
        }
        parts.headers = header::forwarded(own, mem::take(headers), ending);
    }

    /// What the guard itself says to the upstream. It is what comes first: servers that bound the number of
    /// headers drop the last ones.
    pub(super) fn own_headers(
        &self,
        parts: &Parts,
        caller: Option<&AuthenticatedCaller>,
    ) -> HeaderMap {
        let configuration = &self.configuration;
        let mut own = HeaderMap::with_capacity(parts.headers.len() + OWN_HEADERS);
        let host = parts.headers.get(HOST).cloned();
        let authority = parts.uri.authority().map(Authority::as_str);
        let host = host.or_else(|| HeaderValue::from_str(authority?).ok());
        if let Some(host) = host {
            // the upstream's own takes its place
            own.insert(HOST, host.clone());
            own.insert(X_FORWARDED_HOST, host);
        }
        let facts = caller.into_iter();
        for (name, value) in facts.flat_map(|caller| configuration.identity.of(&caller.principal)) {
            own.insert(name.clone(), value);
        }
        let peer = parts.extensions.get::<Peer>();
        let tls = peer.is_some_and(|peer| peer.tls);
        let proto = if tls { "https" } else { "http" };
        own.insert(X_FORWARDED_PROTO, HeaderValue::from_static(proto));
        if let Some(address) = self.address(parts)
            && let Ok(address) = HeaderValue::from_str(&address.to_string())
        {
            own.insert(X_FORWARDED_FOR, address);
        }
        let session_token = caller.and_then(|caller| caller.session_token.as_ref());
        if let Some(token) = session_token.filter(|_| configuration.forward_authorization)
            && let Ok(mut bearer) = HeaderValue::from_str(&format!("Bearer {token}"))
        {
            bearer.set_sensitive(true);
            own.insert(AUTHORIZATION, bearer);
        }
        if let Some(via) = self.via.append(&parts.headers, parts.version) {
            own.insert(VIA, via);
        }
        own
    }

    /// Whether the other end of the connection is a trusted proxy.
    pub(super) fn is_from_proxy(&self, parts: &Parts) -> bool {
        let peer = parts.extensions.get::<Peer>().and_then(Peer::ip);
        let proxies = &self.configuration.trusted_proxies;
        peer.is_some_and(|peer| proxies.is_trusted(peer.to_canonical()))
    }

    /// Holds an answer until it is known to be the caller's. One that is kept back in `enforce` goes on as
    /// it is in `observe`.
    async fn check_answer(
        &self,
        answer: Response<AnswerBody>,
        (rule, caller): (&Rule, &AuthenticatedCaller),
        admitted: &Admitted<'_>,
    ) -> Result<Response<Body>, RequestError> {
        if let Err(error) = require_readable(&answer) {
            self.keep_back(error, admitted)?;
            return Ok(pass_on(answer));
        }
        let (mut parts, answer) = answer.into_parts();
        let limits = self.configuration.limits;
        let patience = Duration::from_secs(limits.upstream_seconds);
        let held = body::hold_answer(body::passing(answer), limits.held_body, patience).await;
        let held = match held {
            Ok(held) => held,
            Err(error) => {
                self.keep_back(error.why, admitted)?;
                return Ok(pass_on_head(parts, error.body));
            }
        };
        let changed = match judge::answer(rule, caller, &held) {
            Ok(changed) => changed,
            Err(error) => {
                self.keep_back(error, admitted)?;
                None
            }
        };
        let bytes = match changed {
            Some(document) if self.configuration.mode.changes_answers() => {
                // it is another document now
                for name in OF_CONTENT {
                    parts.headers.remove(name);
                }
                Bytes::from(document)
            }
            _ => held,
        };
        parts.headers.insert(CONTENT_LENGTH, bytes.len().into());
        Ok(pass_on_head(parts, body::full(bytes)))
    }

    /// Keeps an answer back. In `observe` an answer decides nothing, whatever it is: it goes on, and the
    /// refusal is noted.
    fn keep_back(&self, error: RequestError, admitted: &Admitted<'_>) -> Result<(), RequestError> {
        if self.configuration.mode.changes_answers() {
            return Err(error);
        }
        if let Some(caller) = &admitted.caller {
            let operation = admitted.operation.map_or_else(String::new, Operation::name);
            self.note(&error, operation, &caller.principal, false);
        }
        Ok(())
    }

    /// Waits until a WebSocket of this caller must end: its token has expired or is revoked.
    fn end_of_token(&self, caller: Option<&Caller>) -> impl Future<Output = ()> + use<> {
        let caller = caller.cloned();
        let now = (self.clock)();
        let lifetime = caller.as_ref().map_or(MAX_SOCKET, |caller| {
            let left = caller.token().expires_at().saturating_sub(now);
            Duration::from_secs(u64::try_from(left).unwrap_or(0))
        });
        let resource_server = self.resource_server.clone();
        async move {
            let expired = tokio::time::sleep(lifetime);
            match caller {
                Some(caller) => tokio::select! {
                    () = expired => {}
                    () = resource_server.revoked(&caller) => {}
                },
                None => expired.await,
            }
        }
    }
}

/// Joins the two ends of a WebSocket.
fn switch(
    (client, signal): (OnUpgrade, Option<CloseSignal>),
    mut answer: Response<AnswerBody>,
    end_of_token: impl Future<Output = ()> + Send + 'static,
) -> Response<Body> {
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return pass_on(answer);
    }
    let upstream = hyper::upgrade::on(&mut answer);
    let (parts, connection) = answer.into_parts();
    tokio::spawn(async move {
        let _connection = connection;
        let (Ok(client), Ok(upstream)) = tokio::join!(client, upstream) else {
            return;
        };
        let (client, upstream) = (TokioIo::new(client), TokioIo::new(upstream));
        websocket::relay(client, upstream, signal, end_of_token).await;
        tracing::debug!("a WebSocket ended");
    });
    let mut response = pass_on_head(parts, body::empty());
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    response
}

/// Only a trusted proxy names the trace (W3C Trace Context §3.2): anybody else could put a request into
/// another's. What they say is noted.
fn keep_trace(headers: &mut HeaderMap, is_trusted: bool) {
    let trace_id = airside_net::trace_id(headers);
    if is_trusted && trace_id.is_some() {
        return;
    }
    if let Some(caller_trace_id) = trace_id {
        tracing::debug!(caller_trace_id, "a caller names a trace");
    }
    headers.remove(TRACEPARENT);
    headers.remove(TRACESTATE);
}

/// An answer in which an owner can be looked for.
fn require_readable(answer: &Response<AnswerBody>) -> Result<(), RequestError> {
    let why = match answer.status() {
        StatusCode::OK if answer.headers().contains_key(CONTENT_ENCODING) => {
            "it is compressed, which the rule on the answer cannot read and the guard did not ask for"
        }
        StatusCode::OK if is_json(answer.headers()) => return Ok(()),
        StatusCode::OK => "its `Content-Type` is not JSON, which the rule on the answer reads",
        // the API's own, which may say more than ours
        StatusCode::NOT_FOUND | StatusCode::GONE => return Err(OwnershipError::NoObject.into()),
        status if status.is_redirection() => {
            "it is a redirect, and the rule on the answer needs the object itself"
        }
        status if status.is_server_error() => "the upstream failed: its status is 5xx",
        status if status.is_client_error() => "the upstream refused the request: its status is 4xx",
        _ => "its status is not 200, and the rule on the answer needs the object itself",
    };
    Err(RequestError::BadAnswer(why))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = kind
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn pass_on(answer: Response<AnswerBody>) -> Response<Body> {
    let (parts, body) = answer.into_parts();
    pass_on_head(parts, body::passing(body))
}

fn pass_on_head(mut parts: response::Parts, body: Body) -> Response<Body> {
    header::strip_answer(&mut parts.headers);
    parts.version = Version::HTTP_11;
    Response::from_parts(parts, body)
}

const CONDITIONAL: [HeaderName; 7] = [
    ACCEPT_ENCODING,
    IF_MATCH,
    IF_NONE_MATCH,
    IF_MODIFIED_SINCE,
    IF_UNMODIFIED_SINCE,
    IF_RANGE,
    RANGE,
];
const DPOP: HeaderName = HeaderName::from_static("dpop");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Room for those of the guard.
const OWN_HEADERS: usize = 10;
/// What an API says of the bytes of an answer (RFC 9110 §8.8.3, RFC 9530).
const OF_CONTENT: [&str; 5] = [
    "etag",
    "content-digest",
    "repr-digest",
    "digest",
    "content-md5",
];
/// Of a public WebSocket, whose caller is nobody.
const MAX_SOCKET: Duration = Duration::from_secs(24 * 60 * 60);
