//! Whether a request of the attacker changed what the victim sees.

use serde_json::{Map, Value};

use super::{
    Verdict,
    disclosure::is_object,
    marker::{is_time, masked},
};
use crate::{
    exchange::Answer,
    identity::Identity,
    tree::{Leaf, leaves, text_of},
    value::Canary,
    word::{is_id_name, is_privileged, is_sensitive},
    world::Object,
};

/// The object of an operation, in relation to what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The operation changes or deletes the victim's object itself.
    Itself,
    /// It makes something below the victim's object, or does something with it, which others may do with
    /// objects that they may see.
    Around,
}

/// The facts about a write of the attacker.
#[derive(Debug)]
pub struct EffectFacts<'a> {
    /// The victim's view before, twice.
    pub before: [&'a Answer; 2],
    /// The victim's view after, twice.
    pub after: [&'a Answer; 2],
    /// The answer to the attacker.
    pub attack: &'a Answer,
    /// The canaries that the attacker sent.
    pub canaries: &'a [Canary],
    /// The attacked object.
    pub object: &'a Object,
    /// The victim.
    pub victim: &'a Identity,
    /// The attacker.
    pub attacker: &'a Identity,
    /// What the operation is for.
    pub target: Target,
    /// True if the attacker may see the object anyway.
    pub is_shared: bool,
    /// True if the view is of what is around or below the object, and need not show the object itself.
    pub is_around: bool,
}

/// A change in the victim's view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The object is gone.
    Gone,
    /// A canary of the attacker is in it, at this pointer, in a member of this name.
    Written(String, String),
    /// A stable value became another one.
    Changed(String, String),
    /// Nothing changed.
    Nothing,
}

/// Judges the victim's views before and after.
#[must_use]
pub fn judge(facts: &EffectFacts<'_>) -> Verdict {
    let (attacker, victim) = (&facts.attacker.name, &facts.victim.name);
    let is_before = facts.before.iter().all(|view| match facts.is_around {
        true => view.is_accepted() || matches!(view.status, 404 | 410),
        false => is_there(view, facts.object),
    });
    if !is_before {
        return Verdict::NotTested(format!("{victim} cannot see the object before"));
    }
    let effect = effect(facts);
    if let (true, Some(pointer)) = (facts.may_be_meant(&effect), effect.pointer()) {
        return Verdict::Suspect(format!(
            "{attacker}'s request changes `{pointer}` of {victim}'s object, which {attacker} may see: it may be meant for all"
        ));
    }
    let status = facts.attack.status;
    match effect {
        Effect::Nothing if facts.attack.is_accepted() => Verdict::Refuted(format!(
            "{attacker} is answered {status}, and {victim}'s object stays as it is"
        )),
        Effect::Nothing => Verdict::of_refusal(attacker, status),
        Effect::Gone => Verdict::Confirmed(format!(
            "{victim}'s object is gone after {attacker}'s request"
        )),
        Effect::Changed(pointer, _) if !facts.attack.is_accepted() => Verdict::Suspect(format!(
            "`{pointer}` of {victim}'s object changes, although {attacker} is refused with {status}"
        )),
        Effect::Written(pointer, _) => Verdict::Confirmed(format!(
            "{victim} sees {attacker}'s canary in `{pointer}` of {victim}'s own object"
        )),
        Effect::Changed(pointer, _) => Verdict::Confirmed(format!(
            "{attacker}'s request changes `{pointer}` of {victim}'s object"
        )),
    }
}

impl Effect {
    /// Returns the pointer to what was changed.
    fn pointer(&self) -> Option<&str> {
        match self {
            Self::Written(pointer, _) | Self::Changed(pointer, _) => Some(pointer),
            Self::Gone | Self::Nothing => None,
        }
    }
}

impl EffectFacts<'_> {
    /// Returns true if callers who may see the object may be meant to do this with it.
    fn may_be_meant(&self, effect: &Effect) -> bool {
        let (Effect::Written(_, name) | Effect::Changed(_, name)) = effect else {
            return false;
        };
        let is_special = is_privileged(name) || is_sensitive(name);
        self.target == Target::Around && self.is_shared && !is_special
    }
}

/// Returns true if a view shows the object.
#[must_use]
fn is_there(view: &Answer, object: &Object) -> bool {
    if !view.is_accepted() {
        return false;
    }
    match &view.json {
        None => !view.text.is_empty(),
        Some(json) => {
            let leaves = leaves(json);
            let is_field = |leaf: &Leaf<'_>| {
                let own = object.fields.get(&crate::word::folded(leaf.name));
                text_of(leaf.value).is_some_and(|text| own == Some(&text))
            };
            leaves.values().any(|leaf| is_of(leaf, object))
                // a view by the object's own address need not repeat its identifier
                || !is_listing(json) && leaves.values().any(is_field)
        }
    }
}

/// Returns true if a value stands for an object: its canary, or an identifier of it.
fn is_of(leaf: &Leaf<'_>, object: &Object) -> bool {
    let Some(text) = text_of(leaf.value) else {
        return false;
    };
    let is_canary = object
        .canaries
        .iter()
        .any(|canary| text.contains(&canary.text));
    is_canary
        || leaf.around.is_some_and(|around| is_object(around, object))
        || is_id_name(leaf.name) && object.ids().contains(text.as_str())
}

