//! Checking the answer of the API before its caller gets it, and passing it on.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{
    HeaderMap, Response, StatusCode, Version,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
    response,
};

use super::{Admitted, Guard};
use crate::{
    body::{
        self, AnswerBody, Body,
        hold::{HoldError, hold_answer},
    },
    error::RequestError,
    header,
    judge::{self, AuthenticatedCaller},
    large_body::LargeBodies,
    operation::{Operation, Rule},
    ownership::OwnershipError,
};

impl Guard {
    /// Holds an answer until its owner is known to be the caller. An answer that `enforce` withholds is
    /// passed on unchanged in `observe`.
    pub(super) async fn check_answer(
        &self,
        answer: Response<AnswerBody>,
        rule: &Arc<Rule>,
        caller: &AuthenticatedCaller,
        admitted: &Admitted<'_>,
    ) -> Result<Response<Body>, RequestError> {
        if let Err(error) = require_readable(&answer) {
            self.keep_back(error, admitted)?;
            return Ok(pass_on(answer));
        }
        let (parts, answer) = answer.into_parts();
        let held = match self.hold_answer(answer).await {
            Ok(held) => held,
            Err(error) => {
                self.keep_back(error.why, admitted)?;
                return Ok(pass_on_head(parts, error.body));
            }
        };
        let changed = match self.judge_answer(rule, caller, &held).await {
            Ok(changed) => changed,
            Err(error) => {
                self.keep_back(error, admitted)?;
                None
            }
        };
        Ok(self.pass_on_held(parts, held, changed))
    }

    /// Reads an answer as far as it may be held.
    async fn hold_answer(&self, answer: AnswerBody) -> Result<Bytes, HoldError> {
        let limits = self.configuration.limits;
        let patience = Duration::from_secs(limits.upstream_seconds);
        hold_answer(body::passing(answer), limits.held_body, patience).await
    }

    /// Returns the document that takes the answer's place.
    async fn judge_answer(
        &self,
        rule: &Arc<Rule>,
        caller: &AuthenticatedCaller,
        held: &Bytes,
    ) -> Result<Option<Bytes>, RequestError> {
        if !LargeBodies::is_large(held.len()) {
            return judge::answer(rule, caller, held);
        }
        let (rule, caller, answer) = (Arc::clone(rule), caller.clone(), held.clone());
        let judged = move || judge::answer(&rule, &caller, &answer);
        self.large_bodies.run(held.len(), judged).await?
    }

    fn pass_on_held(
        &self,
        mut parts: response::Parts,
        held: Bytes,
        changed: Option<Bytes>,
    ) -> Response<Body> {
        let bytes = match changed {
            Some(document) if self.configuration.mode.changes_answers() => {
                // it is another document now
                for name in OF_CONTENT {
                    parts.headers.remove(name);
                }
                document
            }
            _ => held,
        };
        parts.headers.insert(CONTENT_LENGTH, bytes.len().into());
        pass_on_head(parts, body::full(bytes))
    }

    /// Withholds an answer. In `observe` it is passed on instead, and the denial is noted.
    pub(super) fn keep_back(
        &self,
        error: RequestError,
        admitted: &Admitted<'_>,
    ) -> Result<(), RequestError> {
        if self.configuration.mode.changes_answers() {
            return Err(error);
        }
        if let Some(caller) = &admitted.caller {
            let operation = admitted.operation.map_or_else(String::new, Operation::name);
            self.note(&error, operation, &caller.principal, false);
        }
        Ok(())
    }
}

/// Requires an answer in which an owner can be looked for.
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

pub(super) fn pass_on(answer: Response<AnswerBody>) -> Response<Body> {
    let (parts, body) = answer.into_parts();
    pass_on_head(parts, body::passing(body))
}

pub(super) fn pass_on_head(mut parts: response::Parts, body: Body) -> Response<Body> {
    header::strip_answer(&mut parts.headers);
    parts.version = Version::HTTP_11;
    Response::from_parts(parts, body)
}

/// The headers of an answer that describe its bytes (RFC 9110 §8.8.3, RFC 9530).
const OF_CONTENT: [&str; 5] = [
    "etag",
    "content-digest",
    "repr-digest",
    "digest",
    "content-md5",
];
