//! The facts about a write, and the effects that it can have.

use serde_json::{Map, Value};

use crate::{
    exchange::Answer, identity::Identity, value::Canary, verdict::disclosure::is_object,
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
    /// The target of the operation.
    pub target: Target,
    /// True if the attacker may see the object anyway.
    pub is_shared: bool,
    /// True if the view is of what is around or below the object, and need not show the object itself.
    pub is_around: bool,
    /// True if the operation asks the owner for something, by its name: callers who know the object may ask.
    pub is_request: bool,
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
    /// A row is added to or removed from a list, or there is a list where there was none.
    Listed,
    /// A row that names the attacker is added to the list of what callers ask the owner for.
    Asked,
    /// Nothing changed.
    Nothing,
}

impl EffectFacts<'_> {
    /// Returns true if the smallest object around a value is the attacker's own.
    pub(super) fn is_attackers(&self, around: Option<&Map<String, Value>>) -> bool {
        around.is_some_and(|around| {
            self.attacker.is_carried_by(around)
                && !self.victim.is_carried_by(around)
                && !is_object(around, self.object)
        })
    }
}
