//! Obtaining the inputs of a decision, and applying its verdict.

use airside_api::target::has_needless_escapes;
use airside_net::RequestBody;
use airside_policy::Principal;
use airside_resource::Rejection;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue,
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, TRANSFER_ENCODING},
    request::Parts,
    uri::PathAndQuery,
};
use hyper::body::Body as _;
use serde_json::Value;

use super::{Admitted, Guard};
use crate::{
    body::{self, Body},
    decide::{Judging, Next, Verdict},
    error::RequestError,
    judge,
    observed::ObservedDenial,
    operation::{Operation, Rule},
    reading::{BodyRules, HeldBody},
    request::CanonicalRequest,
};

/// A body on its way to the upstream.
pub(super) struct TakenBody {
    pub(super) body: Body,
    /// The rewritten type of the body.
    pub(super) content_type: Option<HeaderValue>,
    /// The length of the body, if it was held.
    pub(super) length: Option<usize>,
}

impl Guard {
    /// Judges a request, and returns what is left to judge by the answer.
    pub(super) async fn judge<'a>(
        &'a self,
        request: &CanonicalRequest,
        request_body: RequestBody,
    ) -> Result<(Admitted<'a>, Body), RequestError> {
        let mut judging = self.judging(request);
        self.note_operation(judging.operation());
        let (mut unread, mut taken) = (Some(request_body), None);
        let verdict = loop {
            match judging.next() {
                Next::Body(rule) => {
                    let Some(request_body) = unread.take() else {
                        judging.fail(Rejection::NotAllowed.into());
                        continue;
                    };
                    match self.take(&judging, rule, request, request_body).await {
                        Ok((body, document)) => {
                            taken = Some(body);
                            judging.set_body(document);
                        }
                        Err(error) => judging.fail(error),
                    }
                }
                Next::Verdict(verdict) => break verdict,
                next => {
                    self.answer_question(&mut judging, next, &request.parts)
                        .await;
                }
            }
        };
        self.apply(verdict, &judging, request)?;
        let operation = judging.operation();
        let taken = match (taken, unread) {
            (None, Some(request_body)) => self.pass(operation, &request.parts, request_body)?,
            (taken, _) => taken.unwrap_or_default(),
        };
        let admitted = Admitted {
            operation,
            rule: judging.rule(),
            caller: judging.into_caller(),
            held: taken.length,
            content_type: taken.content_type,
        };
        Ok((admitted, taken.body))
    }

    /// Judges a request for a proxy that forwards it itself, and returns the caller if it is allowed.
    ///
    /// # Errors
    ///
    /// [`RequestError`]; also where a rule would have to see a body or an answer.
    pub(crate) async fn ask(&self, parts: Parts) -> Result<Option<Principal>, RequestError> {
        let request = self.read(parts)?;
        // INVARIANT: a proxy that asks forwards what it was sent
        let sent = request
            .parts
            .uri
            .path_and_query()
            .map_or("", PathAndQuery::as_str);
        if has_needless_escapes(sent) {
            return Err(RequestError::Ambiguous("the path escapes what need not be"));
        }
        if let Some(operation) = self.preflight_operation(&request) {
            self.note_operation(Some(operation));
            return match is_bare(&request.parts.headers) {
                true => Ok(None),
                false => Err(RequestError::Ambiguous(
                    "a preflight says who asks, or has a body",
                )),
            };
        }
        let mut judging = self.judging(&request);
        self.note_operation(judging.operation());
        let verdict = loop {
            match judging.next() {
                Next::Body(rule) => answer_for_body(&mut judging, rule, &request.parts.headers),
                Next::Verdict(verdict) => break verdict,
                next => {
                    self.answer_question(&mut judging, next, &request.parts)
                        .await;
                }
            }
        };
        self.apply(verdict, &judging, &request)?;
        // the body of a public operation, or of one that is noted, was not asked for
        BodyRules::require_declared(judging.operation(), &request.parts.headers)?;
        Ok(judging.into_caller().map(|caller| caller.principal))
    }

    pub(crate) fn judging<'a, 'r>(&'a self, request: &'r CanonicalRequest) -> Judging<'a, 'r> {
        Judging::new(&self.configuration, &request.parts.method, &request.target)
    }

    /// Obtains the caller, or the owner of the object.
    pub(crate) async fn answer_question<'a>(
        &self,
        judging: &mut Judging<'a, '_>,
        next: Next<'a>,
        parts: &Parts,
    ) {
        match next {
            Next::Token => match self.caller(parts).await {
                Ok(caller) => judging.set_caller(caller),
                Err(error) => judging.fail(error),
            },
            Next::Owner(question) => match Box::pin(self.owner_sources().owner(question)).await {
                Ok(Some(owner)) => judging.set_owner(Ok(owner)),
                // what the rule says of it stays
                Ok(None) => {}
                Err(RequestError::NotOwned(why)) => judging.set_owner(Err(why)),
                Err(error) => judging.fail(error),
            },
            Next::Body(_) | Next::Verdict(_) => {}
        }
    }

    /// Takes the body of a verified caller, and reads it if the rule needs it.
    async fn take(
        &self,
        judging: &Judging<'_, '_>,
        rule: &Rule,
        request: &CanonicalRequest,
        request_body: RequestBody,
    ) -> Result<(TakenBody, Option<Value>), RequestError> {
        let limits = self.configuration.limits;
        let parameters = judging.parameters();
        let parameters = parameters.filter(|_| !request_body.is_end_stream());
        let watched = parameters.map(|parameters| judge::watched(rule, parameters));
        let rules = BodyRules {
            operation: judging.operation(),
            watched: watched.as_deref().unwrap_or_default(),
        };
        if !judge::holds_request(rule) {
            let taken = rules.take(&request.parts, request_body, limits).await?;
            return Ok((taken.into(), None));
        }
        let held = rules.hold(&request.parts, request_body, limits.held_body);
        let HeldBody {
            bytes,
            document,
            content_type,
        } = held.await?;
        Ok((TakenBody::held(bytes, content_type), Some(document)))
    }

    /// Passes on a body that the rule does not read.
    fn pass(
        &self,
        operation: Option<&Operation>,
        parts: &Parts,
        request_body: RequestBody,
    ) -> Result<TakenBody, RequestError> {
        let rules = BodyRules {
            operation,
            watched: &[],
        };
        let limit = self.configuration.limits.request_body;
        let (body, content_type) = rules.pass(parts, request_body, limit)?;
        Ok((body, content_type, None).into())
    }

    /// Applies a verdict: returns a denial, or notes it.
    fn apply(
        &self,
        verdict: Verdict,
        judging: &Judging<'_, '_>,
        request: &CanonicalRequest,
    ) -> Result<(), RequestError> {
        if let (Some(error), Some(caller)) = (verdict.error(), judging.caller()) {
            let is_refused = matches!(verdict, Verdict::Denied(_));
            let is_undeclared = matches!(
                error,
                RequestError::Undeclared(_) | RequestError::Method { .. }
            );
            if is_undeclared || !is_refused {
                let operation = match judging.operation() {
                    Some(operation) => operation.name(),
                    None => format!("{} {}", request.parts.method, request.target.path()),
                };
                self.note(error, operation, &caller.principal, is_refused);
            }
        }
        match verdict {
            Verdict::Forwarded | Verdict::Noted(_) => Ok(()),
            Verdict::Denied(error) => Err(error),
        }
    }

    /// Counts a denial that was made or observed.
    pub(super) fn note(
        &self,
        error: &RequestError,
        operation: String,
        principal: &Principal,
        refused: bool,
    ) {
        self.observed.note(ObservedDenial {
            operation,
            client_id: principal.client_id.clone(),
            reason: error.to_string(),
            refused,
        });
    }
}

/// Answers the question for a body as far as the head of the request allows.
fn answer_for_body(judging: &mut Judging<'_, '_>, rule: &Rule, headers: &HeaderMap) {
    let operation = judging.operation();
    if let Err(error) = BodyRules::require_declared(operation, headers) {
        judging.fail(error);
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

impl TakenBody {
    fn held(held: Bytes, content_type: HeaderValue) -> Self {
        Self {
            length: Some(held.len()),
            body: body::full(held),
            content_type: Some(content_type),
        }
    }
}

impl Default for TakenBody {
    fn default() -> Self {
        (body::empty(), None, None).into()
    }
}

impl From<(Body, Option<HeaderValue>, Option<usize>)> for TakenBody {
    fn from((body, content_type, length): (Body, Option<HeaderValue>, Option<usize>)) -> Self {
        Self {
            body,
            content_type,
            length,
        }
    }
}
