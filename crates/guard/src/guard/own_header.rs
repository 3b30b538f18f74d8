//! The headers of a request on its way to the upstream.

use std::{mem, net::IpAddr};

use airside_net::Peer;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, COOKIE, HOST, VIA},
    request::Parts,
    uri::Authority,
};

use super::Guard;
use crate::{header, judge::AuthenticatedCaller, public::PublicAddress};

impl Guard {
    /// Replaces the headers that say who calls by the guard's own.
    pub(super) fn rewrite_headers(
        &self,
        parts: &mut Parts,
        caller: Option<&AuthenticatedCaller>,
        ending: &[HeaderName],
        public: PublicAddress,
    ) {
        let mut own = self.own_headers(parts, caller);
        public.say(&mut own);
        let obeys_trace = self.proxy(parts).is_some();
        let headers = &mut parts.headers;
        keep_trace(headers, obeys_trace);
        self.drop_credentials(headers, caller.is_some());
        parts.headers = header::forwarded(own, mem::take(headers), ending);
    }

    /// Removes what the upstream must not see. Of a request whose token was not verified, only `Basic`
    /// stays: that is not a token, and the API itself asks for it.
    fn drop_credentials(&self, headers: &mut HeaderMap, is_verified: bool) {
        let configuration = &self.configuration;
        let stays = match headers.get(AUTHORIZATION) {
            Some(sent) => is_verified || is_basic(sent),
            None => is_verified,
        };
        if !configuration.forward_authorization || !stays {
            headers.remove(AUTHORIZATION);
            headers.remove(DPOP);
        }
        if !configuration.forward_cookies {
            headers.remove(COOKIE);
        } else if let Some(browser_mode) = &self.browser_mode {
            browser_mode.strip(headers);
        }
    }

    /// Returns the guard's own headers for the upstream. They come first, because servers that bound the
    /// number of headers drop the last ones.
    pub(super) fn own_headers(
        &self,
        parts: &Parts,
        caller: Option<&AuthenticatedCaller>,
    ) -> HeaderMap {
        let configuration = &self.configuration;
        let mut own = HeaderMap::with_capacity(parts.headers.len() + OWN_HEADERS);
        insert_host(&mut own, parts);
        let facts = caller.into_iter();
        for (name, value) in facts.flat_map(|caller| configuration.identity.of(&caller.principal)) {
            own.insert(name.clone(), value);
        }
        self.insert_peer(&mut own, parts);
        self.insert_session_token(&mut own, caller);
        if let Some(via) = self.via.append(&parts.headers, parts.version) {
            own.insert(VIA, via);
        }
        own
    }

    fn insert_peer(&self, own: &mut HeaderMap, parts: &Parts) {
        let peer = parts.extensions.get::<Peer>();
        let tls = peer.is_some_and(|peer| peer.tls);
        let proto = if tls { "https" } else { "http" };
        own.insert(X_FORWARDED_PROTO, HeaderValue::from_static(proto));
        if let Some(address) = self.address(parts)
            && let Ok(address) = HeaderValue::from_str(&address.to_string())
        {
            own.insert(X_FORWARDED_FOR, address);
        }
    }

    fn insert_session_token(&self, own: &mut HeaderMap, caller: Option<&AuthenticatedCaller>) {
        let session_token = caller.and_then(|caller| caller.session_token.as_ref());
        if let Some(token) = session_token.filter(|_| self.configuration.forward_authorization)
            && let Ok(mut bearer) = HeaderValue::from_str(&format!("Bearer {token}"))
        {
            bearer.set_sensitive(true);
            own.insert(AUTHORIZATION, bearer);
        }
    }

    /// Returns the address of the peer if it is a trusted proxy.
    pub(super) fn proxy(&self, parts: &Parts) -> Option<IpAddr> {
        let peer = parts.extensions.get::<Peer>().and_then(Peer::ip);
        let proxies = &self.configuration.trusted_proxies;
        peer.filter(|peer| proxies.is_trusted(peer.to_canonical()))
    }
}

/// Tells whether a request authenticates with a name and a password (RFC 7617).
fn is_basic(authorization: &HeaderValue) -> bool {
    let scheme = authorization.as_bytes().split(|byte| *byte == b' ').next();
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic"))
}

fn insert_host(own: &mut HeaderMap, parts: &Parts) {
    let host = parts.headers.get(HOST).cloned();
    let authority = parts.uri.authority().map(Authority::as_str);
    let host = host.or_else(|| HeaderValue::from_str(authority?).ok());
    if let Some(host) = host {
        // the upstream's own takes its place
        own.insert(HOST, host.clone());
        own.insert(X_FORWARDED_HOST, host);
    }
}

/// Removes the trace headers of untrusted callers (W3C Trace Context §3.2), which could join a trace of
/// somebody else.
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

const DPOP: HeaderName = HeaderName::from_static("dpop");

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The number of the guard's own headers.
const OWN_HEADERS: usize = 10;
