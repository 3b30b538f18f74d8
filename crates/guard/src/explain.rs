//! Why a request would be allowed or refused: each check, and where its rule stands.

use std::{borrow::Cow, time::Duration};

use airside_jose::base64url;
use http::{
    HeaderValue, Method, Request,
    header::{AUTHORIZATION, HOST},
    request::Parts,
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    Guard, Refusal,
    decide::{Check, Judging, Next, Verdict},
    judge,
    operation::{Owner, Rule},
    request::Read,
};

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is looked at.
    pub check: &'static str,
    /// What came of it.
    pub outcome: String,
    /// Where the rule stands.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub place: String,
}

/// What a guard would do with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The checks, up to the one that refuses.
    pub steps: Vec<Step>,
    /// Whether it would be forwarded, and its answer given on; false as well where that cannot be known.
    pub allowed: bool,
    /// Whether the guard would answer it itself, and not by a refusal.
    #[serde(skip_serializing_if = "is_false")]
    pub answered_by_guard: bool,
    /// What decides, if that cannot be known before: the request's body, or the answer.
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
        let read = parts(token, method, url).and_then(|parts| self.read(parts));
        let read = match read {
            Ok(read) => read,
            Err(refusal) => {
                let step = step("request", refusal.to_string(), "");
                return Explanation::of(vec![step], Outcome::Refused(&refusal));
            }
        };
        let target = read.target.path_and_query();
        let mut steps = vec![step("request", format!("{asked} {target}"), "")];
        if let Some(answered) = self.answered(&read) {
            let (said, outcome) = match &answered {
                Ok(what) => ((*what).to_owned(), Outcome::AnsweredByGuard),
                Err(refusal) => (refusal.to_string(), Outcome::Refused(refusal)),
            };
            steps.push(step("guard", said, ""));
            return Explanation::of(steps, outcome);
        }
        if self.has_preflight(&read) {
            steps.push(step("preflight", PREFLIGHT.to_owned(), ""));
        }
        self.explain_verdict(&read, steps).await
    }

    async fn explain_verdict(&self, read: &Read, mut steps: Vec<Step>) -> Explanation {
        let mut judging = self.judging(read);
        let mut decided_by = None;
        let verdict = loop {
            match judging.next() {
                Next::Body(rule) if judge::holds_request(rule) => {
                    decided_by = Some("body");
                    break Verdict::Forwarded;
                }
                Next::Body(_) => judging.has_body(None),
                Next::Verdict(verdict) => break verdict,
                next => {
                    if matches!(next, Next::Token) {
                        steps.extend(self.hear_revocations().await);
                    }
                    self.answer_question(&mut judging, next, &read.parts).await;
                }
            }
        };
        steps.extend(steps_of(&judging, verdict.refusal()));
        if steps.last().is_some_and(|last| last.check == "token") {
            steps.extend(self.token_differences(&read.parts));
        }
        match &verdict {
            Verdict::Refused(refusal) => return Explanation::of(steps, Outcome::Refused(refusal)),
            Verdict::Noted(refusal) => {
                steps.push(step("mode", format!("`observe` notes: {refusal}"), ""));
            }
            Verdict::Forwarded => {}
        }
        if judging.rule().is_some_and(judge::holds_answer) {
            match self.configuration().mode.changes_answers() {
                true => decided_by = decided_by.or(Some("answer")),
                false => steps.push(step("mode", OBSERVES_ANSWER.to_owned(), "")),
            }
        }
        Explanation::of(
            steps,
            decided_by.map_or(Outcome::Forwarded, Outcome::DecidedBy),
        )
    }

    /// What the guard answers itself, before it judges.
    fn answered(&self, read: &Read) -> Option<Result<&'static str, Refusal>> {
        if self.asks_for_metadata(read) {
            return Some(Ok("answers itself where to get a token (RFC 9728)"));
        }
        let own = self.browsers()?.is_own(read)?;
        Some(own.map(|()| "answers its browsers itself"))
    }

    /// Compares issuer and audience of a refused token, as it says itself, with the configured ones.
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

    /// Asks what is revoked, if nobody follows that; a step if it could not be heard.
    async fn hear_revocations(&self) -> Option<Step> {
        let feed = self.feed().filter(|feed| !feed.is_connected())?;
        let error = feed.fetch_all(FEED_PATIENCE).await.err()?;
        let outcome = format!("revocations were not asked: {error}");
        Some(step("feed", outcome, ""))
    }
}

