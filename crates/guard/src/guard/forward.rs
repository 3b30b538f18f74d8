//! Forwarding a request that was let through, and looking at the answer.

use airside_net::CloseSignal;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, Version,
    header::{
        ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, IF_MATCH,
        IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE, SET_COOKIE,
        UPGRADE,
    },
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
    operation::Rule,
    public::{self},
    request::CanonicalRequest,
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

const CONDITIONAL: [HeaderName; 7] = [
    ACCEPT_ENCODING,
    IF_MATCH,
    IF_NONE_MATCH,
    IF_MODIFIED_SINCE,
    IF_UNMODIFIED_SINCE,
    IF_RANGE,
    RANGE,
];
