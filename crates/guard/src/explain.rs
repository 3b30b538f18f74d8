//! Explains why a request would be allowed or denied: each check, and the place of its rule.

mod step;

use std::{borrow::Cow, time::Duration};

use airside_jose::base64url;
use http::{
    HeaderValue, Method, Request,
    header::{AUTHORIZATION, HOST},
    request::Parts,
};
use serde::Serialize;
use serde_json::Value;

pub use self::step::Step;
use self::step::{step, steps_of};
use crate::{
    decide::{Judging, Next, Verdict},
    error::RequestError,
    guard::Guard,
    judge,
    request::CanonicalRequest,
};

/// The explanation of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The checks, up to the one that denies it.
    pub steps: Vec<Step>,
    /// True if it would be forwarded and its answer passed on; false also if that cannot be known.
    pub allowed: bool,
    /// True if the guard would answer it itself, other than by an error.
    #[serde(skip_serializing_if = "is_false")]
    pub answered_by_guard: bool,
    /// The part that decides, if that cannot be known in advance: the request's body, or the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<&'static str>,
    /// The status, if the guard would refuse it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

impl Guard {
    /// Explains a request with a token, without a body; nothing is forwarded. The request is a method
    /// and a path or a URL; an empty token is none.
    pub async fn explain(&self, token: &str, method: Method, url: &str) -> Explanation {
        let asked = method.to_string();
        let request = parts(token, method, url).and_then(|parts| self.read(parts));
        let request = match request {
            Ok(request) => request,
            Err(error) => {
                let step = step("request", error.to_string(), "");
                return Explanation::of(vec![step], ExplainedOutcome::Refused(&error));
            }
        };
        let target = request.target.path_and_query();
        let mut steps = vec![step("request", format!("{asked} {target}"), "")];
        if let Some(answered) = self.answered(&request) {
            let (said, outcome) = match &answered {
                Ok(what) => ((*what).to_owned(), ExplainedOutcome::AnsweredByGuard),
                Err(error) => (error.to_string(), ExplainedOutcome::Refused(error)),
            };
            steps.push(step("guard", said, ""));
            return Explanation::of(steps, outcome);
        }
        if self.has_preflight(&request) {
            steps.push(step("preflight", PREFLIGHT.to_owned(), ""));
        }
        self.explain_verdict(&request, steps).await
    }

    async fn explain_verdict(
        &self,
        request: &CanonicalRequest,
        mut steps: Vec<Step>,
    ) -> Explanation {
        let mut judging = self.judging(request);
        let (verdict, mut decided_by) = self.decided(&mut judging, &mut steps, request).await;
        steps.extend(steps_of(&judging, verdict.error()));
        if steps.last().is_some_and(|last| last.check == "token") {
            steps.extend(self.token_differences(&request.parts));
        }
        match &verdict {
            Verdict::Denied(error) => {
                return Explanation::of(steps, ExplainedOutcome::Refused(error));
            }
            Verdict::Noted(error) => {
                steps.push(step("mode", format!("`observe` notes: {error}"), ""));
            }
            Verdict::Forwarded => {}
        }
        if judging.rule().is_some_and(|rule| judge::holds_answer(rule)) {
            match self.configuration().mode.changes_answers() {
                true => decided_by = decided_by.or(Some("answer")),
                false => steps.push(step("mode", OBSERVES_ANSWER.to_owned(), "")),
            }
        }
        Explanation::of(
            steps,
            decided_by.map_or(ExplainedOutcome::Forwarded, ExplainedOutcome::DecidedBy),
        )
    }

    /// Judges a request without its body, and says whether the body would decide.
    async fn decided(
        &self,
        judging: &mut Judging<'_, '_>,
        steps: &mut Vec<Step>,
        request: &CanonicalRequest,
    ) -> (Verdict, Option<&'static str>) {
        let mut decided_by = None;
        let verdict = loop {
            match judging.next() {
                Next::Body(rule) if judge::holds_request(rule) => {
                    decided_by = Some("body");
                    break Verdict::Forwarded;
                }
                Next::Body(_) => judging.set_body(None),
                Next::Verdict(verdict) => break verdict,
                next => {
                    if matches!(next, Next::Token) {
                        steps.extend(self.hear_revocations().await);
                    }
                    self.answer_question(judging, next, &request.parts).await;
                }
            }
        };
        (verdict, decided_by)
    }

