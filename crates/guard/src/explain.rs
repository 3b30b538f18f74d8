//! Why a request would be allowed or refused: each check, and where its rule stands.

use http::{
    HeaderValue, Method, Request,
    header::{AUTHORIZATION, HOST},
    request::Parts,
};
use serde::Serialize;

use crate::{
    Guard, Refusal,
    decide::{Check, Judging, Next},
    judge,
    operation::{Owner, Rule},
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
    /// What decides, if that cannot be known before: the request's body, or the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<&'static str>,
    /// The status, if the guard would answer itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

impl Guard {
    /// Explains a request with a token, without a body; nothing is forwarded.
    pub async fn explain(&self, token: &str, method: Method, path: &str) -> Explanation {
        let read = parts(token, method, path).and_then(|parts| self.read(parts));
        let read = match read {
            Ok(read) => read,
            Err(refusal) => {
                let step = step("request", refusal.to_string(), "");
                return Explanation::of(vec![step], Err(refusal), None);
            }
        };
        let mut judging = self.judging(&read);
        let mut decided_by = None;
        let verdict = loop {
            match judging.next() {
                Next::Body(rule) if judge::holds_request(rule) => {
                    decided_by = Some("body");
                    break Ok(());
                }
                Next::Body(_) => judging.has_body(None),
                Next::Verdict(verdict) => break verdict,
                next => {
                    let answered = self.answer_question(&mut judging, next, &read.parts);
                    if let Err(refusal) = answered.await {
                        break Err(refusal);
                    }
                }
            }
        };
        if judging.rule().is_some_and(is_decided_by_answer) {
            decided_by = decided_by.or(Some("answer"));
        }
        let mut steps = vec![step("request", read.target.path_and_query(), "")];
        steps.extend(steps_of(&judging, verdict.as_ref().err()));
        let verdict = match self.configuration().mode.apply(verdict) {
            Ok(None) => Ok(()),
            Ok(Some(refusal)) => {
                steps.push(step("mode", format!("`observe` notes: {refusal}"), ""));
                decided_by = None;
                Ok(())
            }
            Err(refusal) => Err(refusal),
        };
        Explanation::of(steps, verdict, decided_by)
    }
}

impl Explanation {
    fn of(
        steps: Vec<Step>,
        verdict: Result<(), Refusal>,
        decided_by: Option<&'static str>,
    ) -> Self {
        let decided_by = decided_by.filter(|_| verdict.is_ok());
        Self {
            steps,
            allowed: verdict.is_ok() && decided_by.is_none(),
            decided_by,
            status: verdict.err().map(|refusal| refusal.status().as_u16()),
        }
    }
}

fn parts(token: &str, method: Method, path: &str) -> Result<Parts, Refusal> {
    let request = Request::builder().method(method).uri(path);
    let request = request
        .header(HOST, HeaderValue::from_static("explained"))
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .body(());
    let unreadable = Refusal::Ambiguous("the path or the token is none");
    Ok(request.map_err(|_| unreadable)?.into_parts().0)
}

fn is_decided_by_answer(rule: &Rule) -> bool {
    matches!(rule.owner, Owner::Answer(..))
}

/// What was looked at; the last is what refused.
fn steps_of(judging: &Judging<'_, '_>, refusal: Option<&Refusal>) -> Vec<Step> {
    let place = judging.operation().map_or("", |one| one.place.as_str());
    let steps = judging.checks().iter().map(|check| {
        let (name, outcome) = named(*check, judging);
        step(name, outcome, if name == "token" { "" } else { place })
    });
    let mut steps: Vec<_> = steps.collect();
    if let Some(refusal) = refusal {
        // a token that is not good has made no check
        let is_of_token = judging.who().is_none() && judging.operation().is_some();
        match steps.last_mut().filter(|_| !is_of_token) {
            Some(last) => last.outcome = refusal.to_string(),
            None => steps.push(step("token", refusal.to_string(), "")),
        }
        return steps;
    }
    if let Some(rule) = judging.rule() {
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
