//! The changes between two views of the victim.

use super::{
    list::{changed_count, changed_row, is_listing},
    model::{Effect, EffectFacts, Target},
};
use crate::{
    exchange::Answer,
    tree::{Leaf, leaves, text_of},
    verdict::{
        disclosure::is_object,
        marker::{is_time, masked},
    },
    word::{folded, is_id_name},
    world::Object,
};

/// Returns true if a view shows the object.
pub(super) fn is_there(view: &Answer, object: &Object) -> bool {
    if !view.is_accepted() {
        return false;
    }
    match &view.json {
        None => !view.text.is_empty(),
        Some(json) => {
            let leaves = leaves(json);
            let is_field = |leaf: &Leaf<'_>| {
                let own = object.fields.get(&folded(leaf.name));
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

pub(super) fn effect(facts: &EffectFacts<'_>) -> Effect {
    if facts.is_around && !facts.before[1].is_accepted() {
        return appeared(facts);
    }
    if let Some(written) = written(facts) {
        return written;
    }
    let gone = |view: &Answer| match facts.is_around {
        true => !view.is_accepted(),
        false => !is_there(view, facts.object) && !is_same_view(facts.before[1], view),
    };
    if gone(facts.after[0]) && gone(facts.after[1]) {
        // a server that fails or limits says nothing about the object
        let is_answer = matches!(facts.after[1].status, 200..=299 | 400 | 403 | 404 | 410);
        return match is_answer {
            true => Effect::Gone,
            false => Effect::Nothing,
        };
    }
    changed(facts)
}

/// Returns true if a view of one object, and not of a list, still has members of it: other values are a change.
fn is_same_view(before: &Answer, after: &Answer) -> bool {
    let (Some(before), Some(own)) = (&before.json, &after.json) else {
        return false;
    };
    let is_one = !is_listing(before) && !is_listing(own) && after.is_accepted();
    let (before, own) = (leaves(before), leaves(own));
    is_one && own.keys().any(|pointer| before.contains_key(pointer))
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
        true => Effect::Listed,
        false => Effect::Nothing,
    }
}

/// Finds a canary of the attacker in the victim's view, not in an object of the attacker.
fn written(facts: &EffectFacts<'_>) -> Option<Effect> {
    let after = facts.after[1];
    let json = after.json.as_ref().filter(|_| after.is_accepted())?;
    let leaves = leaves(json);
    let found = leaves.iter().find(|(_, leaf)| {
        let text = text_of(leaf.value).unwrap_or_default();
        facts
            .canaries
            .iter()
            .any(|canary| text.contains(&canary.text))
            && !facts.is_attackers(leaf.around)
    });
    found.map(|(pointer, leaf)| Effect::Written(pointer.clone(), leaf.name.to_owned()))
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
