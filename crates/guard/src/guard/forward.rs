//! Forwarding a request that was let through, and looking at the answer.

use airside_api::Target;
use airside_net::CloseSignal;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, Version,
    header::{
        ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, IF_MATCH,
        IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE, SET_COOKIE,
        UPGRADE,
    },
    request::Parts,
};
use hyper::upgrade::OnUpgrade;

use super::{Admitted, Guard, answer::pass_on, upgrade::switch};
use crate::{
    body::{self, Body},
    cache,
    cors::Cors,
    error::RequestError,
    header,
    judge::{self, AuthenticatedCaller},
    public::{self},
    request::CanonicalRequest,
};

impl Guard {
    /// Forwards a request that was allowed, and returns the checked answer.
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
        let upgrade = take_upgrade(&mut parts);
        let signal = parts.extensions.remove::<CloseSignal>();
        let holds = self.holds_answer(&admitted, upgrade.is_some())?;
        let is_head = parts.method == Method::HEAD;
        let content_type = admitted.content_type.take();
        let caller = admitted.caller.as_ref();
        let request_body = match admitted.held {
            Some(_) => request_body,
            None => {
                let address = self.address(&parts);
                self.upstreams.body(request_body, address).await?
            }
        };
        self.rewrite_headers(&mut parts, caller, &ending, public);
        describe_body(&mut parts.headers, admitted.held, content_type);
        if upgrade.is_some() {
            ask_for_upgrade(&mut parts.headers);
        }
        let outgoing = outgoing(parts, &target, request_body, holds)?;
        let answer = self.upstreams.send(outgoing).await?;
        let mut response = match (upgrade, admitted.rule, caller) {
            (Some(upgrade), ..) => {
                let revoked = self.end_of_token(caller.map(|caller| &caller.verified));
                switch(upgrade, signal, answer, revoked)?
            }
            (None, Some(rule), Some(caller)) if holds => {
                let checked = self.check_answer(answer, rule, caller, &admitted).await?;
                match is_head {
                    true => checked.map(|_| body::empty()),
                    false => checked,
                }
            }
            _ => pass_on(answer),
        };
        self.restrict(response.headers_mut(), &admitted);
        Ok(response)
    }

    /// Tells whether the answer is held; that of a WebSocket cannot be.
    fn holds_answer(
        &self,
        admitted: &Admitted<'_>,
        is_upgrade: bool,
    ) -> Result<bool, RequestError> {
        let holds = admitted.rule.is_some_and(|rule| judge::holds_answer(rule));
        if holds && is_upgrade {
            let why = "the answer of a WebSocket cannot be held";
            self.keep_back(RequestError::BadAnswer(why), admitted)?;
            return Ok(false);
        }
        Ok(holds)
    }

    /// Restricts who may keep or read an answer, and whither it redirects.
    fn restrict(&self, headers: &mut HeaderMap, admitted: &Admitted<'_>) {
        let mode = self.configuration.mode;
        if mode.changes_answers() && admitted.rule.is_some_and(|rule| rule.is_for_one_caller()) {
            cache::keep_private(headers, &AUTHORIZATION);
        }
        self.keep_to_browser(headers, admitted.caller.as_ref());
        public::keep_redirect_here(headers, &self.configuration.upstreams);
        if self.configuration.cors.is_some() {
            Cors::scrub(headers);
        }
    }

    /// Restricts an answer to a cookie to its browser, and removes cookies that only the guard may set.
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
}

/// Takes the upgrade of a request for a WebSocket out of it.
fn take_upgrade(parts: &mut Parts) -> Option<OnUpgrade> {
    let upgrade = parts.extensions.remove::<OnUpgrade>();
    let is_websocket = header::is_websocket(&parts.headers) && parts.version == Version::HTTP_11;
    upgrade.filter(|_| is_websocket && parts.method == Method::GET)
}

/// Sets the length and type of a body that was held or read.
fn describe_body(headers: &mut HeaderMap, held: Option<usize>, content_type: Option<HeaderValue>) {
    if let Some(length) = held {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, content_type);
    }
}

fn ask_for_upgrade(headers: &mut HeaderMap) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
}

/// Returns the request for the upstream. If its answer is held, it asks for the whole answer, uncompressed.
fn outgoing(
    mut parts: Parts,
    target: &Target,
    request_body: Body,
    holds: bool,
) -> Result<Request<Body>, RequestError> {
    if holds {
        for name in CONDITIONAL {
            parts.headers.remove(name);
        }
    }
    let mut request = Request::new(request_body);
    *request.method_mut() = match holds && parts.method == Method::HEAD {
        true => Method::GET,
        false => parts.method,
    };
    let uri = Uri::from_maybe_shared(target.path_and_query());
    *request.uri_mut() = uri.map_err(|_| RequestError::Ambiguous("the path is too long"))?;
    *request.headers_mut() = parts.headers;
    Ok(request)
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
