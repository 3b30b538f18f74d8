//! Identifiers for the slots of a request.

use std::{collections::BTreeSet, sync::Arc};

use super::Session;
use crate::{
    document::{Operation, Place, Slot},
    exchange::IdentityIndex,
    request::{Assignment, key},
    tree::text_of,
    word::words,
    world::Object,
};

/// A request with identifiers of the victim in some slots.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The object that is attacked.
    pub object: Arc<Object>,
    /// The identifiers as the victim would use them.
    pub own: Assignment,
    /// The identifiers of the attack.
    pub foreign: Assignment,
    /// The names of the slots that have the victim's.
    pub parameters: Vec<String>,
}

impl Session {
    /// Returns identifiers of a caller's own objects for every slot; those of `object` and of the objects
    /// around it come first. `None` if a slot that must have one has none.
    #[must_use]
    pub fn assign_own(
        &self,
        operation: &Operation,
        caller: IdentityIndex,
        object: Option<&Object>,
    ) -> Option<Assignment> {
        let mut ids = Assignment::new();
        for slot in &operation.slots {
            let own = object.and_then(|object| object.value_for(slot).cloned());
            let value = own.or_else(|| {
                let wanted = slot.is_required || slot.place == Place::Body;
                let world = self.world.lock();
                let found = world.for_slot(caller, slot);
                found
                    .first()
                    .filter(|_| wanted)
                    .and_then(|object| object.value_for(slot).cloned())
            });
            match value {
                Some(value) => {
                    ids.insert(key(slot), value);
                }
                None if slot.is_required && slot.place != Place::Body => return None,
                None => {}
            }
        }
        Some(ids)
    }

    /// Returns identifiers of a caller's own objects, and examples of the document where there are none.
    #[must_use]
    pub fn assign_any(&self, operation: &Operation, caller: IdentityIndex) -> Option<Assignment> {
        let mut ids = Assignment::new();
        for slot in &operation.slots {
            let known = {
                let world = self.world.lock();
                let found = world.for_slot(caller, slot);
                found
                    .first()
                    .and_then(|object| object.value_for(slot).cloned())
            };
            match known.or_else(|| example(operation, slot)) {
                Some(value) => {
                    ids.insert(key(slot), value);
                }
                None if slot.is_required && slot.place != Place::Body => return None,
                None => {}
            }
        }
        Some(ids)
    }

    /// Returns the requests that attack an object: every slot with the victim's identifiers, then each slot
    /// alone where the attacker has an identifier for the others.
    #[must_use]
    pub fn variants(
        &self,
        operation: &Operation,
        object: &Arc<Object>,
        attacker: IdentityIndex,
    ) -> Vec<Variant> {
        let Some(own) = self.assign_own(operation, object.owner, Some(object)) else {
            return Vec::new();
        };
        let attackable: Vec<&Slot> = operation
            .slots
            .iter()
            .filter(|slot| own.contains_key(&key(slot)) && !is_recipient(slot))
            .collect();
        if attackable.is_empty() {
            return Vec::new();
        }
        let mut variants: Vec<Variant> = Vec::new();
        let mut sets: Vec<BTreeSet<usize>> = vec![(0..attackable.len()).collect()];
        if attackable.len() > 1 {
            // those of the path first: what a body names may be meant to be another's
            let mut order: Vec<usize> = (0..attackable.len()).rev().collect();
            order.sort_by_key(|at| {
                attackable
                    .get(*at)
                    .is_some_and(|slot| slot.place != Place::Path)
            });
            sets.extend(order.into_iter().map(|at| BTreeSet::from([at])));
        }
        for set in sets {
            let chosen: Vec<&Slot> = set
                .iter()
                .filter_map(|at| attackable.get(*at).copied())
                .collect();
            let Some(foreign) = self.mixed(operation, &own, &chosen, attacker) else {
                continue;
            };
            let is_known = variants.iter().any(|one| one.foreign == foreign);
            if !is_known && variants.len() < MAX_VARIANTS {
                variants.push(Variant {
                    object: Arc::clone(object),
                    own: own.clone(),
                    foreign,
                    parameters: chosen.iter().map(|slot| slot.name.clone()).collect(),
                });
            }
        }
        variants
    }

    /// Puts the victim's identifiers into some slots, and the attacker's own into the others.
    fn mixed(
        &self,
        operation: &Operation,
        own: &Assignment,
        foreign: &[&Slot],
        attacker: IdentityIndex,
    ) -> Option<Assignment> {
        let mut ids = Assignment::new();
        let world = self.world.lock();
        for slot in &operation.slots {
            let value = match foreign.contains(&slot) {
                true => own.get(&key(slot)).cloned(),
                false => {
                    let objects = world.for_slot(attacker, slot);
                    objects
                        .first()
                        .and_then(|object| object.value_for(slot).cloned())
                }
            };
            match value {
                Some(value) => {
                    ids.insert(key(slot), value);
                }
                None if slot.is_required && slot.place != Place::Body => return None,
                None => {}
            }
        }
        let is_foreign = foreign.iter().any(|slot| {
            let objects = world.for_slot(attacker, slot);
            let mine = objects
                .iter()
                .any(|object| object.value_for(slot) == own.get(&key(slot)));
            !mine
        });
        is_foreign.then_some(ids)
    }
}

/// Returns the example that a document has for a parameter.
#[must_use]
pub fn example(operation: &Operation, slot: &Slot) -> Option<String> {
    let mut described = operation.detail.parameters.iter();
    let found = described.find(|one| one.name == slot.name)?;
    let example = found.example.as_ref().or(found.schema.example.as_ref());
    text_of(example.or(found.schema.default.as_ref())?)
}

/// Returns true if a slot names somebody who gets something: it is meant to take what is another's.
fn is_recipient(slot: &Slot) -> bool {
    const RECIPIENTS: [&str; 17] = [
        "to",
        "recipient",
        "receiver",
        "destination",
        "dest",
        "beneficiary",
        "target",
        "friend",
        "invitee",
        "assignee",
        "followee",
        "mention",
        "payee",
        "peer",
        "participant",
        "product",
        "coupon",
    ];
    let name = slot.name.rsplit('/').next().unwrap_or_default();
    slot.place != Place::Path
        && words(name)
            .iter()
            .any(|word| RECIPIENTS.contains(&word.as_str()))
}

const MAX_VARIANTS: usize = 3;
