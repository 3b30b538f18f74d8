//! Ways to fill a body, and what a refusal teaches about them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::mint::Canary;

/// A way to fill a body that an API may accept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tactic {
    /// True if members that are not required are left out.
    pub only_required: bool,
    /// True if examples are preferred to canaries.
    pub prefers_examples: bool,
    /// The names of members that take their examples, or other values than canaries.
    pub plain: BTreeSet<String>,
    /// Members that the document does not have and an answer asked for.
    pub added: BTreeSet<String>,
    /// Members that an answer refused.
    pub dropped: BTreeSet<String>,
    /// True if the last of the only valid values is taken, which an object is less likely to have already.
    pub takes_last: bool,
}

/// A value for a request.
#[derive(Clone, Debug, Default)]
pub struct FilledValue {
    /// The value.
    pub value: Value,
    /// The canaries in it.
    pub canaries: Vec<Canary>,
}

/// The parts of a body that are known: identifiers by their pointers; `None` leaves a member out.
pub type KnownParts = BTreeMap<String, Option<Value>>;

/// Learns from a refusal which members of a body to send otherwise; `None` if it names none.
#[must_use]
pub fn repaired(tactic: &Tactic, sent: &Value, refusal: &str) -> Option<Tactic> {
    let sent: BTreeSet<&String> = sent.as_object()?.keys().collect();
    let mut next = tactic.clone();
    let lower = refusal.to_lowercase();
    let tokens = tokens(refusal);
    let is_unknown = [
        "not allowed",
        "unexpected",
        "unknown",
        "extra",
        "unrecognized",
        "additional",
    ]
    .iter()
    .any(|word| lower.contains(word));
    for token in &tokens {
        if sent.contains(token) {
            match is_unknown || next.plain.contains(token) {
                true => next.dropped.insert(token.clone()),
                false => next.plain.insert(token.clone()),
            };
        }
    }
    let asks = ["required", "missing", "blank", "must provide", "is needed"];
    if next == *tactic && asks.iter().any(|word| lower.contains(word)) {
        const NOISE: [&str; 24] = [
            "detail",
            "error",
            "errors",
            "message",
            "msg",
            "loc",
            "body",
            "type",
            "missing",
            "required",
            "status",
            "code",
            "title",
            "input",
            "value",
            "url",
            "path",
            "location",
            "field",
            "param",
            "value_error",
            "string",
            "success",
            "fail",
        ];
        let new = tokens.iter().filter(|token| {
            !sent.contains(token) && !NOISE.contains(&token.as_str()) && token.len() < 30
        });
        next.added.extend(new.take(6).cloned());
    }
    (next != *tactic).then_some(next)
}

/// Returns the words of a refusal that could be names of members.
fn tokens(text: &str) -> BTreeSet<String> {
    let is_name = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == '-';
    let mut tokens = BTreeSet::new();
    let quoted = text.split(['"', '\'', '`']);
    for one in quoted {
        let one = one.trim_matches('\\');
        if !one.is_empty() && one.len() < 40 && one.chars().all(is_name) {
            tokens.insert(one.to_owned());
        }
    }
    for one in text.split(|sign: char| !is_name(sign)) {
        if one.contains('_') {
            tokens.insert(one.to_owned());
        }
    }
    tokens
}
