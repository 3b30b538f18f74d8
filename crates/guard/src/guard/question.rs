//! The question of a proxy that forwards requests itself.

use std::sync::Arc;

use airside_api::target::has_needless_escapes;
use airside_policy::Principal;
use airside_resource::Rejection;
use http::{
    HeaderMap,
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, TRANSFER_ENCODING},
    request::Parts,
    uri::PathAndQuery,
};

use super::Guard;
use crate::{
    decide::{Judging, Next, Verdict},
    error::RequestError,
    judge,
    operation::Rule,
    reading::BodyRules,
    request::CanonicalRequest,
};

impl Guard {
    /// Judges a request for a proxy that forwards it itself, and returns the caller if it is allowed.
    ///
    /// # Errors
    ///
    /// [`RequestError`]; also where a rule would have to see a body or an answer.
    pub(crate) async fn ask(&self, parts: Parts) -> Result<Option<Arc<Principal>>, RequestError> {
        let request = self.read(parts)?;
        // INVARIANT: a proxy that asks forwards what it was sent
        require_as_sent(&request)?;
        require_no_claim(&request)?;
        if let Some(operation) = self.preflight_operation(&request) {
            self.note_operation(Some(operation));
            require_bare(&request.parts.headers)?;
            return Ok(None);
        }
        let mut judging = self.judging(&request);
        self.note_operation(judging.operation());
        let verdict = self.answer_questions(&mut judging, &request).await;
        self.apply(verdict, &judging, &request)?;
        // the body of a public operation, or of one that is noted, was not asked for
        BodyRules::require_declared(judging.operation(), &request.parts.headers)?;
        Ok(judging.into_caller().map(|caller| caller.principal))
    }

    /// Answers what a decision asks for, from the head of a request alone.
    async fn answer_questions(
        &self,
        judging: &mut Judging<'_, '_>,
        request: &CanonicalRequest,
    ) -> Verdict {
        loop {
            match judging.next() {
                Next::Body(rule) => answer_for_body(judging, rule, &request.parts.headers),
                Next::Verdict(verdict) => return verdict,
                next => {
                    self.answer_question(judging, next, &request.parts).await;
                }
            }
        }
    }
}

/// Answers the question for a body as far as the head of the request allows.
fn answer_for_body(judging: &mut Judging<'_, '_>, rule: &Rule, headers: &HeaderMap) {
    let operation = judging.operation();
    if let Err(error) = BodyRules::require_declared(operation, headers) {
        judging.fail(error);
    } else if let Err(error) = judge::cookies(rule, headers) {
        // INVARIANT: a proxy that asks forwards the cookies
        judging.deny(error);
    } else if judge::holds_answer(rule) || judge::holds_request(rule) {
        // INVARIANT: a proxy that asks shows neither body nor answer
        let operation = operation.map(|operation| operation.place.as_str());
        tracing::warn!(
            operation,
            "forward-auth cannot judge a body or an answer: let the guard forward the request"
        );
        judging.deny(Rejection::NotAllowed.into());
    } else {
        judging.set_body(None);
    }
}

/// Tells whether a preflight has neither credentials nor a body (Fetch, CORS-preflight).
fn is_bare(headers: &HeaderMap) -> bool {
    let told = [AUTHORIZATION, COOKIE, CONTENT_TYPE, TRANSFER_ENCODING];
    let length = headers.get(CONTENT_LENGTH);
    let is_empty = length.is_none_or(|length| length.is_empty() || length == "0");
    is_empty && told.iter().all(|name| !headers.contains_key(name))
}

/// Requires that a preflight carries nothing by which a handler could act.
fn require_bare(headers: &HeaderMap) -> Result<(), RequestError> {
    match is_bare(headers) {
        true => Ok(()),
        false => Err(RequestError::Ambiguous(
            "a preflight says who asks, or has a body",
        )),
    }
}

/// Requires that no header says what only a proxy may say: the guard cannot take it out.
fn require_no_claim(request: &CanonicalRequest) -> Result<(), RequestError> {
    match request.has_claim {
        true => Err(RequestError::Ambiguous(
            "a header says who calls, or for what, as only a proxy may",
        )),
        false => Ok(()),
    }
}

/// Requires that the path would be written as the proxy sent it.
fn require_as_sent(request: &CanonicalRequest) -> Result<(), RequestError> {
    let sent = request.parts.uri.path_and_query();
    match has_needless_escapes(sent.map_or("", PathAndQuery::as_str)) {
        true => Err(RequestError::Ambiguous("the path escapes what need not be")),
        false => Ok(()),
    }
}
