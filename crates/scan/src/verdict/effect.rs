//! Judges whether a request of the attacker changed what the victim sees.
//!
//! | module | holds |
//! |---|---|
//! | `model` | the facts, and what an effect is |
//! | `change` | what changed between two views |
//! | `list` | effects in a list |

mod change;
mod list;
mod model;

pub use self::model::{Effect, EffectFacts, Target};
use self::{
    change::{effect, is_there},
    list::count,
};
use super::Verdict;
use crate::word::{is_privileged, is_sensitive};

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
    if facts.may_be_meant(&effect) {
        return Verdict::Suspect(format!(
            "{}, which {attacker} may see: it may be meant for all",
            facts.sentence(&effect)
        ));
    }
    let status = facts.attack.status;
    match effect {
        Effect::Nothing if facts.attack.is_done() => Verdict::Refuted(format!(
            "{attacker} is answered {status}, and {victim}'s object stays as it is"
        )),
        Effect::Nothing => Verdict::of_refusal(attacker, status),
        Effect::Gone => Verdict::Confirmed(format!(
            "{victim}'s object is gone after {attacker}'s request"
        )),
        Effect::Asked => Verdict::Suspect(format!(
            "{}: it may be meant for all who know the object",
            facts.sentence(&effect)
        )),
        Effect::Changed(..) | Effect::Listed if !facts.attack.is_done() => {
            Verdict::Suspect(format!(
                "{}, although {attacker} is refused with {status}",
                facts.sentence(&effect)
            ))
        }
        Effect::Written(pointer, _) => Verdict::Confirmed(format!(
            "{victim} sees {attacker}'s canary in `{pointer}` of {victim}'s own object"
        )),
        Effect::Changed(..) | Effect::Listed => Verdict::Confirmed(facts.sentence(&effect)),
    }
}

impl EffectFacts<'_> {
    /// Returns true if callers who may see the object may be meant to do this with it.
    fn may_be_meant(&self, effect: &Effect) -> bool {
        let is_special = match effect {
            Effect::Written(_, name) | Effect::Changed(_, name) => {
                is_privileged(name) || is_sensitive(name)
            }
            Effect::Listed | Effect::Asked => false,
            Effect::Gone | Effect::Nothing => return false,
        };
        self.target == Target::Around && self.is_shared && !is_special
    }

    /// Returns what the request changes, as a sentence.
    fn sentence(&self, effect: &Effect) -> String {
        let (attacker, victim) = (&self.attacker.name, &self.victim.name);
        match effect {
            Effect::Written(pointer, _) | Effect::Changed(pointer, _) if !pointer.is_empty() => {
                format!("{attacker}'s request changes `{pointer}` of {victim}'s object")
            }
            Effect::Asked => format!(
                "{attacker}'s request adds a row that names {attacker} to what {victim}'s object has around it"
            ),
            Effect::Listed if self.leaf_counts()[0] > self.leaf_counts()[1] => {
                format!("{attacker}'s request removes a row from a list of {victim}'s object")
            }
            _ => format!("{attacker}'s request adds a row to a list of {victim}'s object"),
        }
    }

    /// Returns the numbers of values in the views before and after.
    fn leaf_counts(&self) -> [usize; 2] {
        [self.before[1], self.after[1]].map(count)
    }
}