fn effect(facts: &EffectFacts<'_>) -> Effect {
    if facts.is_around && !facts.before[1].is_accepted() {
        return appeared(facts);
    }
    let gone = |view: &Answer| match facts.is_around {
        true => !view.is_accepted(),
        false => !is_there(view, facts.object),
    };
    if gone(facts.after[0]) && gone(facts.after[1]) {
        // a server that fails or limits says nothing about the object
        let is_answer = matches!(facts.after[1].status, 200..=299 | 400 | 403 | 404 | 410);
        return match is_answer {
            true => Effect::Gone,
            false => Effect::Nothing,
        };
    }
    if let Some(written) = written(facts) {
        return written;
    }
    changed(facts)
}

/// Finds what was not there before.
fn appeared(facts: &EffectFacts<'_>) -> Effect {
    let is_there = facts.after.iter().all(|view| view.is_accepted());
    match is_there
        && facts.after[1]
            .json
            .as_ref()
            .is_some_and(|json| !json.is_null())
    {
        true => Effect::Changed(String::new(), String::new()),
        false => Effect::Nothing,
    }
}

/// Finds a canary of the attacker in the victim's view, not in an object of the attacker.
fn written(facts: &EffectFacts<'_>) -> Option<Effect> {
    let json = facts.after[1].json.as_ref()?;
    let leaves = leaves(json);
    let found = leaves.iter().find(|(_, leaf)| {
        let text = text_of(leaf.value).unwrap_or_default();
        facts
            .canaries
            .iter()
            .any(|canary| text.contains(&canary.text))
            && !is_attackers(leaf.around, facts)
    });
    found.map(|(pointer, leaf)| Effect::Written(pointer.clone(), leaf.name.to_owned()))
}

/// Returns true if the smallest object around a value is the attacker's own.
fn is_attackers(around: Option<&Map<String, Value>>, facts: &EffectFacts<'_>) -> bool {
    around.is_some_and(|around| {
        facts.attacker.is_carried_by(around)
            && !facts.victim.is_carried_by(around)
            && !is_object(around, facts.object)
    })
}

/// Finds a value that was stable before, is stable after, and became another one.
fn changed(facts: &EffectFacts<'_>) -> Effect {
    let (before, after) = (masked(facts.before), masked(facts.after));
    let Some(json) = facts.after[0].json.as_ref() else {
        return Effect::Nothing;
    };
    // in a list, other rows may come and go
    let is_list = facts.before[0].json.as_ref().is_some_and(is_listing) || is_listing(json);
    if is_list && facts.is_around {
        return changed_count(facts);
    }
    if is_list && !facts.object.ids().is_empty() {
        return changed_row(facts);
    }
    let leaves = leaves(json);
    let is_change = |leaf: &Leaf<'_>, text: &str, other: &str| {
        let is_gift = facts.target == Target::Around && is_gift(text, other);
        other != text && !is_time(leaf.name) && !is_gift
    };
    let mut changes = before.iter().filter_map(|(pointer, text)| {
        let (_, other) = after.iter().find(|(own, _)| own == pointer)?;
        let leaf = leaves.get(pointer)?;
        let changed = || Effect::Changed(pointer.clone(), leaf.name.to_owned());
        is_change(leaf, text, other).then(changed)
    });
    changes.next().unwrap_or(Effect::Nothing)
}

/// Returns true if a number grows: who pays into another's account takes nothing.
fn is_gift(before: &str, after: &str) -> bool {
    let numbers = before.parse::<f64>().ok().zip(after.parse::<f64>().ok());
    numbers.is_some_and(|(before, after)| after > before)
}

/// Returns true if a view is a list, as opposed to one object.
fn is_listing(json: &Value) -> bool {
    match json {
        Value::Array(_) => true,
        Value::Object(members) => members.iter().any(|(_, member)| {
            member
                .as_array()
                .is_some_and(|items| items.iter().any(Value::is_object))
        }),
        _ => false,
    }
}

/// Compares the numbers of rows, which were stable before and are stable after.
fn changed_count(facts: &EffectFacts<'_>) -> Effect {
    let count = |view: &Answer| view.json.as_ref().map(|json| leaves(json).len());
    let (before, after) = (facts.before.map(count), facts.after.map(count));
    match before[0] == before[1] && after[0] == after[1] && before[0] != after[0] {
        true => Effect::Changed(String::new(), String::new()),
        false => changed_row(facts),
    }
}

/// Compares the row of the object in two lists.
fn changed_row(facts: &EffectFacts<'_>) -> Effect {
    let rows = (
        facts.row(facts.before[0]),
        facts.row(facts.before[1]),
        facts.row(facts.after[1]),
    );
    let (Some(before), Some(again), Some(after)) = rows else {
        return Effect::Nothing;
    };
    let mut changes = before.iter().filter(|(name, value)| {
        let is_stable = again.get(*name) == Some(value) && !is_time(name);
        let is_other = after.get(*name).is_some_and(|other| other != *value);
        is_stable && is_other && text_of(value).is_some()
    });
    let changed = changes.next();
    changed.map_or(Effect::Nothing, |(name, _)| {
        Effect::Changed(format!("/{name}"), name.clone())
    })
}

impl EffectFacts<'_> {
    /// Returns the row of the object in a list.
    fn row(&self, view: &Answer) -> Option<Map<String, Value>> {
        let leaves = leaves(view.json.as_ref()?);
        let mut rows = leaves.values().filter_map(|leaf| leaf.around);
        rows.find(|row| is_object(row, self.object)).cloned()
    }
}
