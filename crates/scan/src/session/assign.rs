//! Identifiers for the slots of a request.
//!
//! | module | holds |
//! |---|---|
//! | `choice` | the slots that an attack fills with the victim's |

mod choice;

use std::sync::Arc;

use self::choice::{choices, is_recipient};
use super::{Session, example, memory::Ambient};
use crate::{
    document::{Form, Operation, Place, Slot},
    exchange::IdentityIndex,
    request::{Assignment, key, key_at},
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
    /// The attacker's own object that is named before the victim's in a list.
    pub beside: Option<Arc<Object>>,
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
        let inner = self.innermost(caller, operation.path_slots());
        assigned(operation, |slot| {
            let own = object.and_then(|object| object.value_for(slot).cloned());
            let is_about = object.is_some_and(|object| slot.entities.contains(&object.entity));
            if slot.is_ambient() && !is_about {
                return self.known_id(caller, slot).or(own);
            }
            let is_wanted = slot.is_required || slot.place == Place::Body;
            // what is around another object of the caller is not around this one
            let inner = inner.as_deref().filter(|_| object.is_none());
            own.or_else(|| self.id_around(caller, slot, inner).filter(|_| is_wanted))
        })
    }

    /// Returns identifiers of a caller's own objects, and examples of the document where there are none.
    #[must_use]
    pub fn assign_any(&self, operation: &Operation, caller: IdentityIndex) -> Option<Assignment> {
        assigned(operation, |slot| {
            self.known_id(caller, slot)
                .or_else(|| example(operation, slot))
        })
    }

    /// Returns the object of a caller for the last of the slots of a path that takes one.
    fn innermost<'a>(
        &self,
        caller: IdentityIndex,
        slots: impl Iterator<Item = &'a Slot>,
    ) -> Option<Arc<Object>> {
        let object = self.world.lock().for_slot(caller, slots.last()?);
        object.into_iter().next()
    }

    /// Returns the identifier of what is around an object of a caller, else of another object for a slot.
    fn id_around(
        &self,
        caller: IdentityIndex,
        slot: &Slot,
        inner: Option<&Object>,
    ) -> Option<String> {
        let around = inner.filter(|one| one.knows_parent(slot));
        let around = around.and_then(|one| one.value_for(slot).cloned());
        around.or_else(|| self.known_id(caller, slot))
    }

    /// Returns the identifier of an object of a caller for a slot.
    pub(super) fn known_id(&self, caller: IdentityIndex, slot: &Slot) -> Option<String> {
        match self.ambient(caller, slot) {
            Some(Ambient::Accepted(value)) => return Some(value),
            Some(Ambient::Refused) => return None,
            None => {}
        }
        let objects = self.world.lock().for_slot(caller, slot);
        objects.first()?.value_for(slot).cloned()
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
        let slots = operation.slots.iter();
        let attackable = slots.filter(|slot| {
            let theirs = own.get(&key(slot));
            // callers of one tenant send the same header
            let is_same = slot.is_ambient() && self.known_id(attacker, slot).as_ref() == theirs;
            theirs.is_some() && !is_same && !is_recipient(slot)
        });
        let attackable: Vec<&Slot> = attackable.collect();
        let lists = attackable.iter().filter(|slot| slot.form != Form::One);
        let lists: Vec<&Slot> = lists.copied().collect();
        let mut variants: Vec<Variant> = Vec::new();
        for chosen in choices(attackable) {
            let Some(foreign) = self.mixed(operation, &own, &chosen, attacker) else {
                continue;
            };
            if !variants.iter().any(|one| one.foreign == foreign) {
                variants.push(Variant {
                    object: Arc::clone(object),
                    own: own.clone(),
                    foreign,
                    parameters: chosen.iter().map(|slot| slot.name.clone()).collect(),
                    beside: None,
                });
            }
        }
        variants.truncate(MAX_VARIANTS);
        let beside = lists.iter().filter_map(|slot| {
            let mut of_list = variants
                .iter()
                .filter(|one| one.parameters.contains(&slot.name));
            self.beside(of_list.next()?, slot, attacker)
        });
        let beside: Vec<Variant> = beside.collect();
        variants.extend(beside);
        variants
    }

    /// Returns an attack with an object of the attacker before the victim's in a list: an API may check the
    /// first one only.
    fn beside(&self, variant: &Variant, slot: &Slot, attacker: IdentityIndex) -> Option<Variant> {
        let object = self
            .world
            .lock()
            .for_slot(attacker, slot)
            .into_iter()
            .next()?;
        let mine = object.value_for(slot)?.clone();
        let mut foreign = variant.foreign.clone();
        let theirs = foreign.insert(key(slot), mine)?;
        foreign.insert(key_at(slot, 1)?, theirs);
        Some(Variant {
            foreign,
            beside: Some(object),
            ..variant.clone()
        })
    }

    /// Puts the victim's identifiers into some slots, and the attacker's own into the others. `None` if that
    /// leads to no object but the attacker's own.
    fn mixed(
        &self,
        operation: &Operation,
        own: &Assignment,
        foreign: &[&Slot],
        attacker: IdentityIndex,
    ) -> Option<Assignment> {
        let own_slots = operation
            .path_slots()
            .filter(|slot| !foreign.contains(slot));
        let inner = self.innermost(attacker, own_slots);
        let ids = assigned(operation, |slot| match foreign.contains(&slot) {
            true => own.get(&key(slot)).cloned(),
            false => self.id_around(attacker, slot, inner.as_deref()),
        })?;
        let is_foreign = foreign.iter().any(|slot| {
            let objects = self.world.lock().for_slot(attacker, slot);
            let mut mine = objects.iter().map(|object| object.value_for(slot));
            !mine.any(|value| value == own.get(&key(slot)))
        });
        is_foreign.then_some(ids)
    }
}

/// Gives every slot a value; `None` if one that must have one has none.
fn assigned(operation: &Operation, value: impl Fn(&Slot) -> Option<String>) -> Option<Assignment> {
    let mut ids = Assignment::new();
    for slot in &operation.slots {
        match value(slot) {
            Some(value) => {
                ids.insert(key(slot), value);
            }
            None if slot.is_required && slot.place != Place::Body => return None,
            None => {}
        }
    }
    Some(ids)
}

const MAX_VARIANTS: usize = 3;
