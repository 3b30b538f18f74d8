//! Obtaining the inputs of a decision, and applying its verdict.

use std::sync::Arc;

use airside_net::RequestBody;
use airside_policy::Principal;
use airside_resource::Rejection;
use bytes::Bytes;
use http::{HeaderValue, request::Parts};
use hyper::body::Body as _;

use super::{Admitted, Guard};
use crate::{
    body::{self, Body},
    decide::{Judging, Next, Verdict},
    error::RequestError,
    judge::{self, BodyFacts},
    observed::ObservedDenial,
    operation::{Operation, Rule},
    reading::{self, BodyRules, HeldBody},
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
                    if self.configuration.forward_cookies
                        && let Err(error) = judge::cookies(rule, &request.parts.headers)
                    {
                        judging.deny(error);
                        continue;
                    }
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
        rule: &Arc<Rule>,
        request: &CanonicalRequest,
        request_body: RequestBody,
    ) -> Result<(TakenBody, Option<BodyFacts>), RequestError> {
        let limits = self.configuration.limits;
        let parameters = judging.parameters();
        let parameters = parameters.filter(|_| !request_body.is_end_stream());
        let watched = parameters.map(|parameters| judge::watched(rule, parameters));
        let watched = watched.unwrap_or_default();
        let rules = BodyRules {
            operation: judging.operation(),
            watched: &watched,
        };
        if !judge::holds_request(rule) {
            let taken = rules.take(&request.parts, request_body, limits).await?;
            return Ok((taken.into(), None));
        }
        let held = rules.hold(&request.parts, request_body, limits.held_body);
        let HeldBody {
            bytes,
            content_type,
        } = held.await?;
        let (rule, body) = (Arc::clone(rule), bytes.clone());
        let read = move || Ok(BodyFacts::of(&rule, &reading::read(&body, &watched)?));
        let facts: Result<_, RequestError> = self.large_bodies.run(bytes.len(), read).await?;
        Ok((TakenBody::held(bytes, content_type), Some(facts?)))
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
    pub(super) fn apply(
        &self,
        verdict: Verdict,
        judging: &Judging<'_, '_>,
        request: &CanonicalRequest,
    ) -> Result<(), RequestError> {
        self.note_verdict(&verdict, judging, request);
        match verdict {
            Verdict::Forwarded | Verdict::Noted(_) => Ok(()),
            Verdict::Denied(error) => Err(error),
        }
    }

    /// Notes a refusal that is not made, or is for want of a declaration.
    fn note_verdict(
        &self,
        verdict: &Verdict,
        judging: &Judging<'_, '_>,
        request: &CanonicalRequest,
    ) {
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
