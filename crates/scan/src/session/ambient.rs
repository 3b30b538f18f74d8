//! Headers that say for whom a caller acts: its tenant, its organization, its account.
//!
//! A caller sends its own value of such a header with every request that takes it. The value is one that an
//! answer or the operator names, and that the API accepts.

use std::collections::BTreeSet;

use super::{Session, example, memory::Ambient};
use crate::{
    document::{Operation, Slot},
    exchange::IdentityIndex,
    probe::ProbeError,
    request::{Assignment, key},
    world::Object,
};

impl Session {
    /// Returns the value that a caller sends in a header, as far as it was tried.
    pub(super) fn ambient(&self, caller: IdentityIndex, slot: &Slot) -> Option<Ambient> {
        let known = self.ambient.lock();
        known.get(&(caller, slot.name.clone())).cloned()
    }

    /// Returns the values of the headers in which a caller says for whom it acts; without a token, those of the
    /// first caller.
    pub(super) fn ambient_ids(
        &self,
        operation: &Operation,
        caller: Option<IdentityIndex>,
    ) -> Assignment {
        let caller = caller.unwrap_or_default();
        let slots = operation.slots.iter().filter(|slot| slot.is_ambient());
        let known = slots.filter_map(|slot| match self.ambient(caller, slot)? {
            Ambient::Accepted(value) => Some((key(slot), value)),
            Ambient::Refused => None,
        });
        known.collect()
    }

    /// Learns the values of the headers for every caller. Returns true if there is one.
    pub(super) async fn learn_ambient(&self) -> bool {
        let mut is_any = false;
        for (read, slot) in self.ambient_reads() {
            for caller in 0..self.identities().len() {
                match self.try_ambient(read, slot, caller).await {
                    Ok(Some(found)) => {
                        is_any |= found != Ambient::Refused;
                        let place = (caller, slot.name.clone());
                        self.ambient.lock().insert(place, found);
                    }
                    Ok(None) => {}
                    Err(error) => self.remark(format!("calibrating: {error}")),
                }
            }
        }
        is_any
    }

    /// Adds what callers act for as objects of theirs, where only a header is known to have it.
    pub(super) fn add_owners(&self) {
        let known = self.ambient.lock().clone();
        let slots = self.api.operations.iter().flat_map(|one| &one.slots);
        let slots: Vec<&Slot> = slots.filter(|slot| slot.is_ambient()).collect();
        for ((owner, name), value) in known {
            let slot = slots.iter().find(|slot| slot.name == name);
            let (Some(slot), Ambient::Accepted(value)) = (slot, value) else {
                continue;
            };
            let mut world = self.world.lock();
            let own = world.for_slot(owner, slot);
            if !own.iter().any(|one| one.value_for(slot) == Some(&value)) {
                world.add(Object {
                    entity: slot.entities.first().cloned().unwrap_or_default(),
                    owner,
                    fields: [(slot.short_name(), value)].into(),
                    ..Object::default()
                });
            }
        }
    }

    /// Returns true if a list of the attacker has what the victim acts for by a header: it may be a member too.
    pub async fn lists_owner(
        &self,
        slot: &Slot,
        (victim, attacker): (IdentityIndex, IdentityIndex),
    ) -> bool {
        let Some(owner) = self.known_id(victim, slot) else {
            return false;
        };
        let kinds: Vec<&str> = slot.entities.iter().map(String::as_str).collect();
        let names = slot.field_names();
        let reads = self.legitimate_reads_about(Some(attacker), &kinds).await;
        reads.iter().any(|exchange| {
            let operation = self.operation(exchange.request.operation);
            let entity = operation.and_then(|one| one.entity.as_deref());
            let found = self.objects_in(exchange, entity);
            let mut found = found.iter().filter(|one| {
                let kind = one.entity.as_deref().unwrap_or_default();
                one.is_item && kinds.contains(&kind)
            });
            found.any(|one| {
                names
                    .iter()
                    .any(|name| one.fields.get(name) == Some(&owner))
            })
        })
    }

    /// Returns each such header once, with a read that needs nothing but such headers: one that requires it
    /// first, since others may ignore it.
    fn ambient_reads(&self) -> Vec<(&Operation, &Slot)> {
        let is_known = |slot: &Slot| slot.is_ambient() || !slot.is_required;
        let mut found: Vec<(&Operation, &Slot)> = Vec::new();
        for read in self
            .api
            .reads()
            .filter(|one| one.slots.iter().all(is_known))
        {
            let headers = read.slots.iter().filter(|slot| slot.is_ambient());
            found.extend(headers.map(|slot| (read, slot)));
        }
        found.sort_by_key(|(one, slot)| (!slot.is_required, one.administrative.is_some()));
        let mut names = BTreeSet::new();
        found.retain(|(_, slot)| names.insert(slot.name.clone()));
        found
    }

    /// Tries the values that a caller could send in a header. `None` if no value is known.
    async fn try_ambient(
        &self,
        read: &Operation,
        slot: &Slot,
        caller: IdentityIndex,
    ) -> Result<Option<Ambient>, ProbeError> {
        let candidates = self.candidates(read, slot, caller);
        for value in &candidates {
            let mut ids = self.others(read, caller);
            ids.insert(key(slot), value.clone());
            let Some(spec) = self.request(read, &ids) else {
                continue;
            };
            let answer = self.send(Some(caller), spec).await?;
            if answer.answer.is_accepted() {
                return Ok(Some(Ambient::Accepted(value.clone())));
            }
        }
        let is_refused = !candidates.is_empty() && !slot.is_required;
        Ok(is_refused.then_some(Ambient::Refused))
    }

    /// Returns values for the other headers that a read requires.
    fn others(&self, read: &Operation, caller: IdentityIndex) -> Assignment {
        let mut ids = self.ambient_ids(read, Some(caller));
        for slot in read.slots.iter().filter(|slot| slot.is_required) {
            let first = self.candidates(read, slot, caller).into_iter().next();
            if let Some(first) = first {
                ids.entry(key(slot)).or_insert(first);
            }
        }
        ids
    }

    /// Returns values that a caller could send in a header: those of its account and of what it has, the tenant
    /// that the operator names, and the example of the document.
    fn candidates(&self, read: &Operation, slot: &Slot, caller: IdentityIndex) -> Vec<String> {
        let identity = self.identity(caller);
        let names = slot.field_names();
        let plain = ["name", "email", "code", "number", "key"];
        let facts = names.iter().filter(|name| !plain.contains(&name.as_str()));
        let is_own_id =
            |name: &str| slot.is_person() || !matches!(name, "id" | "uuid" | "username");
        let facts = facts.filter(|name| is_own_id(name));
        let facts = facts.filter_map(|name| identity.as_ref()?.fact(&[name.as_str()]));
        let objects = self.world.lock().for_slot(caller, slot);
        let objects = objects
            .iter()
            .filter_map(|one| one.value_for(slot).cloned());
        let named = identity.as_ref().and_then(|one| one.tenant.clone());
        let named = named.filter(|_| !slot.is_person());
        let all = facts.chain(objects).chain(named).chain(example(read, slot));
        let mut candidates: Vec<String> = Vec::new();
        for one in all {
            if !one.is_empty() && one.is_ascii() && !candidates.contains(&one) {
                candidates.push(one);
            }
        }
        candidates.truncate(MAX_CANDIDATES);
        candidates
    }
}

const MAX_CANDIDATES: usize = 5;
