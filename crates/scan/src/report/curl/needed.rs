//! The requests without which the last one shows nothing.

use super::{
    call::Call,
    capture::{Captured, captured},
    fresh::Fresh,
};
use crate::{
    document::Kind,
    tree::{leaves, text_of},
    value::canaries_in,
};

/// Drops requests that make what no later one names or shows, and sign-ins whose token no later one has. All
/// requests of the attacker stay.
pub(super) fn needed<'a>(calls: &[Call<'a>], attacker: Option<&str>) -> Vec<Call<'a>> {
    let mut calls = calls.to_vec();
    loop {
        let captured = captured(&calls, &Fresh::of(&calls));
        let is_idle = |at: usize| is_idle(&calls, &captured, at, attacker);
        // the last first: it may be the only one that needs another
        let Some(idle) = (0..calls.len()).rev().find(|at| is_idle(*at)) else {
            return calls;
        };
        calls.remove(idle);
    }
}

fn is_idle(calls: &[Call<'_>], captured: &[Captured], at: usize, attacker: Option<&str>) -> bool {
    let (Some(call), Some(own), Some(last)) = (calls.get(at), captured.get(at), calls.last())
    else {
        return false;
    };
    let later = calls.get(at + 1..).unwrap_or_default();
    if later.is_empty() || !own.captures.is_empty() {
        return false;
    }
    match kind(call) {
        // the last one may show who can still sign in
        Some(Kind::SignIn) => kind(last) != Some(Kind::SignIn),
        Some(Kind::Create) => {
            let marks = captured.iter().skip(at + 1).flat_map(Captured::marks);
            call.caller.as_deref() != attacker && !is_named(call, later, marks)
        }
        _ => false,
    }
}

fn kind(call: &Call<'_>) -> Option<Kind> {
    call.operation.map(|one| one.kind)
}

/// Returns true if later requests, the last answer, or the marks of rows have what a request sent.
fn is_named<'a>(
    call: &Call<'_>,
    later: &[Call<'_>],
    mut marks: impl Iterator<Item = &'a String>,
) -> bool {
    let body = call.exchange.request.body.value();
    let leaves = body.map(leaves).unwrap_or_default();
    let sent: Vec<_> = leaves
        .values()
        .filter_map(|leaf| text_of(leaf.value))
        .collect();
    let canaries: Vec<&str> = sent.iter().flat_map(|text| canaries_in(text)).collect();
    let has = |text: &str| canaries.iter().any(|one| text.contains(one));
    let is_in_request = |one: &Call<'_>| {
        let request = &one.exchange.request;
        let body = request.body.value().map(ToString::to_string);
        let mut references = one.references.iter();
        has(&request.target)
            || body.is_some_and(|body| has(&body))
            || references.any(|one| sent.contains(&one.value))
    };
    let evidence = later.last().map(|one| &one.exchange.answer.text);
    later.iter().any(is_in_request)
        || evidence.is_some_and(|text| has(text))
        || marks.any(|mark| has(mark))
}
