//! The checks of a request, in words.

use http::Method;
use serde::Serialize;

use crate::{
    decide::{Check, Judging},
    error::RequestError,
    judge::{self, AuthenticatedCaller},
    operation::{Owner, Rule},
};

/// One check of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The name of the check.
    pub check: &'static str,
    /// The outcome of the check.
    pub outcome: String,
    /// The place of the rule.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub place: String,
}

/// Returns the checks that were made; the last one is the one that denied the request.
pub(super) fn steps_of(judging: &Judging<'_, '_>, error: Option<&RequestError>) -> Vec<Step> {
    let place = judging.operation().map_or("", |one| one.place.as_str());
    let steps = judging.checks().iter().map(|check| {
        let (name, outcome) = named(*check, judging);
        step(name, outcome, if name == "token" { "" } else { place })
    });
    let mut steps: Vec<_> = steps.collect();
    if let (Some(error), Some(last)) = (error, steps.last_mut()) {
        last.outcome = error.to_string();
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
        Check::Token => ("token", judging.caller().map_or_else(String::new, client)),
        Check::Function(rule) => ("function", rule.need.to_string()),
        Check::Query => ("query", "it has no name that it may not have".to_owned()),
        Check::Fields(fields) => ("fields", format!("it may have {fields}")),
        Check::Object(owner) => ("object", object(owner)),
    }
}

fn client(caller: &AuthenticatedCaller) -> String {
    let principal = &caller.principal;
    format!(
        "of `{}` by client `{}`",
        principal.subject, principal.client_id
    )
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

/// Returns the checks that depend on the request's body, or on the answer.
fn rest(rule: &Rule, judging: &Judging<'_, '_>) -> Vec<(&'static str, String)> {
    let mut rest = Vec::new();
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
    let mut checks = judging.checks().iter();
    if !checks.any(|check| named(*check, judging).0 == "object") {
        rest.push(undecided(&rule.owner));
    }
    if let Some(show) = &rule.show {
        rest.push(("answer", format!("the caller sees of it only {show}")));
    }
    rest
}

/// Says what will decide about an object.
fn undecided(owner: &Owner) -> (&'static str, String) {
    let by_body = judge::is_in_body(owner);
    match owner {
        Owner::Request(source, expected) if by_body => (
            "object",
            format!("decided by the body: {source} must be {expected}"),
        ),
        Owner::Lookup(..) | Owner::View(..) if by_body => {
            ("object", "decided by the body and a look-up".to_owned())
        }
        Owner::Lookup(..) | Owner::View(..) => ("object", "decided by a look-up".to_owned()),
        owner => ("object", object(owner)),
    }
}

pub(super) fn step(check: &'static str, outcome: String, place: &str) -> Step {
    Step {
        check,
        outcome,
        place: place.to_owned(),
    }
}

const HAVE_BODIES: [Method; 3] = [Method::POST, Method::PUT, Method::PATCH];
