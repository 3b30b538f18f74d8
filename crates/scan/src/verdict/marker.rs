//! Values by which the victim's object is recognised in another answer.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    exchange::Answer,
    tree::{Leaf, leaves, text_of},
    value::Canary,
    word::{folded, is_sensitive, words},
};

/// A value of the victim's object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marker {
    /// The member that holds it.
    pub name: String,
    /// The value as text.
    pub text: String,
    /// Its origin.
    pub source: MarkerSource,
}

/// The origin of a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkerSource {
    /// The scan made it, and nothing else has it.
    Canary,
    /// It was there before.
    Found,
}

impl Marker {
    /// Returns true if a value of an answer is it, or has it in its text where the scan made it.
    pub(super) fn is_in(&self, leaf: &Leaf<'_>) -> bool {
        text_of(leaf.value).is_some_and(|text| match self.source {
            MarkerSource::Canary => text.contains(&self.text),
            MarkerSource::Found => text == self.text,
        })
    }

    /// Returns true if only its owner should see it, by its name.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        is_sensitive(&self.name)
    }
}

/// Returns the markers in the victim's view: the canaries in it; without any, distinctive values that do
/// not vary between two reads and that neither the request nor `known` (what the attacker sees) has.
#[must_use]
pub fn markers(
    view: [&Answer; 2],
    canaries: &[Canary],
    sent: &[String],
    known: &str,
) -> Vec<Marker> {
    let is_sent = |text: &str| sent.iter().any(|one| one == text || one.contains(text));
    let in_both = |text: &str| view.iter().all(|one| one.text.contains(text));
    let shown = canaries
        .iter()
        .filter(|canary| in_both(&canary.text) && !is_sent(&canary.text));
    let shown = shown.map(|canary| Marker {
        name: canary.name.clone(),
        text: canary.text.clone(),
        source: MarkerSource::Canary,
    });
    let mut found: BTreeSet<Marker> = shown.collect();
    if found.is_empty() {
        found.extend(natural(view).filter(|one| !is_sent(&one.text) && !known.contains(&one.text)));
    }
    found.into_iter().collect()
}

/// Returns the distinctive values that do not vary between two reads.
fn natural(view: [&Answer; 2]) -> impl Iterator<Item = Marker> {
    let [first, second] = view.map(|one| one.json.as_ref().map(leaves).unwrap_or_default());
    first.into_iter().filter_map(move |(pointer, leaf)| {
        let is_stable = second.get(&pointer)?.value == leaf.value;
        let text = text_of(leaf.value)?;
        let is_marker = is_stable && is_distinctive(leaf.value, &text) && !is_time(leaf.name);
        is_marker.then(|| Marker {
            name: leaf.name.to_owned(),
            text,
            source: MarkerSource::Found,
        })
    })
}

/// Returns true if a value is unlikely to be elsewhere by chance.
fn is_distinctive(value: &Value, text: &str) -> bool {
    match value {
        Value::String(_) => text.len() >= 5 && !WORDS.contains(&text.to_ascii_lowercase().as_str()),
        Value::Number(_) => text.chars().filter(char::is_ascii_digit).count() >= 4,
        _ => false,
    }
}

/// Returns true for a member that tells a time or counts.
pub(super) fn is_time(name: &str) -> bool {
    let words = words(name);
    words
        .last()
        .is_some_and(|last| TIMES.contains(&last.as_str()))
        || matches!(
            folded(name).as_str(),
            "requestid" | "traceid" | "correlationid"
        )
}

/// Returns true if an answer shows a marker.
#[must_use]
pub fn is_shown(marker: &Marker, answer: &Answer) -> bool {
    if marker.source == MarkerSource::Canary {
        return answer.text.contains(&marker.text);
    }
    let Some(json) = &answer.json else {
        return false;
    };
    leaves(json)
        .values()
        .any(|leaf| text_of(leaf.value).is_some_and(|text| text == marker.text))
}

/// Returns the values of an answer that did not vary between two reads, one a line.
#[must_use]
pub fn masked(view: [&Answer; 2]) -> Vec<(String, String)> {
    let [Some(first), Some(second)] = view.map(|one| one.json.as_ref()) else {
        return Vec::new();
    };
    let others = leaves(second);
    let stable = leaves(first).into_iter().filter_map(|(pointer, leaf)| {
        let same = others.get(&pointer)?.value == leaf.value && !is_time(leaf.name);
        same.then(|| Some((pointer, text_of(leaf.value)?)))?
    });
    stable.collect()
}

/// Returns true if two answers differ in a value that is not masked.
#[must_use]
pub fn differs_from(stable: &[(String, String)], answer: &Answer) -> bool {
    let Some(json) = &answer.json else {
        return true;
    };
    let leaves = leaves(json);
    stable.iter().any(|(pointer, text)| {
        let other = leaves.get(pointer).and_then(|leaf| text_of(leaf.value));
        other.as_deref() != Some(text)
    })
}

/// Values that many objects have.
const WORDS: [&str; 20] = [
    "active",
    "inactive",
    "pending",
    "success",
    "failed",
    "completed",
    "created",
    "delivered",
    "cancelled",
    "approved",
    "rejected",
    "default",
    "unknown",
    "standard",
    "premium",
    "public",
    "private",
    "string",
    "enabled",
    "disabled",
];

/// Last words of names whose values vary by themselves.
const TIMES: [&str; 21] = [
    "at",
    "time",
    "timestamp",
    "date",
    "updated",
    "modified",
    "accessed",
    "seen",
    "expires",
    "expiry",
    "count",
    "counter",
    "views",
    "hits",
    "etag",
    "version",
    "nonce",
    "now",
    "duration",
    "elapsed",
    "uptime",
];