/// What comes of a request, as far as that can be known.
enum Outcome<'a> {
    Forwarded,
    AnsweredByGuard,
    DecidedBy(&'static str),
    Refused(&'a Refusal),
}

impl Explanation {
    fn of(steps: Vec<Step>, outcome: Outcome<'_>) -> Self {
        let mut explanation = Self {
            steps,
            allowed: false,
            answered_by_guard: false,
            decided_by: None,
            status: None,
        };
        match outcome {
            Outcome::Forwarded => explanation.allowed = true,
            Outcome::AnsweredByGuard => explanation.answered_by_guard = true,
            Outcome::DecidedBy(what) => explanation.decided_by = Some(what),
            Outcome::Refused(refusal) => explanation.status = Some(refusal.status().as_u16()),
        }
        explanation
    }
}

fn parts(token: &str, method: Method, url: &str) -> Result<Parts, Refusal> {
    let request = Request::builder().method(method).uri(&*target(url)?);
    let mut request = request.header(HOST, HeaderValue::from_static("explained"));
    // a listener drops blanks at the end of a header
    let token = token.trim_end_matches([' ', '\t']);
    if !token.is_empty() {
        request = request.header(AUTHORIZATION, format!("Bearer {token}").into_bytes());
    }
    let unreadable = Refusal::Ambiguous("the path or the token has a character it must not");
    Ok(request.body(()).map_err(|_| unreadable)?.into_parts().0)
}

/// Returns the claims that a token has, whoever signed it.
fn unverified_claims(parts: &Parts) -> Option<Value> {
    let credentials = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let payload = credentials.split('.').nth(1)?;
    serde_json::from_slice(&base64url::decode(payload).ok()?).ok()
}

/// The path and query of a path or a URL, as they are written: reading them is one of the checks.
fn target(url: &str) -> Result<Cow<'_, str>, Refusal> {
    // the parser would drop it, and an upstream may see it
    if url.contains('#') {
        return Err(Refusal::Ambiguous("the path has a fragment"));
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

/// What was looked at; the last is what refused.
fn steps_of(judging: &Judging<'_, '_>, refusal: Option<&Refusal>) -> Vec<Step> {
    let place = judging.operation().map_or("", |one| one.place.as_str());
    let steps = judging.checks().iter().map(|check| {
        let (name, outcome) = named(*check, judging);
        step(name, outcome, if name == "token" { "" } else { place })
    });
    let mut steps: Vec<_> = steps.collect();
    if let (Some(refusal), Some(last)) = (refusal, steps.last_mut()) {
        last.outcome = refusal.to_string();
    } else if let Some(rule) = judging.rule() {
        let rest = rest(rule, judging).into_iter();
        steps.extend(rest.map(|(name, outcome)| step(name, outcome, place)));
    }
    steps
}

fn named(check: Check<'_>, judging: &Judging<'_, '_>) -> (&'static str, String) {
    match check {
        Check::Operation(operation) => (
            "operation",
            operation.map_or_else(String::new, |one| format!("{} {}", one.method, one.path)),
        ),
        Check::Public(why) => ("permission", format!("public: {why}")),
        Check::Undeclared(missing) => ("permission", missing.to_owned()),
        Check::Token => (
            "token",
            judging.who().map_or_else(String::new, |who| {
                let principal = &who.principal;
                format!(
                    "of `{}` by client `{}`",
                    principal.subject, principal.client_id
                )
            }),
        ),
        Check::Function(rule) => ("function", rule.need.to_string()),
        Check::Query => ("query", "it has no name that it may not have".to_owned()),
        Check::Fields(fields) => ("fields", format!("it may have {fields}")),
        Check::Object(owner) => ("object", object(owner)),
    }
}

fn object(owner: &Owner) -> String {
    match owner {
        Owner::Any => "every object".to_owned(),
        Owner::Answer(pointer, expected) => {
            format!("decided by the answer: `{pointer}` must be {expected}")
        }
        Owner::Items {
            list,
            field,
            expected,
        } if list.is_empty() => format!("the items whose `{field}` is {expected}"),
        Owner::Items {
            list,
            field,
            expected,
        } => format!("of `{list}` the items whose `{field}` is {expected}"),
        Owner::Request(source, expected) => format!("{source} is {expected}"),
        Owner::Lookup(..) | Owner::View(..) => {
            "the owner that was looked up is the caller".to_owned()
        }
    }
}

/// What is still to be looked at when the request has a body, and an answer.
fn rest(rule: &Rule, judging: &Judging<'_, '_>) -> Vec<(&'static str, String)> {
    let mut rest = Vec::new();
    let looked_at = |name| {
        let mut checks = judging.checks().iter();
        checks.any(|check| named(*check, judging).0 == name)
    };
    let operation = judging.operation();
    let body = operation.filter(|one| HAVE_BODIES.contains(&one.method));
    if let Some(operation) = body.filter(|_| !judge::holds_request(rule)) {
        rest.push(("body", format!("may be {}", operation.body)));
    }
    if let Some(fields) = &rule.body_fields {
        rest.push((
            "fields",
            format!("decided by the body: it may have {fields}"),
        ));
    }
    if !looked_at("object") {
        let by_body = judge::is_in_body(&rule.owner);
        rest.push(match &rule.owner {
            Owner::Request(source, expected) if by_body => (
                "object",
                format!("decided by the body: {source} must be {expected}"),
            ),
            Owner::Lookup(..) | Owner::View(..) if by_body => {
                ("object", "decided by the body and a look-up".to_owned())
            }
            Owner::Lookup(..) | Owner::View(..) => ("object", "decided by a look-up".to_owned()),
            owner => ("object", object(owner)),
        });
    }
    if let Some(show) = &rule.show {
        rest.push(("answer", format!("the caller sees of it only {show}")));
    }
    rest
}

fn step(check: &'static str, outcome: String, place: &str) -> Step {
    Step {
        check,
        outcome,
        place: place.to_owned(),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

const HAVE_BODIES: [Method; 3] = [Method::POST, Method::PUT, Method::PATCH];
/// Of a claim that is shown.
const MAX_CLAIM_CHARS: usize = 200;
/// How long the issuer may take to say what is revoked.
const FEED_PATIENCE: Duration = Duration::from_secs(5);
const OBSERVES_ANSWER: &str = "`observe` would look at the answer, and pass it on as it is";
const PREFLIGHT: &str =
    "a preflight (`Origin`, `Access-Control-Request-Method`) is answered without a token";
