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
    pub added: BTreeMap<String, Guess>,
    /// Members that an answer refused.
    pub dropped: BTreeSet<String>,
    /// True if the last of the only valid values is taken, which an object is less likely to have already.
    pub takes_last: bool,
    /// True if an object is sent although the document describes no body.
    pub sends_object: bool,
}

/// A guess at the value of a member that the document does not describe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Guess {
    /// A value of the type that answers have; without one, a text that fits the name.
    #[default]
    Typed,
    /// The value that an answer has.
    Seen,
    /// A number.
    Number,
    /// A truth value.
    Flag,
}

impl Guess {
    /// Returns the guess after this one was refused.
    fn next(self) -> Option<Self> {
        match self {
            Self::Typed => Some(Self::Seen),
            Self::Seen => Some(Self::Number),
            Self::Number => Some(Self::Flag),
            Self::Flag => None,
        }
    }
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

impl Tactic {
    /// Returns the next way to try after a refusal: what it teaches, else a fallback; `None` if all were tried.
    #[must_use]
    pub fn after(&self, sent: &Value, refusal: &str, tried: &[Self]) -> Option<Self> {
        let fallback = |only_required, prefers_examples| Self {
            only_required,
            prefers_examples,
            ..Self::default()
        };
        let fallbacks = [
            fallback(false, true),
            fallback(true, false),
            fallback(true, true),
        ];
        let object = sent.is_null().then(|| Self {
            sends_object: true,
            ..self.clone()
        });
        let taught = repaired(self, sent, refusal).or(object);
        let mut next = taught.into_iter().chain(fallbacks);
        next.find(|one| !tried.contains(one))
    }
}

/// Learns from a refusal which members of a body to send otherwise; `None` if it names none.
#[must_use]
pub fn repaired(tactic: &Tactic, sent: &Value, refusal: &str) -> Option<Tactic> {
    let sent: BTreeSet<&String> = sent.as_object()?.keys().collect();
    let mut next = tactic.clone();
    let lower = refusal.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let tokens = tokens(refusal);
    for token in tokens.iter().filter(|token| sent.contains(token)) {
        next.repair(token, says(&UNKNOWN));
    }
    if next == *tactic && says(&ASKS) {
        let new = tokens.iter().filter(|token| {
            let is_noise = NOISE.contains(&token.as_str()) && !is_marked(refusal, token);
            !sent.contains(token) && !is_noise && token.len() < 30
        });
        let new = new.take(6).map(|token| (token.clone(), Guess::default()));
        next.added.extend(new);
    }
    (next != *tactic).then_some(next)
}

impl Tactic {
    /// Sends a member that was refused in another way, or no more.
    fn repair(&mut self, name: &str, is_unknown: bool) {
        let name = name.to_owned();
        let guess = self.added.get(&name).map(|guess| guess.next());
        match (guess, is_unknown || self.plain.contains(&name)) {
            (Some(Some(guess)), _) if !is_unknown => {
                self.added.insert(name, guess);
            }
            (Some(_), _) => {
                self.added.remove(&name);
                self.dropped.insert(name);
            }
            (None, true) => {
                // where it is asked for again, it gets another value
                self.plain.remove(&name);
                self.dropped.insert(name);
            }
            (None, false) => {
                self.plain.insert(name);
            }
        }
    }
}

/// Returns true if a text names something in backticks or single quotes, as messages do.
fn is_marked(text: &str, name: &str) -> bool {
    ['`', '\'']
        .iter()
        .any(|quote| text.contains(&format!("{quote}{name}{quote}")))
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

/// Words of a refusal that names members which it does not take.
const UNKNOWN: [&str; 6] = [
    "not allowed",
    "unexpected",
    "unknown",
    "extra",
    "unrecognized",
    "additional",
];

/// Words of a refusal that names members which it misses.
const ASKS: [&str; 5] = ["required", "missing", "blank", "must provide", "is needed"];

/// Words of refusals that are not names of members.
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