    /// Returns the guard's own answer to a request that is not judged.
    fn answered(&self, request: &CanonicalRequest) -> Option<Result<&'static str, RequestError>> {
        if self.asks_for_metadata(request) {
            return Some(Ok("answers itself where to get a token (RFC 9728)"));
        }
        let own = self.browser_mode()?.is_own(request)?;
        Some(own.map(|()| "answers its browsers itself"))
    }

    /// Compares the issuer and audience that a refused token claims with the configured ones.
    fn token_differences(&self, parts: &Parts) -> Vec<Step> {
        let Some(claims) = unverified_claims(parts) else {
            return Vec::new();
        };
        let trust = &self.configuration().trust;
        let expected = [
            ("iss", "issuer", &trust.issuer),
            ("aud", "audience", &trust.audience),
        ];
        let different = expected.into_iter().filter_map(|(claim, key, expected)| {
            let said = claims.get(claim)?;
            let named = match said {
                Value::Array(all) => all.iter().any(|one| one == expected),
                one => one == expected,
            };
            let said: String = said.to_string().chars().take(MAX_CLAIM_CHARS).collect();
            let outcome =
                format!("`{claim}` is {said}, and `{key}` in guard.toml is \"{expected}\"");
            (!named).then(|| step("", outcome, ""))
        });
        different.collect()
    }

    /// Asks for revocations, if no connection to the feed is open; returns a step if that fails.
    async fn hear_revocations(&self) -> Option<Step> {
        let feed = self.feed().filter(|feed| !feed.is_connected())?;
        let error = feed.fetch_all(FEED_PATIENCE).await.err()?;
        let outcome = format!("revocations were not asked: {error}");
        Some(step("feed", outcome, ""))
    }
}

/// The expected outcome of a request.
enum ExplainedOutcome<'a> {
    Forwarded,
    AnsweredByGuard,
    DecidedBy(&'static str),
    Refused(&'a RequestError),
}

impl Explanation {
    fn of(steps: Vec<Step>, outcome: ExplainedOutcome<'_>) -> Self {
        let mut explanation = Self {
            steps,
            allowed: false,
            answered_by_guard: false,
            decided_by: None,
            status: None,
        };
        match outcome {
            ExplainedOutcome::Forwarded => explanation.allowed = true,
            ExplainedOutcome::AnsweredByGuard => explanation.answered_by_guard = true,
            ExplainedOutcome::DecidedBy(what) => explanation.decided_by = Some(what),
            ExplainedOutcome::Refused(error) => explanation.status = Some(error.status().as_u16()),
        }
        explanation
    }
}

fn parts(token: &str, method: Method, url: &str) -> Result<Parts, RequestError> {
    let request = Request::builder().method(method).uri(&*target(url)?);
    let mut request = request.header(HOST, HeaderValue::from_static("explained"));
    // a listener drops blanks at the end of a header
    let token = token.trim_end_matches([' ', '\t']);
    if !token.is_empty() {
        request = request.header(AUTHORIZATION, format!("Bearer {token}").into_bytes());
    }
    let unreadable = RequestError::Ambiguous("the path or the token has a character it must not");
    Ok(request.body(()).map_err(|_| unreadable)?.into_parts().0)
}

/// Returns the claims that a token has, with a valid signature or not.
fn unverified_claims(parts: &Parts) -> Option<Value> {
    let credentials = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let payload = credentials.split('.').nth(1)?;
    serde_json::from_slice(&base64url::decode(payload).ok()?).ok()
}

/// Returns the path and query of a path or a URL as written: parsing them is one of the checks.
fn target(url: &str) -> Result<Cow<'_, str>, RequestError> {
    // the parser would drop it, and an upstream may see it
    if url.contains('#') {
        return Err(RequestError::Ambiguous("the path has a fragment"));
    }
    let behind = match url.split_once("://") {
        Some((scheme, behind)) if is_scheme(scheme) => behind,
        _ => return Ok(url.into()),
    };
    let target = behind.find(['/', '?']).and_then(|at| behind.get(at..));
    Ok(match target.unwrap_or("/") {
        query if query.starts_with('?') => format!("/{query}").into(),
        path => path.into(),
    })
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    let is_in = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(is_in)
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

/// The maximum length of a claim that is shown.
const MAX_CLAIM_CHARS: usize = 200;
/// The time that the issuer has to answer about revocations.
const FEED_PATIENCE: Duration = Duration::from_secs(5);
const OBSERVES_ANSWER: &str = "`observe` would check the answer, and pass it on unchanged";
const PREFLIGHT: &str =
    "a preflight (`Origin`, `Access-Control-Request-Method`) is answered without a token";
