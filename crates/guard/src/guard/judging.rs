//! Getting what it takes to judge a request, and what becomes of the verdict.

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

use super::{Guard, Passed};
use crate::{
    Refusal, access,
    body::{self, Body},
    decide::{Judging, Next, Verdict},
    judge,
    observed::Refused,
    operation::{Operation, Rule},
    reading::Terms,
    request::Read,
};

/// A body on its way to the upstream.
pub(super) struct Taken {
    pub(super) body: Body,
    /// Its type, where that is written anew.
    pub(super) content_type: Option<HeaderValue>,
    /// How long it is, where it was held.
    pub(super) length: Option<usize>,
}

impl Guard {
    /// Judges a request, and says what is left to judge by the answer.
    pub(super) async fn judge<'a>(
        &'a self,
        read: &Read,
        request_body: RequestBody,
    ) -> Result<(Passed<'a>, Body), Refusal> {
        let mut judging = self.judging(read);
        access::found(self, judging.operation());
        let (mut unread, mut taken) = (Some(request_body), None);
        let verdict = loop {
            match judging.next() {
                Next::Body(rule) => {
                    let Some(request_body) = unread.take() else {
                        judging.fail(Rejection::NotAllowed.into());
                        continue;
                    };
                    match self.take(&judging, rule, read, request_body).await {
                        Ok((body, document)) => {
                            taken = Some(body);
                            judging.has_body(document);
                        }
                        Err(refusal) => judging.fail(refusal),
                    }
                }
                Next::Verdict(verdict) => break verdict,
                next => {
                    self.answer_question(&mut judging, next, &read.parts).await;
                }
            }
        };
        self.apply(verdict, &judging, read)?;
        let operation = judging.operation();
        let taken = match (taken, unread) {
            (None, Some(request_body)) => self.pass(operation, &read.parts, request_body)?,
            (taken, _) => taken.unwrap_or_default(),
        };
        let passed = Passed {
            operation,
            rule: judging.rule(),
            who: judging.into_who(),
            held: taken.length,
            content_type: taken.content_type,
        };
        Ok((passed, taken.body))
    }

    /// Judges for a proxy that forwards itself: who calls, if the caller may.
    ///
    /// # Errors
    ///
    /// [`Refusal`]; also where a rule would have to see a body or an answer.
    pub(crate) async fn ask(&self, parts: Parts) -> Result<Option<Principal>, Refusal> {
        let read = self.read(parts)?;
        // INVARIANT: a proxy that asks forwards what it was sent
        let sent = read
            .parts
            .uri
            .path_and_query()
            .map_or("", PathAndQuery::as_str);
        if has_needless_escapes(sent) {
            return Err(Refusal::Ambiguous("the path escapes what need not be"));
        }
        if let Some(operation) = self.preflight_operation(&read) {
            access::found(self, Some(operation));
            return match is_bare(&read.parts.headers) {
                true => Ok(None),
                false => Err(Refusal::Ambiguous(
                    "a preflight says who asks, or has a body",
                )),
            };
        }
        let mut judging = self.judging(&read);
        access::found(self, judging.operation());
        let verdict = loop {
            match judging.next() {
                Next::Body(rule) => answer_for_body(&mut judging, rule, &read.parts.headers),
                Next::Verdict(verdict) => break verdict,
                next => {
                    self.answer_question(&mut judging, next, &read.parts).await;
                }
            }
        };
        self.apply(verdict, &judging, &read)?;
        // the body of a public operation, or of one that is noted, was not asked for
        Terms::require_declared(judging.operation(), &read.parts.headers)?;
        Ok(judging.into_who().map(|who| who.principal))
    }

    pub(crate) fn judging<'a, 'r>(&'a self, read: &'r Read) -> Judging<'a, 'r> {
        Judging::new(&self.configuration, &read.parts.method, &read.target)
    }

    /// Gets who calls, or whose the object is.
    pub(crate) async fn answer_question<'a>(
        &self,
        judging: &mut Judging<'a, '_>,
        next: Next<'a>,
        parts: &Parts,
    ) {
        match next {
            Next::Token => match self.caller(parts).await {
                Ok(who) => judging.is_from(who),
                Err(refusal) => judging.fail(refusal),
            },
            Next::Owner(question) => match Box::pin(self.outside().owner(question)).await {
                Ok(Some(owner)) => judging.belongs_to(Ok(owner)),
                // what the rule says of it stays
                Ok(None) => {}
                Err(Refusal::NotOwned(why)) => judging.belongs_to(Err(why)),
                Err(refusal) => judging.fail(refusal),
            },
            Next::Body(_) | Next::Verdict(_) => {}
        }
    }

    /// Takes a body of a known caller, and reads it where the rule looks into it.
    async fn take(
        &self,
        judging: &Judging<'_, '_>,
        rule: &Rule,
        read: &Read,
        request_body: RequestBody,
    ) -> Result<(Taken, Option<Value>), Refusal> {
        let limits = self.configuration.limits;
        let parameters = judging.parameters();
        let parameters = parameters.filter(|_| !request_body.is_end_stream());
        let watched = parameters.map(|parameters| judge::watched(rule, parameters));
        let terms = Terms {
            operation: judging.operation(),
            watched: watched.as_deref().unwrap_or_default(),
        };
        if !judge::holds_request(rule) {
            let taken = terms.take(&read.parts, request_body, limits).await?;
            return Ok((taken.into(), None));
        }
        let held = terms.hold(&read.parts, request_body, limits.held_body);
        let (held, document, content_type) = held.await?;
        Ok((Taken::held(held, content_type), Some(document)))
    }

    /// Passes a body on into which no rule has looked.
    fn pass(
        &self,
        operation: Option<&Operation>,
        parts: &Parts,
        request_body: RequestBody,
    ) -> Result<Taken, Refusal> {
        let terms = Terms {
            operation,
            watched: &[],
        };
        let limit = self.configuration.limits.request_body;
        let (body, content_type) = terms.pass(parts, request_body, limit)?;
        Ok((body, content_type, None).into())
    }

    /// Makes or notes the refusal of a verdict.
    fn apply(
        &self,
        verdict: Verdict,
        judging: &Judging<'_, '_>,
        read: &Read,
    ) -> Result<(), Refusal> {
        if let (Some(refusal), Some(who)) = (verdict.refusal(), judging.who()) {
            let is_refused = matches!(verdict, Verdict::Refused(_));
            let is_undeclared = matches!(refusal, Refusal::Undeclared(_) | Refusal::Method { .. });
            if is_undeclared || !is_refused {
                let operation = match judging.operation() {
                    Some(operation) => operation.name(),
                    None => format!("{} {}", read.parts.method, read.target.path()),
                };
                self.note(refusal, operation, &who.principal, is_refused);
            }
        }
        match verdict {
            Verdict::Forwarded | Verdict::Noted(_) => Ok(()),
            Verdict::Refused(refusal) => Err(refusal),
        }
    }

    /// Counts who was refused, or would have been.
    pub(super) fn note(
        &self,
        refusal: &Refusal,
        operation: String,
        principal: &Principal,
        refused: bool,
    ) {
        self.observed.note(Refused {
            operation,
            client_id: principal.client_id.clone(),
            reason: refusal.to_string(),
            refused,
        });
    }
}

