//! Where an owner sees an object.

use super::Session;
use crate::{
    document::{Kind, Operation, Place},
    exchange::{Answer, RequestSpec},
    probe::ProbeError,
    request::key,
    tree::objects,
    value::Tactic,
    world::Object,
};

impl Session {
    /// Returns a request by which the owner of an object sees it: by its identifier, else in a list.
    /// `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`ProbeError`].
    pub async fn view(&self, object: &Object) -> Result<Option<RequestSpec>, ProbeError> {
        let is_made = self
            .identity(object.owner)
            .is_some_and(|one| one.is_throwaway);
        let name = (object.entity.clone(), object.made_by, is_made);
        let known = self.views.lock().get(&name).copied();
        if let Some(known) = known {
            let operation = known.and_then(|index| self.operation(index));
            return Ok(operation.and_then(|operation| self.view_by(operation, object)));
        }
        let mut best: Option<(usize, usize, RequestSpec)> = None;
        for operation in self.view_candidates(object) {
            let Some(spec) = self.view_by(operation, object) else {
                continue;
            };
            let exchange = self.send(Some(object.owner), spec.clone()).await?;
            let shown = shown(&exchange.answer, object);
            let is_better = best.as_ref().is_none_or(|(most, ..)| shown > *most);
            if shown > 0 && is_better {
                best = Some((shown, operation.index, spec));
            }
        }
        self.views
            .lock()
            .insert(name, best.as_ref().map(|(_, index, _)| *index));
        Ok(best.map(|(_, _, spec)| spec))
    }

    fn view_by(&self, operation: &Operation, object: &Object) -> Option<RequestSpec> {
        let ids = self.assign_own(operation, object.owner, Some(object))?;
        let built = self.build(operation, &ids, &Tactic::default(), None).ok()?;
        Some(built.spec)
    }

    /// Returns the reads that could show an object, those by its identifier first.
    fn view_candidates(&self, object: &Object) -> Vec<&Operation> {
        let is_read = |one: &&Operation| one.kind == Kind::Read && !one.is_write();
        let takes = |one: &Operation| {
            let last = one.path_slots().last().or_else(|| one.slots.first());
            last.is_some_and(|slot| {
                slot.entities.contains(&object.entity) && object.value_for(slot).is_some()
            })
        };
        let is_about = |one: &Operation| one.entity.as_deref() == Some(object.entity.as_str());
        let is_list = |one: &Operation| {
            is_about(one)
                && !one.slots.iter().any(|slot| {
                    slot.place == Place::Path && slot.entities.first() == Some(&object.entity)
                })
        };
        // an account is seen where its holder sees itself
        let is_me = |one: &Operation| {
            let last = one
                .path
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default();
            object.entity == "user"
                && one.slots.is_empty()
                && matches!(
                    last.to_ascii_lowercase().as_str(),
                    "me" | "profile" | "self" | "account" | "whoami" | "user" | "dashboard"
                )
        };
        let mut by_id: Vec<_> = self
            .api
            .operations
            .iter()
            .filter(is_read)
            .filter(|one| takes(one))
            .collect();
        by_id.sort_by_key(|one| (!is_about(one), !one.path.ends_with('}'), one.path.len()));
        by_id.truncate(3);
        let others = self.api.operations.iter().filter(is_read);
        let mut others: Vec<_> = others
            .filter(|one| is_list(one) || is_me(one))
            .filter(|one| !by_id.iter().any(|other| other.index == one.index))
            .collect();
        others.sort_by_key(|one| (!is_me(one), one.path.len()));
        others.truncate(3);
        by_id.extend(others);
        by_id
    }

    /// Returns the read at the address of an operation, or at that of the collection in which it makes.
    #[must_use]
    pub fn twin(&self, operation: &Operation) -> Option<&Operation> {
        let reads = self
            .api
            .operations
            .iter()
            .filter(|one| one.kind == Kind::Read && !one.is_write());
        let mut reads = reads.filter(|one| one.index != operation.index);
        reads.find(|one| one.path.trim_end_matches('/') == operation.path.trim_end_matches('/'))
    }

    /// Returns true if a list that a caller sees has an object.
    pub async fn is_listed(&self, object: &Object, caller: crate::exchange::IdentityIndex) -> bool {
        for exchange in self.legitimate_reads(Some(caller)).await.iter() {
            let operation = self.operation(exchange.request.operation);
            let (Some(operation), Some(json)) = (operation, &exchange.answer.json) else {
                continue;
            };
            // a list of administrators that is open is a hole of its own
            if operation.administrative.is_some() {
                continue;
            }
            let entity = operation.entity.as_deref();
            if entity != Some(object.entity.as_str()) || !exchange.answer.is_accepted() {
                continue;
            }
            if objects(json, entity)
                .iter()
                .any(|one| one.is_item && object.is_same(one) || names(one, object, self))
            {
                return true;
            }
        }
        false
    }
}

/// Returns true if an item has the value by which slots address an object.
fn names(found: &crate::tree::FoundObject, object: &Object, session: &Session) -> bool {
    let slots = session
        .api
        .operations
        .iter()
        .flat_map(|one| one.path_slots());
    let mut own = slots.filter(|slot| slot.entities.first() == Some(&object.entity));
    own.any(|slot| {
        let value = object.value_for(slot);
        let fields = slot.field_names();
        value.is_some_and(|value| {
            fields
                .iter()
                .any(|name| found.fields.get(name) == Some(value))
        })
    }) && found.is_item
        && found
            .entity
            .as_deref()
            .is_none_or(|entity| entity == object.entity)
}

/// Returns how much of an object an answer shows: its canaries, and 1 for its identifier.
fn shown(answer: &Answer, object: &Object) -> usize {
    if !answer.is_accepted() {
        return 0;
    }
    let canaries = object
        .canaries
        .iter()
        .filter(|one| answer.text.contains(&one.text))
        .count();
    let is_there = answer.json.as_ref().is_some_and(|json| {
        objects(json, Some(&object.entity))
            .iter()
            .any(|one| object.is_same(one))
    });
    canaries * 2 + usize::from(is_there)
}

/// Returns the values of a request's identifiers.
#[must_use]
pub fn id_values(operation: &Operation, ids: &crate::request::Assignment) -> Vec<String> {
    let slots = operation.slots.iter();
    slots
        .filter_map(|slot| ids.get(&key(slot)).cloned())
        .collect()
}
