//! Effects in a list that the victim sees.

use serde_json::{Map, Value};

use super::model::{Effect, EffectFacts};
use crate::{
    exchange::Answer,
    tree::{Leaf, leaves, text_of},
    verdict::{disclosure::is_object, marker::is_time},
};

/// Returns true if a view is a list, as opposed to one object.
pub(super) fn is_listing(json: &Value) -> bool {
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
pub(super) fn changed_count(facts: &EffectFacts<'_>) -> Effect {
    let (before, after) = (facts.before.map(count), facts.after.map(count));
    let is_stable = before[0] == before[1] && after[0] == after[1];
    match is_stable && before[0] != after[0] {
        true if facts.is_request && facts.adds_only_attackers() => Effect::Asked,
        true => Effect::Listed,
        false => changed_row(facts),
    }
}

/// Returns the number of values in an answer.
pub(super) fn count(view: &Answer) -> usize {
    view.json.as_ref().map_or(0, |json| leaves(json).len())
}

/// Compares the row of the object in two lists.
pub(super) fn changed_row(facts: &EffectFacts<'_>) -> Effect {
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
    /// Returns true if the only new values are in rows of the attacker.
    fn adds_only_attackers(&self) -> bool {
        let [Some(before), Some(after)] = [self.before[1], self.after[1]].map(|one| &one.json)
        else {
            return false;
        };
        let top = after.as_object();
        let (before, after) = (leaves(before), leaves(after));
        // what is around the rows counts them
        let is_old = |leaf: &Leaf<'_>| {
            let mut before = before.values();
            leaf.around == top || before.any(|one| one.around == leaf.around)
        };
        let new: Vec<_> = after.values().filter(|leaf| !is_old(leaf)).collect();
        !new.is_empty() && new.iter().all(|leaf| self.is_attackers(leaf.around))
    }

    /// Returns the row of the object in a list.
    fn row(&self, view: &Answer) -> Option<Map<String, Value>> {
        let leaves = leaves(view.json.as_ref()?);
        let mut rows = leaves.values().filter_map(|leaf| leaf.around);
        rows.find(|row| is_object(row, self.object)).cloned()
    }
}