/// Answers, where a body is asked for, as far as the head of the request tells.
fn answer_for_body(judging: &mut Judging<'_, '_>, rule: &Rule, headers: &HeaderMap) {
    let operation = judging.operation();
    if let Err(refusal) = Terms::require_declared(operation, headers) {
        judging.fail(refusal);
    } else if judge::holds_answer(rule) || judge::holds_request(rule) {
        // INVARIANT: a proxy that asks shows neither body nor answer
        let operation = operation.map(|operation| operation.place.as_str());
        tracing::warn!(
            operation,
            "needs a body or an answer: let the guard forward it"
        );
        judging.deny(Rejection::NotAllowed.into());
    } else {
        judging.has_body(None);
    }
}

/// Browsers send preflights without these (Fetch, CORS-preflight).
fn is_bare(headers: &HeaderMap) -> bool {
    let told = [AUTHORIZATION, COOKIE, CONTENT_TYPE, TRANSFER_ENCODING];
    let length = headers.get(CONTENT_LENGTH);
    let is_empty = length.is_none_or(|length| length.is_empty() || length == "0");
    is_empty && told.iter().all(|name| !headers.contains_key(name))
}

impl Taken {
    fn held(held: Bytes, content_type: HeaderValue) -> Self {
        Self {
            length: Some(held.len()),
            body: body::full(held),
            content_type: Some(content_type),
        }
    }
}

impl Default for Taken {
    fn default() -> Self {
        (body::empty(), None, None).into()
    }
}

impl From<(Body, Option<HeaderValue>, Option<usize>)> for Taken {
    fn from((body, content_type, length): (Body, Option<HeaderValue>, Option<usize>)) -> Self {
        Self {
            body,
            content_type,
            length,
        }
    }
}
